/** What a training computes, captured: gradient, evaluation, what comes between gradient and update, the update. */
import * as tf from '@tensorflow/tfjs-core';
import type { Scalar, Tensor } from '@tensorflow/tfjs-core';
import type { NamedFloats, TensorSpec } from '../../../base/index';
import { capture, captureGradients } from '../../compute/capture/capture';
import type { CaptureOptions, InputSpecs } from '../../compute/capture/capture';
import type { Graph } from '../../compute/capture/graph';
import { joiningCalls } from '../../compute/capture/graphCalls';
import { isLowered } from '../../compute/plan/lower';
import { planGraph } from '../../compute/plan/plan';
import type { Plan } from '../../compute/plan/plan';
import { mapValues } from '../../compute/tensors';
import type {
  BegunFused,
  BegunUpdate,
  CurvatureUse,
  Optimizer,
  Renewal,
  RestInput,
} from '../../optimizers/optimizer';
import type { LossRng, Task } from '../../tasks/task';
import { addGradients, meanGradients } from '../accumulation';
import type { Gradients } from '../accumulation';
import { hutchinsonDiagonal } from '../curvature';
import { penalizeL2 } from '../l2Penalty';

/** Whoever plans a graph wants to say where it has a call that no plan can have. */
const FOR_PLANS: CaptureOptions = { locates: (op) => !isLowered(op) };

type Tensors = Readonly<Record<string, Tensor>>;

/** `params/…`, `batch/…` → `loss`, `grads/…`. */
export function gradientGraph(task: Task): Graph {
  return captureGradients(
    (params, batch, rng) => task.loss(params, batch, rng),
    floats(task.params),
    batchInputs(task),
    FOR_PLANS,
  );
}

/** `params/…`, `batch/…` → `loss` and, where the task has right answers, `accuracy`. */
export function evaluationGraph(task: Task): Graph {
  const inputs = {
    ...prefixed('params', floats(task.params)),
    ...prefixed('batch', batchInputs(task)),
  };
  return capture(
    (tensors, rng) => {
      const params = under('params', tensors);
      const batch = under('batch', tensors);
      const accuracy = task.accuracy?.(params, batch);
      return {
        loss: task.loss(params, batch, rng),
        ...(accuracy === undefined ? {} : { accuracy }),
      };
    },
    inputs,
    FOR_PLANS,
  );
}

/** Where a batch stands among those of one update. */
export interface AccumulationPlace {
  readonly isFirst: boolean;
  readonly isLast: boolean;
  /** K: batches per update. */
  readonly count: number;
}

/**
 * `params/…`, `grads/…`, `loss` and, after the first batch, `sums/…` → after the last batch `grads/…` and `loss` as the
 * optimizer is to see them, else `sums/…`.
 */
export function accumulationGraph(
  params: readonly TensorSpec[],
  weightDecay: number,
  { isFirst, isLast, count }: AccumulationPlace,
): Graph {
  const own = { ...prefixed('grads', floats(params)), loss: SCALAR };
  const inputs = {
    ...prefixed('params', floats(params)),
    ...own,
    ...(isFirst ? {} : prefixed('sums', own)),
  };
  return capture(
    (tensors) => {
      const raw = gradientsOf(tensors);
      const penalized =
        weightDecay > 0 ? penalizeL2(under('params', tensors), raw, weightDecay) : raw;
      const sums = isFirst
        ? penalized
        : addGradients(gradientsOf(under('sums', tensors)), penalized);
      if (!isLast) return prefixed('sums', flat(sums));
      return flat(count === 1 ? sums : meanGradients(sums, count));
    },
    inputs,
    FOR_PLANS,
  );
}

/** What an update is given besides parameters, gradients and loss. */
interface OptimizerSpecs {
  readonly state: readonly TensorSpec[];
  readonly scalars: readonly TensorSpec[];
  /** Of a learned optimizer, in the order of the flat theta; else empty. */
  readonly theta: readonly TensorSpec[];
}

