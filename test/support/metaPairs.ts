/** Noise as estimators are given it, and outcomes of pairs made of plain numbers. */
import type { NoiseSpace, PairOutcome, SideOutcome } from '../../src/core/meta/estimators';
import { createRng } from '../../src/core/compute/rng';
import type { Words4 } from '../../src/core/compute/rng';

/** Standard normals of a stream of noise, f32[size]. */
export function normals(size: number, [seed, , step, member]: Words4): Float32Array {
  const out = new Float32Array(size);
  createRng({ seed, purpose: 'noise', step, member }).fillNormal(out, 0, 1);
  return out;
}

export function plainNoise(size: number): NoiseSpace {
  return {
    size,
    add(target, key, weight) {
      const noise = normals(size, key);
      for (let i = 0; i < size; i++) {
        target[i]! += Math.fround(Math.fround(weight) * noise[i]!);
      }
    },
  };
}

/** One segment, with the losses of both sides. */
export function outcomeOf(
  positive: readonly number[],
  negative: readonly number[],
  finals?: readonly [number, number],
): PairOutcome {
  const side = (losses: readonly number[], final?: number): SideOutcome => ({
    losses: Float32Array.from(losses),
    diverged: false,
    ...(final === undefined ? {} : { final }),
  });
  return {
    segments: [{ positive: side(positive, finals?.[0]), negative: side(negative, finals?.[1]) }],
  };
}
