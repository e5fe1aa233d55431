/**
 * Another task with its gradient replaced by an antithetic evolution-strategies estimate,
 * 1/n Σᵢ εᵢ (L(p + σ εᵢ) - L(p - σ εᵢ)) / 2σ with εᵢ standard normal: unbiased for the gradient of the loss blurred by
 * σ. All losses of a step share batch and dropout. The loss that is reported is the undisturbed one
 * (google/learned_optimization, tasks/es_wrapper.py).
 */
import { addN, mul, sub } from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { UserError } from '../../../base/index';
import type { TensorDict } from '../../optimizers/optimizer';
import type { LossRng, Task } from '../task';
import { drawNoise, isGradientWanted, moved, recordDraws, withGradient } from './givenGradient';

export interface EsGradientOptions {
  readonly task: Task;
  /** n: antithetic pairs of losses in each step. */
  readonly pairs: number;
  /** σ: standard deviation of the noise, > 0. */
  readonly std: number;
}

/** The task; parameters, batches and data are those of the one inside. @throws UserError('config') */
export function createEsGradient({ task, pairs, std }: EsGradientOptions): Task {
  checkOptions(pairs, std);
  const count = `${pairs} pair${pairs === 1 ? '' : 's'}`;
  return {
    ...task,
    name: `${task.name}, gradient from ${count} of losses at noise ${std}`,
    family: 'esGradient',
    summary: `${task.summary} The gradient is estimated from ${count} of losses at weights with noise of ${std} added and taken away.`,
    loss(params, batch, rng) {
      const draws = recordDraws(rng);
      const loss = task.loss(params, batch, draws.rng);
      if (!isGradientWanted()) return loss;
      const lossAt = (values: TensorDict): Tensor => task.loss(values, batch, draws.replay());
      return withGradient(loss, params, estimate(params, lossAt, { rng, pairs, std }));
    },
  };
}

function estimate(
  params: TensorDict,
  lossAt: (params: TensorDict) => Tensor,
  { rng, pairs, std }: { readonly rng: LossRng } & Pick<EsGradientOptions, 'pairs' | 'std'>,
): TensorDict {
  const terms = Array.from({ length: pairs }, () => {
    const noise = drawNoise(params, rng);
    const difference = sub(lossAt(moved(params, noise, std)), lossAt(moved(params, noise, -std)));
    return { noise, weight: mul(difference, 1 / (2 * std * pairs)) };
  });
  return Object.fromEntries(
    Object.keys(params).map((name) => [
      name,
      addN(terms.map(({ noise, weight }) => mul(noise[name]!, weight))),
    ]),
  );
}

function checkOptions(pairs: number, std: number): void {
  if (!(Number.isInteger(pairs) && pairs >= 1)) {
    throw new UserError('config', `pairs must be an integer of at least 1, got ${pairs}`);
  }
  if (Number.isFinite(std) && std > 0) return;
  throw new UserError('config', `std must be a number above 0, got ${std}`);
}