/** `params/…`, `grads/…`, `loss`, `state/…`, `scalars/…`, `theta/…` → `params/…`, `state/…`. */
export function updateGraph(
  optimizer: Optimizer,
  params: readonly TensorSpec[],
  { state, scalars, theta }: OptimizerSpecs,
): Graph {
  const inputs = {
    ...prefixed('params', floats(params)),
    ...prefixed('grads', floats(params)),
    ...prefixed('state', floats(state)),
    ...prefixed('scalars', floats(scalars)),
    ...prefixed('theta', floats(theta)),
    loss: SCALAR,
  };
  return capture(
    (tensors) => {
      const weighted = optimizer.theta?.with(under('theta', tensors)) ?? optimizer;
      const result = joiningCalls(true, () =>
        weighted.update({
          params: under('params', tensors),
          grads: under('grads', tensors),
          state: under('state', tensors),
          scalars: under('scalars', tensors),
          loss: tensors['loss'] as Scalar,
        }),
      );
      return { ...prefixed('params', result.params), ...prefixed('state', result.state) };
    },
    inputs,
    FOR_PLANS,
  );
}

/**
 * The rest of an update: `before/…`, `params/…` behind the first part, `grads/…`, `state/…`, `scalars/…`, `theta/…`,
 * `loss` → `params/…`, `state/…`.
 */
export function restGraph(begun: BegunUpdate, specs: RestSpecs): Graph {
  const { params, shared } = specs;
  const inputs = {
    ...prefixed('before', floats(params)),
    ...prefixed('params', floats(params)),
    ...prefixed('grads', floats(params)),
    ...prefixed('state', floats([...specs.state, ...shared.state])),
    ...prefixed('scalars', floats(specs.scalars)),
    ...prefixed('theta', floats(shared.theta)),
    loss: SCALAR,
  };
  return capture(
    (tensors) => {
      const input: RestInput = {
        theta: under('theta', tensors),
        before: under('before', tensors),
        after: under('params', tensors),
        grads: under('grads', tensors),
        state: under('state', tensors),
        scalars: under('scalars', tensors),
        loss: tensors['loss'] as Scalar,
      };
      const result = joiningCalls(true, () => begun.rest(input));
      return { ...prefixed('params', result.params), ...prefixed('state', result.state) };
    },
    inputs,
    FOR_PLANS,
  );
}

export interface RestSpecs {
  readonly params: readonly TensorSpec[];
  /** What the rest itself remembers. */
  readonly state: readonly TensorSpec[];
  readonly scalars: readonly TensorSpec[];
  readonly shared: BegunFused['shared'];
}

/**
 * A look at the curvature: `params/…`, `batch/…`, `state/…` → those of `state/…` that change. Its draws are u and, after
 * it, those of the loss.
 * @throws UserError('config') on an operation whose derivative has no derivative
 */
export function curvatureGraph(
  task: Task,
  { look }: CurvatureUse,
  state: readonly TensorSpec[],
): Graph {
  const inputs = {
    ...prefixed('params', floats(task.params)),
    ...prefixed('batch', batchInputs(task)),
    ...prefixed('state', floats(state)),
  };
  return capture(
    (tensors, rng) => {
      const params = under('params', tensors);
      const lossOf = (draws: LossRng): Tensor =>
        task.loss({ ...params }, under('batch', tensors), draws);
      const estimate = hutchinsonDiagonal(params, lossOf, rng);
      return prefixed('state', look(under('state', tensors), estimate));
    },
    inputs,
    FOR_PLANS,
  );
}

/** A renewal: `grads/…`, `state/…` → those of `state/…` that change. */
export function renewalGraph(
  { renew }: Renewal,
  params: readonly TensorSpec[],
  state: readonly TensorSpec[],
): Graph {
  const inputs = { ...prefixed('grads', floats(params)), ...prefixed('state', floats(state)) };
  return capture(
    (tensors) => {
      const state = under('state', tensors);
      const grads = under('grads', tensors);
      return prefixed(
        'state',
        joiningCalls(true, () => renew(state, grads)),
      );
    },
    inputs,
    FOR_PLANS,
  );
}

const SCALAR = { shape: [], dtype: 'float32' } as const;

