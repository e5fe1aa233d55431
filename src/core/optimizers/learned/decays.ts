/**
 * Moving averages of one thing with several decays at once, along a first axis of their own, where the decays are
 * learned: as offsets to known ones on a logarithmic scale, 1 − exp(10·(ln(1 − β)/10 + x)).
 * Source: google/learned_optimization, learned_optimizers/adafac_mlp_lopt.py and common.py.
 */
import { add, clipByValue, exp, mul, reshape, sub, tensor1d } from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';

const SCALE = 10;

/** The decays where the offsets are x; `initial` where they are 0. @param offsets  f32[k] @returns f32[k], may be below 0 */
export function learnedDecays(offsets: Tensor, initial: readonly number[]): Tensor {
  const start = tensor1d(initial.map((decay) => Math.log(1 - decay) / SCALE));
  return sub(1, exp(mul(add(start, offsets), SCALE)));
}

/** The same within [0, 1]. */
export function boundedDecays(offsets: Tensor, initial: readonly number[]): Tensor {
  return clipByValue(learnedDecays(offsets, initial), 0, 1);
}

/** f32[k] as f32[k, 1, …, 1], to go with tensors of that rank. */
export function perDecay(decays: Tensor, rank: number): Tensor {
  return reshape(decays, [decays.size, ...Array.from({ length: rank }, () => 1)]);
}

/** β·old + (1 − β)·fresh for each decay. @param old  f32[k, …S] @param fresh  f32[1, …S] */
export function mixed(decays: Tensor, old: Tensor, fresh: Tensor): Tensor {
  const each = perDecay(decays, old.rank - 1);
  return add(mul(old, each), mul(fresh, sub(1, each)));
}
