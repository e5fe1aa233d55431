/** Data as every reader hands it over, before it is written to the cache or given to a task. */
import type { ImageSet, Labels } from '../../core/index';

/** Labelled images, bytes [count, height, width, channels]. */
export interface ImageContent {
  readonly kind: 'images';
  readonly classes: number;
  /** Name of each class, where the source gives them. */
  readonly classNames?: readonly string[];
  readonly train: ImageSet;
  /** Absent where the source is one set: a task then holds out a part of `train`. */
  readonly test?: ImageSet;
}

/** Text as bytes. */
export interface TextContent {
  readonly kind: 'text';
  readonly bytes: Uint8Array;
  /** Where each source file begins, ascending from 0, and after them the number of bytes. */
  readonly fileStarts: Uint32Array;
}

/** Rows of numbers with a class each; not standardised, which is for the task to do with its training rows. */
export interface TableContent {
  readonly kind: 'table';
  readonly classes: number;
  readonly classNames?: readonly string[];
  readonly columns: readonly string[];
  /** f32[rows, columns] */
  readonly features: Float32Array;
  /** [rows] */
  readonly labels: Labels;
}

export type DataContent = ImageContent | TextContent | TableContent;

/** What a reader makes of files. */
export interface Reading {
  readonly content: DataContent;
  /** What was done to the data, a plain sentence each. */
  readonly notes: readonly string[];
}

/** What a person says about their files, where the files do not say it. */
export interface ReadOptions {
  /** Name or number (from 1) of the column that holds the classes; `fine` or `coarse` for CIFAR-100. */
  readonly label?: string | undefined;
  /** Side length that pictures of a folder or a parquet file are resized to. */
  readonly size?: number | undefined;
  /** Swap rows and columns of images, as EMNIST needs it. */
  readonly transpose?: boolean | undefined;
  /** Text: CR LF becomes LF, letters with accents become one code point (NFC). */
  readonly normalize?: boolean | undefined;
}
