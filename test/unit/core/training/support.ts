/** A task small enough to follow by hand, and one with all the trimmings, for tests of the training loop. */
import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import type { Scalar, Tensor } from '@tensorflow/tfjs-core';
import type { NamedArrays } from '../../../../src/base/index';
import { createRng } from '../../../../src/core/compute/rng';
import type { Optimizer } from '../../../../src/core/optimizers/optimizer';
import { createOptimizer } from '../../../../src/core/optimizers/registry';
import type { Task } from '../../../../src/core/tasks/task';
import { innerTrain } from '../../../../src/core/training/innerTrain';
import type {
  EvaluationRecord,
  InnerTrainOptions,
  InnerTrainOutcome,
  StepRecord,
  TrainingCheckpoint,
} from '../../../../src/core/training/innerTrain';

// Keeps tfjs's advice to install another backend off the terminal.
tf.enableProdMode();

const NUM_EXAMPLES = 12;
const BATCH = 4;

/** loss = ½·Σ(w − target)² with a fixed start; no data. */
export function bowl(start: readonly number[], target = 0): Task {
  return {
    name: 'bowl',
    family: 'test',
    summary: 'A bowl.',
    params: [{ name: 'w', shape: [start.length] }],
    batch: [],
    init: () => ({ w: { shape: [start.length], data: Float32Array.from(start) } }),
    loss: ({ w }) => tf.mul(tf.sum(tf.square(tf.sub(w as Tensor, target))), 0.5),
    normalize: (loss) => loss,
  };
}

/**
 * Two-layer regression on random data with dropout; `unused` is a parameter that the loss ignores.
 * Batches wander over the examples by step, held-out batches are other examples.
 */
export function regression(): Task {
  const batchAt = (step: number): NamedArrays => {
    const rng = createRng({ seed: 5, purpose: 'batch', step: step % 1000 });
    const x = new Float32Array(BATCH * 3);
    rng.fillNormal(x, 0, 1);
    const y = new Float32Array(BATCH).map((_, i) => Math.sin(x[3 * i]!) + x[3 * i + 1]!);
    return { x: { shape: [BATCH, 3], data: x }, y: { shape: [BATCH, 1], data: y } };
  };
  const predict = (params: Readonly<Record<string, Tensor>>, x: Tensor): Tensor => {
    const hidden = tf.tanh(tf.add(tf.matMul(x, params['layer0/w']!), params['layer0/b']!));
    return tf.matMul(hidden, params['layer1/w']!);
  };
  return {
    name: 'regression',
    family: 'test',
    summary: 'A regression.',
    params: [
      { name: 'layer0/w', shape: [3, 5] },
      { name: 'layer0/b', shape: [5] },
      { name: 'layer1/w', shape: [5, 1] },
      { name: 'unused', shape: [] },
    ],
    batch: [
      { name: 'x', shape: [BATCH, 3] },
      { name: 'y', shape: [BATCH, 1] },
    ],
    init(rng) {
      const draw = (shape: number[]) => {
        const data = new Float32Array(shape.reduce((a, b) => a * b, 1));
        rng.fillNormal(data, 0, 0.5);
        return { shape, data };
      };
      return {
        'layer0/w': draw([3, 5]),
        'layer0/b': draw([5]),
        'layer1/w': draw([5, 1]),
        unused: draw([]),
      };
    },
    loss(params, { x, y }, rng) {
      const kept = tf.cast(tf.less(rng.uniform([BATCH, 3]), 0.9), 'float32');
      return tf.mean<Scalar>(tf.square(tf.sub(predict(params, tf.mul(x!, kept)), y!)));
    },
    accuracy(params, { x, y }) {
      return tf.mean(tf.cast(tf.less(tf.abs(tf.sub(predict(params, x!), y!)), 0.5), 'float32'));
    },
    normalize: (loss) => loss,
    data: {
      size: () => NUM_EXAMPLES,
      trainBatch: batchAt,
      evaluationBatch: (_, index) => batchAt(500 + index),
      evaluationBatches: () => NUM_EXAMPLES / BATCH,
    },
  };
}

export function sgd(learningRate: number): Optimizer {
  return createOptimizer({ name: 'sgd', options: { learningRate } }, { numSteps: 100 });
}

export function adam(numSteps: number): Optimizer {
  const options = { learningRate: 0.02, schedule: { kind: 'cosine' } };
  return createOptimizer({ name: 'adam', options }, { numSteps });
}

export interface Recording {
  readonly outcome: InnerTrainOutcome;
  readonly steps: StepRecord[];
  readonly evaluations: EvaluationRecord[];
  readonly checkpoints: { readonly reason: string; readonly checkpoint: TrainingCheckpoint }[];
}

/** Runs the loop and keeps all that it says. */
export async function record(options: InnerTrainOptions): Promise<Recording> {
  const steps: StepRecord[] = [];
  const evaluations: EvaluationRecord[] = [];
  const checkpoints: Recording['checkpoints'] = [];
  const outcome = await innerTrain({
    ...options,
    listener: {
      ...options.listener,
      onStep: (step) => {
        steps.push(step);
        options.listener?.onStep?.(step);
      },
      onEvaluation: (evaluation) => evaluations.push(evaluation),
      onCheckpoint: (checkpoint, reason) => {
        checkpoints.push({ checkpoint, reason });
      },
    },
  });
  return { outcome, steps, evaluations, checkpoints };
}