function batchInputs({ batch }: Task): InputSpecs {
  return Object.fromEntries(
    batch.map(({ name, shape, dtype = 'float32' }) => [name, { shape, dtype }]),
  );
}

function floats(specs: readonly TensorSpec[]): InputSpecs {
  return Object.fromEntries(specs.map(({ name, shape }) => [name, { shape, dtype: 'float32' }]));
}

function prefixed<T>(prefix: string, record: Readonly<Record<string, T>>): Record<string, T> {
  return Object.fromEntries(
    Object.entries(record).map(([name, value]) => [`${prefix}/${name}`, value]),
  );
}

function under(prefix: string, tensors: Tensors): Record<string, Tensor> {
  const start = `${prefix}/`;
  return Object.fromEntries(
    Object.entries(tensors).flatMap(([name, tensor]) =>
      name.startsWith(start) ? [[name.slice(start.length), tensor] as const] : [],
    ),
  );
}

function gradientsOf(tensors: Tensors): Gradients {
  return { grads: under('grads', tensors), loss: tensors['loss'] as Scalar };
}

function flat({ grads, loss }: Gradients): Record<string, Tensor> {
  return {
    ...prefixed(
      'grads',
      mapValues(grads, (grad) => grad),
    ),
    loss,
  };
}

/** The plan of an optimizer's update for some parameters. @throws UserError('task') for what no plan can have */
export function captureUpdate(optimizer: Optimizer, params: readonly TensorSpec[]): Plan {
  const specs = optimizerSpecs(optimizer, params);
  const graph = updateGraph(optimizer, params, specs);
  return planGraph(graph, { replaces: updatesInPlace(params, specs.state) });
}

/** The plan of an optimizer's look at a task's curvature, if it takes any. @throws as `curvatureGraph` and `captureUpdate` */
export function captureCurvature(optimizer: Optimizer, task: Task): Plan | undefined {
  const { curvature } = optimizer;
  if (curvature === undefined) return undefined;
  const { state } = optimizerSpecs(optimizer, task.params);
  const graph = curvatureGraph(task, curvature, state);
  return planGraph(graph, { replaces: updatesInPlace([], state) });
}

/** The plan of what an optimizer renews before some updates, if anything. @throws as `captureUpdate` */
export function captureRenewal(
  optimizer: Optimizer,
  params: readonly TensorSpec[],
): Plan | undefined {
  const { renewal } = optimizer;
  if (renewal === undefined) return undefined;
  const { state } = optimizerSpecs(optimizer, params);
  return planGraph(renewalGraph(renewal, params, state), { replaces: updatesInPlace([], state) });
}

/** New parameters and state lie where the old ones lay. */
export function updatesInPlace(
  params: readonly TensorSpec[],
  state: readonly TensorSpec[],
): Record<string, string> {
  const names = [
    ...params.map(({ name }) => `params/${name}`),
    ...state.map(({ name }) => `state/${name}`),
  ];
  return Object.fromEntries(names.map((name) => [name, name]));
}

/** Names and shapes of what an optimizer remembers, of its numbers per step and of its weights. */
export function optimizerSpecs(
  optimizer: Optimizer,
  params: readonly TensorSpec[],
): OptimizerSpecs {
  const state = tf.tidy(() => {
    const zeros = Object.fromEntries(params.map(({ name, shape }) => [name, tf.zeros([...shape])]));
    return Object.entries(optimizer.init(zeros)).map(([name, { shape }]) => ({ name, shape }));
  });
  return { state, scalars: scalarSpecs(optimizer), theta: specsOf(optimizer.theta?.tensors ?? {}) };
}

/** Of the numbers that an update is told. */
export function scalarSpecs(optimizer: Optimizer): TensorSpec[] {
  return Object.entries(optimizer.scalars(0)).map(([name, value]) => ({
    name,
    shape: typeof value === 'number' ? [] : [value.length],
  }));
}

function specsOf(arrays: NamedFloats): TensorSpec[] {
  return Object.entries(arrays).map(([name, { shape }]) => ({ name, shape }));
}
