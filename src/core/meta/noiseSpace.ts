/** Where noise is added up: by a kernel where there are some, else in plain TypeScript, with the same bits. */
import { instructionsOf } from '../compute/instructions';
import type { KernelRuntime } from '../compute/kernelRuntime';
import { padded } from '../compute/plan/arena';
import { createRng } from '../compute/rng';
import type { RngPurpose, Words4 } from '../compute/rng';
import { RNG_PURPOSES } from '../compute/rng';
import type { NoiseSpace } from './estimators';

/**
 * @param size  numbers of a theta
 * @throws UserError('device') when the memory cannot be had
 */
export function createNoiseSpace(size: number, kernels?: KernelRuntime): NoiseSpace {
  return kernels === undefined ? plainNoiseSpace(size) : kernelNoiseSpace(size, kernels);
}

function kernelNoiseSpace(size: number, kernels: KernelRuntime): NoiseSpace {
  const sum = 0;
  const ones = padded(size);
  const key = 2 * ones;
  const weight = key + 4;
  const program = padded(weight + 1);
  const emit = instructionsOf(kernels);
  const code = emit('random.perturb', sum, sum, size, key, ones, weight);
  const arena = kernels.allocate(program + code.length);
  arena.i32.set(code, program);
  arena.f32.fill(1, ones, ones + size);
  return {
    size,
    add: (target, words, factor) => {
      arena.f32.set(target, sum);
      arena.i32.set(words, key);
      arena.f32[weight] = factor;
      arena.run(program, code.length);
      target.set(arena.f32.subarray(sum, sum + size));
    },
  };
}

const PURPOSES = new Map<number, RngPurpose>(
  Object.entries(RNG_PURPOSES).map(([name, number]) => [number, name as RngPurpose]),
);

function plainNoiseSpace(size: number): NoiseSpace {
  const noise = new Float32Array(size);
  return {
    size,
    add: (target, key, weight) => {
      rngOf(key).fillNormal(noise, 0, 1);
      const factor = Math.fround(weight);
      for (let i = 0; i < size; i++) target[i]! += Math.fround(factor * noise[i]!);
    },
  };
}

function rngOf([seed, purpose, step, member]: Words4) {
  return createRng({ seed, purpose: PURPOSES.get(purpose) ?? 'noise', step, member });
}
