/**
 * One training at work: a task, an optimizer, and where both stand. `advance` is one step: batch → loss and
 * gradients → L2 penalty → accumulation → update. It knows nothing of logs, evaluation plans or stopping; that
 * is `innerTrain`. Everything random is keyed by (seed, step), so a snapshot is all there is to carry over.
 */
import * as tf from '@tensorflow/tfjs-core';
import type { Scalar, Tensor } from '@tensorflow/tfjs-core';
import { UserError, invariant } from '../../base/index';
import type { NamedArrays, NamedFloats } from '../../base/index';
import '../compute/gradients';
import type { KernelRuntime } from '../compute/kernelRuntime';
import { createRng } from '../compute/rng';
import type { Optimizer, TensorDict } from '../optimizers/optimizer';
import type { LossRng, Split, Task } from '../tasks/task';
import { addGradients, mapGradients, meanGradients } from './accumulation';
import type { Gradients } from './accumulation';
import { penalizeL2 } from './l2Penalty';
import { createLossRng } from './lossRng';
import {
  mapValues,
  requireArrays,
  toFloats,
  toTensors,
  viewAsTensor,
  withPrefix,
  withoutPrefix,
} from '../compute/tensors';
import type { UpdateProbe } from './trace/recorder';
import { createUpdater } from './updater';
import type { Updater } from './updater';

export interface SessionOptions {
  readonly task: Task;
  /** Made for the number of updates, not of batches: see `planAccumulation`. */
  readonly optimizer: Optimizer;
  /** Integer 0 … 2^32-1: initial parameters and the randomness inside the loss follow from it. */
  readonly seed: number;
  /** Runs the optimizer where it has fused kernels. */
  readonly kernels?: KernelRuntime;
  /** K: batches per update; default 1. */
  readonly accumulate?: number;
  /** λ of the L2 penalty; default 0. */
  readonly weightDecay?: number;
}

/** All that a session is, on the host. */
export interface SessionSnapshot {
  /** Batches consumed so far, ≥ 0. */
  readonly step: number;
  /** `params/…`, `state/…` and, in the middle of an accumulation, `sums/grads/…` and `sums/loss`. */
  readonly arrays: NamedFloats;
}

export interface Evaluation {
  /** Mean over the batches; NaN or infinite where the training has diverged. */
  readonly loss: number;
  /** Share of right answers in [0, 1], for tasks that have right answers. */
  readonly accuracy?: number;
}

export interface TrainingSession {
  /** Batches consumed so far. */
  readonly step: number;
  /** Whether updates run in fused kernels. */
  readonly fused: boolean;
  /**
   * One step.
   * @param probe  looks on at the update, where the step makes one
   * @returns the loss of its batch before the update, without the penalty; where it is not finite nothing has
   *   changed and the step does not count
   */
  advance(probe?: UpdateProbe): number;
  /**
   * Mean loss and accuracy over the first `maxBatches` whole batches of a split, nothing changed. A task without
   * data is evaluated once.
   * @throws UserError('data') when the split has no whole batch
   */
  evaluate(split: Split, maxBatches?: number): Evaluation;
  /** Copies of the current parameters. */
  readParams(): NamedFloats;
  exportSnapshot(): SessionSnapshot;
  /** @throws UserError('checkpoint') on a wrong name or shape */
  importSnapshot(snapshot: SessionSnapshot): void;
  /** Frees the tensors; the session is of no use afterwards. */
  dispose(): void;
}

/**
 * A session at step 0 with freshly initialised parameters, on the tfjs backend that is active.
 * @throws UserError('config') on a bad seed, K or λ
 */
export function createSession(options: SessionOptions): TrainingSession {
  const { accumulate = 1, weightDecay = 0 } = options;
  if (!Number.isInteger(accumulate) || accumulate < 1) {
    throw new UserError('config', `accumulate must be an integer ≥ 1, got ${accumulate}`);
  }
  if (!(weightDecay >= 0 && weightDecay < Infinity)) {
    throw new UserError('config', `weightDecay must be a finite number ≥ 0, got ${weightDecay}`);
  }
  return new Session({ ...options, accumulate, weightDecay });
}

class Session implements TrainingSession {
  readonly fused: boolean;
  readonly #task: Task;
  readonly #seed: number;
  readonly #accumulate: number;
  readonly #weightDecay: number;
  readonly #updater: Updater;
  /** Sums since the last update; undefined right after one. */
  #sums: Gradients | undefined;
  #step = 0;

