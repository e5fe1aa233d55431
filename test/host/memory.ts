/** The memory of this process over time: what is left after a collection, so that only what is held on to counts. */
import { setTimeout as sleep } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

export interface MemorySample {
  readonly seconds: number;
  /** Objects, and arrays outside the heap. */
  readonly megabytes: number;
}

const SAMPLES = 30;

/** Samples at equal distances, the first one at once. */
export async function watchMemory(seconds: number): Promise<MemorySample[]> {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  const startedAt = performance.now();
  const samples: MemorySample[] = [];
  for (let index = 0; index <= SAMPLES; index++) {
    const dueAt = startedAt + (index / SAMPLES) * seconds * 1000;
    await sleep(Math.max(0, dueAt - performance.now()));
    collect();
    const { heapUsed, external } = process.memoryUsage();
    const elapsed = (performance.now() - startedAt) / 1000;
    samples.push({ seconds: elapsed, megabytes: (heapUsed + external) / 1e6 });
  }
  return samples;
}

/** Megabytes that the last third has more than the second one began with; of medians, since a sample may fall on a batch. */
export function growthOf(samples: readonly MemorySample[]): number {
  const third = Math.floor(samples.length / 3);
  return median(samples.slice(-third)) - median(samples.slice(third, third + 3));
}

/** `0 s: 41.2 MB, 5 s: 42.0 MB, …` */
export function wordsOf(samples: readonly MemorySample[]): string {
  const shown = samples.filter((_, index) => index % (SAMPLES / 5) === 0);
  const points = shown.map(
    ({ seconds, megabytes }) => `${seconds.toFixed(0)} s: ${megabytes.toFixed(1)} MB`,
  );
  return `${points.join(', ')}; growth ${growthOf(samples).toFixed(1)} MB`;
}

function median(samples: readonly MemorySample[]): number {
  const sorted = samples.map(({ megabytes }) => megabytes).sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? NaN;
}
