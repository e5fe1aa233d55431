/**
 * An optimizer that sees gradients, and the losses of their batches, some updates late, as workers of an asynchronous
 * training do. Until the first one has come so far it is seen in the place of the others (`AsyncDelayedGradients` in
 * tasks/task_augmentation.py of google/learned_optimization keeps first parameters instead, which is the same but for
 * the batches).
 */
import type { Scalar } from '@tensorflow/tfjs-core';
import { cast, equal, zeros } from '@tensorflow/tfjs-core';
import { UserError } from '../../../base/index';
import { mapValues } from '../../compute/tensors';
import { choose } from '../baselines/tensorMath';
import type { Optimizer, TensorDict, UpdateInput, UpdateResult } from '../optimizer';
import { fusedDelay } from './fusedDelay';
import { QUEUE, queueName, throughQueue } from './queue';

/** Of the scalar that says whether this is the first update. */
const FIRST = 'delayed/first';

/**
 * The optimizer behind a queue. Its state has `delayed/K/NAME` and `delayed/K/loss` besides its own, K = 0 the oldest.
 * @param steps  updates that a gradient waits, an integer ≥ 1
 * @throws UserError('config')
 */
export function delayed(optimizer: Optimizer, steps: number): Optimizer {
  if (!(Number.isInteger(steps) && steps >= 1))
    throw new UserError('config', `delay must be an integer of at least 1, got ${steps}`);
  // The first part of an update by kernels does not know of the queue, so none of it is.
  const { fused, begun, theta, renewal, ...others } = optimizer;
  const late = (inner: Updating): Updating => ({
    init: (params) => ({ ...inner.init(params), ...emptyQueue(params, steps) }),
    update: (input) => updateLate(inner, input, steps),
  });
  return {
    ...others,
    ...late(optimizer),
    scalars: (step) => ({ ...optimizer.scalars(step), [FIRST]: Number(step === 0) }),
    ...(theta && { theta: { ...theta, with: (weights) => late(theta.with(weights)) } }),
    ...(renewal && {
      renewal: {
        ...renewal,
        renew: (state, grads) => renewal.renew(state, oldest(state, grads)),
      },
    }),
    ...(fused && {
      fused: (params, start, threads) => fusedDelay(fused(params, start, threads), params, steps),
    }),
  };
}

type Updating = Pick<Optimizer, 'init' | 'update'>;

/** The gradients that leave the queue next; where it is empty, which its loss of 0 says, those that join it. */
function oldest(state: TensorDict, grads: TensorDict): TensorDict {
  const isEmpty = cast(equal(state[queueName(0, 'loss')]!, 0), 'float32');
  return mapValues(grads, (grad, name) => choose(isEmpty, grad, state[queueName(0, name)]!));
}

function emptyQueue(params: TensorDict, steps: number): TensorDict {
  const shapes = [...Object.entries(params).map(([name, { shape }]) => [name, shape] as const)];
  const places = Array.from({ length: steps }, (_, k) => k);
  return Object.fromEntries(
    places.flatMap((k) =>
      [...shapes, ['loss', [] as number[]] as const].map(
        ([name, shape]) => [queueName(k, name), zeros(shape)] as const,
      ),
    ),
  );
}

function updateLate(optimizer: Updating, input: UpdateInput, steps: number): UpdateResult {
  const isQueued = (name: string): boolean => name.startsWith(QUEUE);
  const [queue, state] = [true, false].map((wanted) =>
    Object.fromEntries(Object.entries(input.state).filter(([name]) => isQueued(name) === wanted)),
  ) as [TensorDict, TensorDict];
  const first = input.scalars[FIRST]!;
  const late = throughQueue(input, queue, { first, steps });
  const result = optimizer.update({
    ...input,
    state,
    grads: late.grads,
    loss: late.loss as Scalar,
  });
  return { ...result, state: { ...result.state, ...late.queue } };
}
