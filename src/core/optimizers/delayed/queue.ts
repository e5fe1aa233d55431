/** The queue of gradients before a delayed optimizer, as operations on tensors. */
import type { Tensor } from '@tensorflow/tfjs-core';
import { choose } from '../baselines/tensorMath';
import type { TensorDict } from '../optimizer';

/** What passes through a queue at each update. */
interface Arriving {
  readonly grads: TensorDict;
  readonly loss: Tensor;
}

/**
 * A gradient joins the queue and the oldest one leaves it.
 * @param queue  `delayed/K/…`. @param first  f32[], not 0: the queue is empty
 */
export function throughQueue(
  { grads, loss }: Arriving,
  queue: TensorDict,
  { first, steps }: { readonly first: Tensor; readonly steps: number },
): Arriving & { readonly queue: TensorDict } {
  const arriving: TensorDict = { ...grads, loss };
  const next: Record<string, Tensor> = {};
  const leaving: Record<string, Tensor> = {};
  for (const [name, tensor] of Object.entries(arriving)) {
    const waiting = Array.from({ length: steps }, (_, k) =>
      choose(first, tensor, queue[queueName(k, name)]!),
    );
    leaving[name] = waiting[0]!;
    [...waiting.slice(1), tensor].forEach((value, k) => {
      next[queueName(k, name)] = value;
    });
  }
  const { loss: lossLate, ...gradsLate } = leaving;
  return { grads: gradsLate, loss: lossLate!, queue: next };
}

/** What names of waiting arrays begin with. */
export const QUEUE = 'delayed/';

export function queueName(k: number, name: string): string {
  return `${QUEUE}${k}/${name}`;
}
