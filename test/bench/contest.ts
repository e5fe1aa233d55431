/** Contenders that take turns within one run, so that their ratios mean something on a busy machine. */
import { performance } from 'node:perf_hooks';
import type { KernelRuntime } from '../../src/core/index';
import {
  loadNativeKernels,
  loadRelaxedWasmKernels,
  loadWasmKernels,
} from '../../src/engine/devices/loadKernels';

export interface Contender {
  readonly name: string;
  /** Some units of work. */
  readonly run: () => void;
  /** How many; default 1. */
  readonly units?: number;
}

export interface Timing {
  readonly name: string;
  /** Milliseconds for a unit: least, median over the rounds, 10th and 90th percentile. */
  readonly best: number;
  readonly median: number;
  readonly low: number;
  readonly high: number;
}

/** Every set of kernels of a folder that this machine can run, the widest first. */
export function runtimesIn(directory: string): KernelRuntime[] {
  return [
    ...['avx512', 'avx2', 'sse4', 'neon'].map((isa) => loadNativeKernels(directory, isa)),
    loadRelaxedWasmKernels(directory),
    loadWasmKernels(directory),
  ].flatMap(({ runtime }) => runtime ?? []);
}

/** Shortest time of a turn; long, since each turn finds the caches full of another's data. */
const TURN_MS = 15;

/**
 * @param rounds  turns of each contender
 * @param turnMs  shortest time of a turn
 */
export function contest(
  contenders: readonly Contender[],
  rounds: number,
  turnMs = TURN_MS,
): Timing[] {
  const counts = contenders.map(({ run }) => runsPerTurn(run, turnMs));
  const times = contenders.map((): number[] => []);
  for (let round = 0; round < rounds; round++) {
    contenders.forEach(({ run, units = 1 }, i) => {
      const count = counts[i]!;
      const begin = performance.now();
      for (let turn = 0; turn < count; turn++) run();
      times[i]!.push((performance.now() - begin) / (count * units));
    });
  }
  return contenders.map(({ name }, i) => {
    const sorted = times[i]!.sort((a, b) => a - b);
    const at = (share: number): number => sorted[Math.floor(share * (sorted.length - 1))]!;
    return { name, best: at(0), median: at(0.5), low: at(0.1), high: at(0.9) };
  });
}

function runsPerTurn(run: () => void, turnMs: number): number {
  run();
  for (let count = 1; ; count *= 2) {
    const begin = performance.now();
    for (let turn = 0; turn < count; turn++) run();
    const passed = performance.now() - begin;
    if (passed > 2) return Math.max(1, Math.ceil((count * turnMs) / passed));
  }
}
