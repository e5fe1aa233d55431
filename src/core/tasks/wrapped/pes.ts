/**
 * Persistent evolution strategies over a whole training (Vicol, Metz, Sohl-Dickstein, "Unbiased gradient estimation in
 * unrolled computation graphs with persistent evolution strategies", 2021). Two trainings with opposite noise go side
 * by side; each truncation draws new noise εⱼ, and its losses are weighed with all noise so far:
 * g = Σⱼ (ε₁ + … + εⱼ) (L⁺ⱼ - L⁻ⱼ) / 2σ. The estimate is unbiased for the gradient of the blurred loss. Here a step
 * plays the whole training, since a task keeps nothing between its steps.
 */
import { add, addN, mul, sub } from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { mapValues } from '../../compute/tensors';
import type { TensorDict } from '../../optimizers/optimizer';
import type { LossRng } from '../task';
import { drawNoise, moved, recordDraws } from './givenGradient';

export interface PesOptions {
  /** Inner steps of a truncation. */
  readonly truncation: number;
  /** σ: standard deviation of the noise, > 0. */
  readonly std: number;
}

/** A training of which a piece is played with given weights: the sum of its losses, and where it stands then. */
export type Play<State> = (
  theta: TensorDict,
  state: State,
  piece: { readonly from: number; readonly to: number },
  rng: LossRng,
) => { readonly state: State; readonly total: Tensor };

/** Estimate of the gradient of the sum of the losses of `steps` inner steps. */
export function pesGradient<State>(
  theta: TensorDict,
  start: State,
  {
    play,
    steps,
    rng,
    truncation,
    std,
  }: PesOptions & {
    readonly play: Play<State>;
    readonly steps: number;
    readonly rng: LossRng;
  },
): TensorDict {
  let [above, below] = [start, start];
  let total: TensorDict | undefined;
  const terms: TensorDict[] = [];
  for (let from = 0; from < steps; from += truncation) {
    const piece = { from, to: Math.min(from + truncation, steps) };
    const noise = drawNoise(theta, rng);
    total = total === undefined ? noise : sumOf(total, noise);
    const draws = recordDraws(rng);
    const plus = play(moved(theta, noise, std), above, piece, draws.rng);
    const minus = play(moved(theta, noise, -std), below, piece, draws.replay());
    [above, below] = [plus.state, minus.state];
    const weight = mul(sub(plus.total, minus.total), 1 / (2 * std));
    terms.push(mapValues(total, (value) => mul(value, weight)));
  }
  return mapValues(theta, (_, name) => addN(terms.map((term) => term[name]!)));
}

function sumOf(a: TensorDict, b: TensorDict): TensorDict {
  return mapValues(a, (value, name) => add(value, b[name]!));
}
