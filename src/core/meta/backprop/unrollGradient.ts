/**
 * Gradients of a meta-loss by going back through the steps of an inner training, for small optimizers and short trainings:
 * all steps are kept in memory, and a long training's gradient is large without saying much.
 * Source: `full_grad.py` and `truncated_grad.py` of google/learned_optimization
 */
import * as tf from '@tensorflow/tfjs-core';
import type { Scalar } from '@tensorflow/tfjs-core';
import { invariant } from '../../../base/index';
import type { NamedArrays, NamedFloats } from '../../../base/index';
import '../../compute/gradients';
import { valueAndGradients } from '../../compute/nestedGradients';
import { mapValues, scalarTensor, toFloats, toTensors } from '../../compute/tensors';
import type { Optimizer, TensorDict } from '../../optimizers/optimizer';
import type { Task } from '../../tasks/task';
import { capped } from '../../tasks/wrapped/unroll';
import { createLossRng } from '../../training/lossRng';
import type { TrainingLoss } from '../estimators/fullEs';

export interface UnrollOptions {
  /** Its loss must have second derivatives. */
  readonly task: Task;
  /** A learned one, whose weights the gradient is with respect to. */
  readonly optimizer: Optimizer;
  /** Of the step losses of the unroll, or of the parameters after its last step. */
  readonly loss: TrainingLoss;
  /** What larger losses, and those that are not a number, count as; Infinity: none do. */
  readonly lossCap: number;
  /** Of the random numbers inside of the task's loss, by step. */
  readonly seed: number;
}

/** An inner training between two steps. */
export interface UnrollStand {
  readonly params: NamedFloats;
  /** Of the optimizer; absent: the training begins. */
  readonly state?: NamedFloats;
  /** Steps made. */
  readonly step: number;
}

export interface UnrollBatches {
  /** One a step, one or more. */
  readonly steps: readonly NamedArrays[];
  /** For the loss after the last step, where it is wanted: one or more. */
  readonly final?: readonly NamedArrays[];
}

export interface UnrollResult {
  /** Names and shapes of theta: of the loss with respect to theta. */
  readonly gradient: NamedFloats;
  readonly loss: number;
  readonly stand: UnrollStand;
}

/**
 * Unrolls the steps of `batches` and goes back through them. From the beginning to the end of a training this is the full
 * gradient; from where the steps before ended, it is the truncated one, which leaves out what theta did to that place.
 * @throws Error on no batch, or no final one where it is wanted; UserError by tfjs's own on operations without derivatives
 */
export function unrollGradient(
  options: UnrollOptions,
  theta: NamedFloats,
  start: UnrollStand,
  batches: UnrollBatches,
): UnrollResult {
  invariant(batches.steps.length > 0, 'an unroll has at least one step');
  const results: UnrollResult[] = [];
  tf.tidy(() => {
    results.push(differentiate(options, theta, start, batches));
  });
  return results[0]!;
}

function differentiate(
  options: UnrollOptions,
  theta: NamedFloats,
  start: UnrollStand,
  batches: UnrollBatches,
): UnrollResult {
  const weights = toTensors(theta);
  let stand = start;
  const { value, grads } = valueAndGradients(() => {
    const { loss, params, state } = unroll(options, weights, start, batches);
    // Read at once: what is not needed for the way back is gone after it.
    const step = start.step + batches.steps.length;
    stand = { params: toFloats(params), state: toFloats(state), step };
    return loss;
  }, Object.values(weights));
  const gradient = Object.entries(weights).map(
    ([name, weight], i) => [name, grads[i] ?? tf.zerosLike(weight)] as const,
  );
  return {
    gradient: toFloats(Object.fromEntries(gradient)),
    loss: value.dataSync()[0]!,
    stand,
  };
}

function unroll(
  { task, optimizer, loss: kind, lossCap, seed }: UnrollOptions,
  theta: TensorDict,
  start: UnrollStand,
  batches: UnrollBatches,
): { readonly loss: Scalar; readonly params: TensorDict; readonly state: TensorDict } {
  const form = optimizer.theta?.with(theta);
  invariant(form !== undefined, 'an optimizer without weights of its own has no such gradient');
  let params = toTensors(start.params);
  let state = start.state === undefined ? form.init(params) : toTensors(start.state);
  const losses = batches.steps.map((arrays, i) => {
    const step = start.step + i;
    const batch = toTensors(arrays);
    const rng = createLossRng({ seed, purpose: 'dropout', step });
    const { value, grads: slopes } = valueAndGradients(
      () => task.loss(params, batch, rng),
      Object.values(params),
    );
    const named = Object.entries(params).map(
      ([name, param], j) => [name, slopes[j] ?? tf.zerosLike(param)] as const,
    );
    const scalars = mapValues(optimizer.scalars(step), scalarTensor);
    const grads = Object.fromEntries(named);
    ({ params, state } = form.update({ params, grads, loss: value as Scalar, state, scalars }));
    return capped(value as Scalar, lossCap);
  });
  const finals = (): Scalar[] =>
    (batches.final ?? []).map((arrays, member) => {
      const rng = createLossRng({ seed, purpose: 'evaluation', member });
      return capped(task.loss(params, toTensors(arrays), rng), lossCap);
    });
  return { loss: judged(kind, losses, finals), params, state };
}

function judged(kind: TrainingLoss, losses: readonly Scalar[], finals: () => Scalar[]): Scalar {
  switch (kind) {
    case 'avg':
      return tf.mean(tf.stack([...losses]));
    case 'min':
      return tf.min(tf.stack([...losses]));
    case 'last':
      return losses.at(-1)!;
    case 'lastRecompute': {
      const recomputed = finals();
      invariant(recomputed.length > 0, 'the loss after the last step needs at least one batch');
      return tf.mean(tf.stack(recomputed));
    }
  }
}
