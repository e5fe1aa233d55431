/** The training of a network by a learned optimizer, step after step, as one computation with derivatives. */
import { lessEqual, where, zeros } from '@tensorflow/tfjs-core';
import type { Scalar } from '@tensorflow/tfjs-core';
import { valueAndGradients } from '../../compute/nestedGradients';
import { ruleTime } from '../../optimizers/learned/tensorRule';
import type { TensorRule } from '../../optimizers/learned/tensorRule';
import type { TensorDict } from '../../optimizers/optimizer';
import type { LossRng, Task } from '../task';

/** A training between two steps. */
export interface Progress {
  readonly params: TensorDict;
  /** State of each tensor, by the tensor's name. */
  readonly states: Readonly<Record<string, TensorDict>>;
  readonly step: number;
}

export interface Unroll {
  readonly task: Task;
  readonly optimizer: TensorRule;
  /** Larger losses, and those that are not a number, count as this one; infinite: none do. */
  readonly lossCap: number;
}

/** A training before its first step. */
export function begin({ optimizer }: Unroll, params: TensorDict): Progress {
  const states = Object.entries(params).map(([name, { shape }]) => {
    const parts = Object.entries(optimizer.state(shape));
    return [name, Object.fromEntries(parts.map(([part, own]) => [part, zeros([...own])]))] as const;
  });
  return { params, states: Object.fromEntries(states), step: 0 };
}

/**
 * One step. @returns the batch's loss before it, at most the cap; derivatives flow through the gradient too.
 */
export function advance(
  { task, optimizer, lossCap }: Unroll,
  theta: TensorDict,
  { params, states, step }: Progress,
  batch: TensorDict,
  rng: LossRng,
): { readonly progress: Progress; readonly loss: Scalar } {
  const names = Object.keys(params);
  const { value, grads } = valueAndGradients(
    () => task.loss(params, batch, rng),
    names.map((name) => params[name]!),
  );
  const time = ruleTime(step);
  const results = names.map((name, i) => {
    const param = params[name]!;
    const grad = grads[i] ?? zeros(param.shape);
    return [name, optimizer.update({ theta, param, grad, state: states[name]!, time })] as const;
  });
  const progress = {
    params: Object.fromEntries(results.map(([name, { param }]) => [name, param])),
    states: Object.fromEntries(results.map(([name, { state }]) => [name, state])),
    step: step + 1,
  };
  return { progress, loss: capped(value as Scalar, lossCap) };
}

/** The loss, or the cap where it is larger or not a number; a comparison, since no number is not below the cap. */
function capped(loss: Scalar, cap: number): Scalar {
  return Number.isFinite(cap) ? where(lessEqual(loss, cap), loss, cap) : loss;
}