  constructor(
    options: SessionOptions & { readonly accumulate: number; readonly weightDecay: number },
  ) {
    const { task, optimizer, seed, kernels } = options;
    this.fused = optimizer.fused !== undefined && kernels !== undefined;
    this.#task = task;
    this.#seed = seed;
    this.#accumulate = options.accumulate;
    this.#weightDecay = options.weightDecay;
    const params = task.init(createRng({ seed, purpose: 'init' }));
    this.#updater = createUpdater({
      optimizer,
      specs: task.params,
      params,
      ...(kernels === undefined ? {} : { kernels }),
    });
  }

  get step(): number {
    return this.#step;
  }

  advance(probe?: UpdateProbe): number {
    const batch = this.#task.data?.trainBatch(this.#step) ?? {};
    const rng = createLossRng({ seed: this.#seed, purpose: 'dropout', step: this.#step });
    const loss = tf.tidy(() => {
      const gradients = this.#lossAndGradients(uploadBatch(batch), rng);
      const value = readScalar(gradients.loss);
      if (Number.isFinite(value)) this.#consume(gradients, probe);
      return value;
    });
    if (Number.isFinite(loss)) this.#step += 1;
    return loss;
  }

  evaluate(split: Split, maxBatches = Infinity): Evaluation {
    const data = this.#task.data;
    const batches = data === undefined ? 1 : Math.min(data.evaluationBatches(split), maxBatches);
    if (batches < 1) {
      throw new UserError('data', `${this.#task.name}: split ${split} has not one whole batch`, {
        remedy: 'Make the batch smaller or evaluate another split.',
      });
    }
    let lossSum = 0;
    let accuracySum = 0;
    for (let index = 0; index < batches; index++) {
      const batch = data?.evaluationBatch(split, index) ?? {};
      const { loss, accuracy } = this.#evaluateBatch(batch, index);
      lossSum += loss;
      accuracySum += accuracy;
    }
    const loss = lossSum / batches;
    return this.#task.accuracy === undefined ? { loss } : { loss, accuracy: accuracySum / batches };
  }

  readParams(): NamedFloats {
    return toFloats(this.#updater.params);
  }

  exportSnapshot(): SessionSnapshot {
    const sums = this.#sums === undefined ? {} : flattenGradients(this.#sums);
    return {
      step: this.#step,
      arrays: {
        ...withPrefix('params', this.readParams()),
        ...withPrefix('state', this.#updater.exportState()),
        ...withPrefix('sums', toFloats(sums)),
      },
    };
  }

  importSnapshot({ step, arrays }: SessionSnapshot): void {
    const sums = this.#readSums(step, withoutPrefix('sums', arrays));
    this.#updater.importAll(withoutPrefix('params', arrays), withoutPrefix('state', arrays));
    tf.tidy(() => {
      this.#replaceSums(sums === undefined ? undefined : unflattenGradients(toTensors(sums)));
    });
    this.#step = step;
  }

  dispose(): void {
    this.#replaceSums(undefined);
    this.#updater.dispose();
  }

  /** Call inside `tf.tidy`. */
  #lossAndGradients(batch: TensorDict, rng: LossRng): Gradients {
    const { params } = this.#updater;
    const { value, grads } = tf.variableGrads(
      () => this.#task.loss(params, batch, rng),
      Object.values(params),
    );
    return {
      loss: value,
      // A parameter that this loss does not depend on has no entry, and a zero gradient.
      grads: mapValues(params, (variable) => grads[variable.name] ?? tf.zerosLike(variable)),
    };
  }

  /** Call inside `tf.tidy`. */
  #consume(raw: Gradients, probe?: UpdateProbe): void {
    const gradients =
      this.#weightDecay > 0 ? penalizeL2(this.#updater.params, raw, this.#weightDecay) : raw;
    if (this.#accumulate === 1) {
      this.#updater.update(this.#step, gradients, probe);
      return;
    }
    const sums = this.#sums === undefined ? gradients : addGradients(this.#sums, gradients);
    if ((this.#step + 1) % this.#accumulate !== 0) {
      this.#replaceSums(sums);
      return;
    }
    const update = Math.floor(this.#step / this.#accumulate);
    this.#updater.update(update, meanGradients(sums, this.#accumulate), probe);
    this.#replaceSums(undefined);
  }

  #replaceSums(next: Gradients | undefined): void {
    const old = this.#sums;
    this.#sums = next === undefined ? undefined : mapGradients(next, (tensor) => tf.keep(tensor));
    if (old !== undefined) tf.dispose([...Object.values(old.grads), old.loss]);
  }

  #evaluateBatch(batch: NamedArrays, index: number): { loss: number; accuracy: number } {
    const task = this.#task;
    return tf.tidy(() => {
      const tensors = uploadBatch(batch);
      const rng = createLossRng({ seed: this.#seed, purpose: 'evaluation', step: index });
      const loss = readScalar(task.loss(this.#updater.params, tensors, rng));
      const accuracy = task.accuracy?.(this.#updater.params, tensors);
      return { loss, accuracy: accuracy === undefined ? 0 : readScalar(accuracy) };
    });
  }

  #readSums(step: number, arrays: NamedFloats): NamedFloats | undefined {
    if (step % this.#accumulate === 0) return undefined;
    const specs = [
      ...this.#task.params.map(({ name, shape }) => ({ name: `grads/${name}`, shape })),
      { name: 'loss', shape: [] },
    ];
    return requireArrays('accumulated gradients', specs, arrays);
  }
}

/** Nobody writes to a batch while its step runs. */
function uploadBatch(batch: NamedArrays): TensorDict {
  return mapValues(batch, viewAsTensor);
}

function flattenGradients({ grads, loss }: Gradients): TensorDict {
  const entries = Object.entries(grads).map(([name, grad]) => [`grads/${name}`, grad] as const);
  return { ...Object.fromEntries<Tensor>(entries), loss };
}

function unflattenGradients(tensors: TensorDict): Gradients {
  const { loss, ...rest } = tensors;
  invariant(loss !== undefined, 'accumulated gradients without a loss');
  const entries = Object.entries(rest).map(([name, grad]) => [name.slice('grads/'.length), grad]);
  return { grads: Object.fromEntries(entries) as TensorDict, loss: loss as Scalar };
}

function readScalar(tensor: Tensor): number {
  return tensor.dataSync()[0] ?? NaN;
}
