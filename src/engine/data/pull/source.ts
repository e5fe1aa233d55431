/** What describes a data set that a package manager holds. */
import type { Reading } from '../content';

/** Contents of a package's files by path. */
export type PackedFiles = ReadonlyMap<string, Uint8Array>;

/** A package at a fixed version. */
export interface PinnedPackage {
  readonly manager: 'npm' | 'apt';
  readonly name: string;
  readonly version: string;
  /** Name of the file that the manager saves. */
  readonly file: string;
  readonly bytes: number;
  /** `sha512-` or `sha256-` and the checksum in base64, as npm writes it. */
  readonly integrity: string;
}

export interface PullSource {
  /** What a person asks for. */
  readonly name: string;
  /** What a config says. */
  readonly dataset: string;
  readonly kind: 'images' | 'text';
  readonly summary: string;
  readonly licence: string;
  readonly classes?: number;
  readonly package: PinnedPackage;
  /** Whether a file of the package is needed. @param path  as the package has it */
  readonly wants: (path: string) => boolean;
  readonly convert: (files: PackedFiles) => Reading | Promise<Reading>;
}
