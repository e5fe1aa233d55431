/** A small trace whose numbers tell what they are, and file systems that break. */
import * as fs from 'node:fs';
import { HISTOGRAM_SLOTS } from '../../../src/protocol/live/index';
import type { TraceMeta } from '../../../src/protocol/live/index';
import { nodeFileSystem } from '../../../src/storage/index';
import type { FileSystem, TraceSnapshot } from '../../../src/storage/index';
import { systemError } from './runFixtures';

/** Two tensors, three cells, four networks. */
export const META: TraceMeta = {
  tensors: [
    { name: 'layer0/w', shape: [3, 5] },
    { name: 'layer0/b', shape: [] },
  ],
  hidden: 3,
  networks: 4,
};

/** Element i of field number f at a step is step + f / 16 + i / 1024; counts are whole. */
export function exampleSnapshot(step: number, meta = META, shift = 0): TraceSnapshot {
  const { hidden, networks, tensors } = meta;
  const t = tensors.length;
  const floats = (field: number, length: number): Float32Array =>
    Float32Array.from({ length }, (_, i) => step + shift + field / 16 + i / 1024);
  const counts = (field: number): Uint32Array =>
    Uint32Array.from({ length: t * HISTOGRAM_SLOTS }, (_, i) => 1e6 * step + 1e4 * field + i);
  return {
    step,
    multipliers: floats(0, t).fill(NaN),
    rmsGradients: floats(1, t),
    rmsUpdates: floats(2, t),
    rmsParameters: floats(3, t),
    hidden: floats(4, t * hidden),
    cell: floats(5, t * hidden),
    controls: floats(6, t * networks),
    update: counts(7),
    gradient: counts(8),
    parameter: counts(9),
  };
}

/** Writes like a full disk once `isFull()`: half of what it is given, then ENOSPC. */
export function fillingDisk(isFull: () => boolean): FileSystem {
  return {
    ...nodeFileSystem,
    writeSync: ((file: number, bytes: Uint8Array, offset: number, length: number) => {
      if (!isFull()) return fs.writeSync(file, bytes, offset, length);
      fs.writeSync(file, bytes, offset, Math.floor(length / 2));
      throw systemError('ENOSPC');
    }) as typeof fs.writeSync,
  };
}
