/** The training of a network by a learned optimizer, step after step, as one computation with derivatives. */
import { engine, lessEqual, where, zeros } from '@tensorflow/tfjs-core';
import type { Scalar, Tensor } from '@tensorflow/tfjs-core';
import type { TensorDict } from '../../optimizers/optimizer';
import type { LossRng, Task } from '../task';
import type { LearnedOptimizer } from './learnedOptimizer';

/** A training between two steps. */
export interface Progress {
  readonly params: TensorDict;
  /** State of each tensor, by the tensor's name. */
  readonly states: Readonly<Record<string, TensorDict>>;
  readonly step: number;
}

export interface Unroll {
  readonly task: Task;
  readonly optimizer: LearnedOptimizer;
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
  const { value, grads } = gradientsOnOwnTape(
    () => task.loss(params, batch, rng),
    names.map((name) => params[name]!),
  );
  const results = names.map((name, i) => {
    const param = params[name]!;
    // Undefined where the loss does not depend on it, whatever tfjs's types say.
    const grad = (grads as (Tensor | undefined)[])[i] ?? zeros(param.shape);
    return [name, optimizer.update({ theta, param, grad, state: states[name]!, step })] as const;
  });
  const progress = {
    params: Object.fromEntries(results.map(([name, { param }]) => [name, param])),
    states: Object.fromEntries(results.map(([name, { state }]) => [name, state])),
    step: step + 1,
  };
  return { progress, loss: capped(value, lossCap) };
}

type Gradients = ReturnType<ReturnType<typeof engine>['gradients']>;

/**
 * The gradients of `f` by `xs`, sought among its own operations alone: tfjs looks through all that was recorded so far, which
 * for an unroll is every step before. They are recorded all the same, for derivatives of what comes of them.
 */
function gradientsOnOwnTape(f: () => Scalar, xs: Tensor[]): Gradients {
  const { state } = engine();
  const tape = state.activeTape;
  const gradients = (): Gradients => engine().gradients(f, xs, undefined, true);
  // Nobody differentiates: then tfjs keeps a tape for `f` only.
  if (state.gradientDepth === 0) return gradients();
  state.activeTape = [];
  try {
    return gradients();
  } finally {
    for (const node of state.activeTape) tape.push(node);
    state.activeTape = tape;
  }
}

/** A comparison instead of a minimum: what is not a number is not below the cap. */
function capped(loss: Scalar, cap: number): Scalar {
  return Number.isFinite(cap) ? where(lessEqual(loss, cap), loss, cap) : loss;
}
