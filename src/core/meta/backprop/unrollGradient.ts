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
import { renewedState } from '../../optimizers/optimizer';
import type { Optimizer, TensorDict } from '../../optimizers/optimizer';
import type { Task } from '../../tasks/task';
import { createLossRng } from '../../training/lossRng';
import type { TrainingLoss } from '../estimators/fullEs';
import type { MetaLoss } from '../metaLoss';
import { chosen, judge, read } from './judgeUnroll';
import type { Judged, ReadLoss } from './judgeUnroll';
import { requireDerivatives, requireMemory } from './limits';

export interface UnrollOptions {
  /** Its loss must have second derivatives. */
  readonly task: Task;
  /** A learned one, whose weights the gradient is with respect to. */
  readonly optimizer: Optimizer;
  /** Of the step losses of the unroll, or of the parameters after its last step. */
  readonly loss: TrainingLoss;
  /** What losses count as; its slope is taken by differences. */
  readonly metaLoss: MetaLoss;
  /** A larger loss of a step ends the training, as one does that is not a number. */
  readonly worstLoss: number;
  /** Most bytes that the way forward may keep for the way back; default: any. */
  readonly memoryLimit?: number;
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
  /** Loss of the training's first batch; absent: the training begins. */
  readonly first?: number;
}

export interface UnrollBatches {
  /** One a step, one or more. */
  readonly steps: readonly NamedArrays[];
  /** For the loss after the last step, where it is wanted: one or more. */
  readonly final?: readonly NamedArrays[];
}

export interface UnrollResult {
  /** Names and shapes of theta: of the meta-loss with respect to theta; zeros where the training diverged. */
  readonly gradient: NamedFloats;
  /** Meta-loss; the worst one where the training diverged. */
  readonly loss: number;
  /** Whether a loss or a number of the gradient was not finite, or a loss was too large: then there is no going on. */
  readonly diverged: boolean;
  readonly stand: UnrollStand;
  /** Bytes that the way forward kept, about. */
  readonly bytes: number;
}

/** What a way forward came to. */
interface Forward {
  readonly slope: Judged['slope'];
  readonly result: Omit<UnrollResult, 'gradient'>;
}

/**
 * Unrolls the steps of `batches` and goes back through them. From the beginning to the end of a training this is the full
 * gradient; from where the steps before ended, it is the truncated one, which leaves out what theta did to that place.
 * @throws Error on no batch, or no final one where it is wanted; UserError('config') on an operation whose derivative has no
 *   derivative, UserError('device') where more memory is needed than there may be
 */
export function unrollGradient(
  options: UnrollOptions,
  theta: NamedFloats,
  start: UnrollStand,
  batches: UnrollBatches,
): UnrollResult {
  invariant(batches.steps.length > 0, 'an unroll has at least one step');
  return inTidy(() => {
    const weights = toTensors(theta);
    let forward: Forward | undefined;
    const { grads } = requireDerivatives(options.task, () =>
      valueAndGradients(() => {
        forward = unroll(options, weights, start, batches);
        return forward.slope;
      }, Object.values(weights)),
    );
    invariant(forward !== undefined, 'a gradient without its loss');
    const { result } = forward;
    const names = Object.keys(weights);
    const gradient = toFloats(named(names, weights, grads));
    if (!result.diverged && isFinite(gradient)) return { ...result, gradient };
    const nothing = mapValues(theta, ({ shape, data }) => ({
      shape,
      data: new Float32Array(data.length),
    }));
    const { first = NaN } = result.stand;
    return { ...result, gradient: nothing, loss: options.metaLoss.worst(first), diverged: true };
  });
}

/**
 * The same steps without a way back, for who wants to stand behind them.
 * @returns undefined where the training diverges
 */
export function unrollForward(
  options: Omit<UnrollOptions, 'loss' | 'memoryLimit'>,
  theta: NamedFloats,
  start: UnrollStand,
  steps: readonly NamedArrays[],
): UnrollStand | undefined {
  let stand = start;
  for (const batch of steps) {
    const { diverged, stand: next } = inTidy(() => {
      const once = { ...options, loss: 'avg' as const };
      return unroll(once, toTensors(theta), stand, { steps: [batch] }).result;
    });
    if (diverged) return undefined;
    stand = next;
  }
  return stand;
}

function inTidy<R>(act: () => R): R {
  const results: R[] = [];
  tf.tidy(() => {
    results.push(act());
  });
  return results[0]!;
}

function unroll(
  options: UnrollOptions,
  theta: TensorDict,
  start: UnrollStand,
  { steps, final = [] }: UnrollBatches,
): Forward {
  const { task, optimizer, worstLoss, seed } = options;
  const before = requireMemory(options.memoryLimit);
  const form = optimizer.theta?.with(theta);
  invariant(form !== undefined, 'an optimizer without weights of its own has no such gradient');
  let params = toTensors(start.params);
  let state = start.state === undefined ? form.init(params) : toTensors(start.state);
  let { step, first } = start;
  const losses: ReadLoss[] = [];
  let diverged = false;
  for (const arrays of steps) {
    const batch = toTensors(arrays);
    const rng = createLossRng({ seed, purpose: 'dropout', step });
    const names = Object.keys(params);
    const { value, grads: slopes } = valueAndGradients(
      () => task.loss(params, batch, rng),
      names.map((name) => params[name]!),
    );
    const loss = read(value as Scalar);
    first ??= loss.value;
    diverged = !(loss.value <= worstLoss);
    if (diverged) break;
    losses.push(loss);
    const scalars = mapValues(optimizer.scalars(step), scalarTensor);
    const grads = named(names, params, slopes);
    state = renewedState(optimizer, step, { state, grads });
    ({ params, state } = form.update({ params, grads, loss: loss.tensor, state, scalars }));
    step += 1;
    before.check();
  }
  const finals = (): ReadLoss[] =>
    final.map((arrays, member) => {
      const rng = createLossRng({ seed, purpose: 'evaluation', member });
      const loss = read(task.loss(params, toTensors(arrays), rng));
      before.check();
      return loss;
    });
  // Read at once: what is not needed for the way back is gone after it.
  const stand = { params: toFloats(params), state: toFloats(state), step, first: first ?? NaN };
  const judged = judge(options, diverged ? [] : chosen(options.loss, losses, finals), stand.first);
  const { slope, loss } = judged;
  const result = { loss, diverged: diverged || judged.diverged, stand, bytes: before.bytes() };
  return { slope, result };
}

function named(
  names: readonly string[],
  like: TensorDict,
  grads: readonly (tf.Tensor | undefined)[],
): TensorDict {
  return Object.fromEntries(
    names.map((name, i) => [name, grads[i] ?? tf.zerosLike(like[name]!)] as const),
  );
}

function isFinite(arrays: NamedFloats): boolean {
  return Object.values(arrays).every(({ data }) => data.every(Number.isFinite));
}
