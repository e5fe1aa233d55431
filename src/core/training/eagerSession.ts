/** A training whose every tfjs operation is a call of the active backend: slow, and possible with every task. */
import * as tf from '@tensorflow/tfjs-core';
import type { Scalar, Tensor } from '@tensorflow/tfjs-core';
import { invariant } from '../../base/index';
import type { NamedArrays, NamedFloats } from '../../base/index';
import '../compute/gradients';
import { valueAndGradients } from '../compute/nestedGradients';
import { createRng } from '../compute/rng';
import type { Optimizer, TensorDict } from '../optimizers/optimizer';
import { withGiven } from '../tasks/givenArrays';
import type { LossRng, Split, Task } from '../tasks/task';
import { addGradients, mapGradients, meanGradients } from './accumulation';
import type { Gradients } from './accumulation';
import { hutchinsonDiagonal } from './curvature';
import { penalizeL2 } from './l2Penalty';
import { evaluateTask } from './evaluateTask';
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
import type {
  Evaluation,
  ResolvedSessionOptions,
  SessionSnapshot,
  TrainingSession,
} from './session';
import type { UpdateProbe } from './trace/recorder';
import { createUpdater } from './updater';
import type { Updater } from './updater';

export function createEagerSession(options: ResolvedSessionOptions): TrainingSession {
  return new EagerSession(options);
}

class EagerSession implements TrainingSession {
  readonly compiled = false;
  readonly #task: Task;
  readonly #optimizer: Optimizer;
  readonly #seed: number;
  readonly #accumulate: number;
  readonly #weightDecay: number;
  readonly #updater: Updater;
  /** Sums since the last update; undefined right after one. */
  #sums: Gradients | undefined;
  #step = 0;

  constructor(options: ResolvedSessionOptions) {
    const { task, optimizer, seed, kernels } = options;
    this.#task = task;
    this.#optimizer = optimizer;
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
      const tensors = uploadBatch(this.#task, batch);
      const gradients = this.#lossAndGradients(tensors, rng);
      const value = readScalar(gradients.loss);
      if (Number.isFinite(value)) this.#consume(gradients, tensors, probe);
      return value;
    });
    if (Number.isFinite(loss)) this.#step += 1;
    return loss;
  }

  readonly blockSteps = 1;

  advanceBlock(): Float32Array {
    return Float32Array.of(this.advance());
  }

  evaluate(split: Split, maxBatches = Infinity): Evaluation {
    const params = this.#evaluationParams();
    try {
      return evaluateTask(this.#task, split, { maxBatches }, (batch, index) =>
        this.#evaluateBatch(params, batch, index),
      );
    } finally {
      if (params !== this.#updater.params) tf.dispose({ ...params });
    }
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
    const names = Object.keys(params);
    const { value, grads } = valueAndGradients(
      () => this.#task.loss(params, batch, rng),
      Object.values(params),
    );
    // A parameter that this loss does not depend on has a zero gradient.
    const entries = names.map(
      (name, i) => [name, grads[i] ?? tf.zerosLike(params[name]!)] as const,
    );
    return { loss: value as Scalar, grads: Object.fromEntries(entries) };
  }

  /** Call inside `tf.tidy`. */
  #consume(raw: Gradients, batch: TensorDict, probe?: UpdateProbe): void {
    const gradients =
      this.#weightDecay > 0 ? penalizeL2(this.#updater.params, raw, this.#weightDecay) : raw;
    if (this.#accumulate === 1) {
      this.#look(this.#step, batch);
      this.#updater.update(this.#step, gradients, probe);
      return;
    }
    const sums = this.#sums === undefined ? gradients : addGradients(this.#sums, gradients);
    if ((this.#step + 1) % this.#accumulate !== 0) {
      this.#replaceSums(sums);
      return;
    }
    const update = Math.floor(this.#step / this.#accumulate);
    this.#look(update, batch);
    this.#updater.update(update, meanGradients(sums, this.#accumulate), probe);
    this.#replaceSums(undefined);
  }

  /** The look at the curvature, where the update begins with one; call inside `tf.tidy`. */
  #look(update: number, batch: TensorDict): void {
    const { curvature } = this.#optimizer;
    if (curvature === undefined || update % curvature.every !== 0) return;
    const { params } = this.#updater;
    const rng = createLossRng({ seed: this.#seed, purpose: 'curvature', step: update });
    const lossOf = (draws: LossRng): Tensor => this.#task.loss(params, batch, draws);
    this.#updater.look(hutchinsonDiagonal(params, lossOf, rng));
  }

  #replaceSums(next: Gradients | undefined): void {
    const old = this.#sums;
    this.#sums = next === undefined ? undefined : mapGradients(next, (tensor) => tf.keep(tensor));
    if (old !== undefined) tf.dispose([...Object.values(old.grads), old.loss]);
  }

  /** Those of the training, or in their stead what the optimizer wants to be evaluated, for the caller to dispose. */
  #evaluationParams(): TensorDict {
    const updates = Math.floor(this.#step / this.#accumulate);
    const values =
      updates === 0 ? undefined : this.#optimizer.evaluationParams?.(this.#updater.exportState());
    return values === undefined ? this.#updater.params : toTensors(values);
  }

  #evaluateBatch(
    params: TensorDict,
    batch: NamedArrays,
    index: number,
  ): { loss: number; accuracy: number } {
    const task = this.#task;
    return tf.tidy(() => {
      const tensors = uploadBatch(task, batch);
      const rng = createLossRng({ seed: this.#seed, purpose: 'evaluation', step: index });
      const loss = readScalar(task.loss(params, tensors, rng));
      const accuracy = task.accuracy?.(params, tensors);
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
function uploadBatch(task: Task, batch: NamedArrays): TensorDict {
  return mapValues(withGiven(task, batch), viewAsTensor);
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
