/** Programs for threads that run together: what one does alone, and what they share out. */
import { instructionsOf } from './instructions';
import type { KernelRuntime } from './kernelRuntime';

/** A part of a program: one code for the first thread, or one for each. */
export type Stage = readonly (readonly number[])[];

/** Words of the memory of a barrier: a cache line for each thread and one more. */
export function barrierWords(threads: number): number {
  return 16 * (threads + 1);
}

/** What one thread does alone. */
export function alone(code: readonly number[]): Stage {
  return [code];
}

/** All stages, one after the other, for a single thread. */
export function inOrder(stages: readonly Stage[]): number[] {
  const program: number[] = [];
  // Word by word: long lists are no arguments, and flat() takes several times as long.
  for (const codes of stages) for (const code of codes) for (const word of code) program.push(word);
  return program;
}

/**
 * The program of each thread. Whoever is done with its share of a stage waits for the others; the end is a stage too, so
 * that a program can be run many times over.
 * @param barrier  place of `barrierWords` words that are 0 at first
 */
export function programsOf(
  stages: readonly Stage[],
  { kernels, threads, barrier }: { kernels: KernelRuntime; threads: number; barrier: number },
): number[][] {
  const emit = instructionsOf(kernels);
  const programs = Array.from({ length: threads }, (): number[] => []);
  const meet = (): void => {
    programs.forEach((program, thread) => {
      program.push(...emit('control.barrier', barrier, threads, thread));
    });
  };
  stages.forEach((codes, i) => {
    const before = stages[i - 1];
    if (before !== undefined && (before.length > 1 || codes.length > 1)) meet();
    codes.forEach((code, thread) => programs[thread]!.push(...code));
  });
  meet();
  return programs;
}

/**
 * Shares things out so that no thread has much more than another: the largest first, each to who has least.
 * @returns for each thread the indices of its things, in order
 */
export function sharesOf(costs: readonly number[], threads: number): number[][] {
  const shares = Array.from({ length: threads }, () => ({ cost: 0, indices: [] as number[] }));
  const largestFirst = costs
    .map((cost, index) => ({ cost, index }))
    .sort((a, b) => b.cost - a.cost);
  for (const { cost, index } of largestFirst) {
    const least = shares.reduce((best, share) => (share.cost < best.cost ? share : best));
    least.indices.push(index);
    least.cost += cost;
  }
  return shares.map(({ indices }) => indices.sort((a, b) => a - b));
}

/** Cuts `count` into as many runs of about the same length, each a multiple of `unit` but the last. */
export function runsOf(count: number, threads: number, unit = 1): { from: number; to: number }[] {
  const units = Math.ceil(count / unit);
  return Array.from({ length: threads }, (_, thread) => ({
    from: Math.min(count, Math.floor((thread * units) / threads) * unit),
    to: Math.min(count, Math.floor(((thread + 1) * units) / threads) * unit),
  }));
}
