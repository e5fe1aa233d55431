/**
 * The weights of a learned optimizer without kernels of its own: an input of its captured update, one array behind the
 * other, so that they can be others from one training to the next.
 */
import * as tf from '@tensorflow/tfjs-core';
import { sizeOf } from '../../../base/index';
import type { NamedFloats, TensorSpec } from '../../../base/index';
import type { Arena } from '../../compute/kernelRuntime';
import type { Span } from '../../compute/span';
import { toFloats, toTensors } from '../../compute/tensors';
import { flatOf, tensorsOf, wordsOf } from '../../optimizers/learned/flat';
import type { Optimizer } from '../../optimizers/optimizer';
import type { Linker } from './linker';

export interface PlacedTheta {
  readonly flat: Span;
  /** Of the inputs `theta/…`. */
  readonly places: Readonly<Record<string, number>>;
  /**
   * Writes the optimizer's own weights.
   * @returns what the state is before the first update by the weights that are in the arena then
   */
  start(arena: Arena): () => NamedFloats;
}

/** @param theta  what the optimizer has of weights. @returns undefined where it has none */
export function placeTheta(
  linker: Linker,
  optimizer: Optimizer,
  params: readonly TensorSpec[],
  theta: readonly TensorSpec[],
): PlacedTheta | undefined {
  const weights = optimizer.theta;
  if (weights === undefined) return undefined;
  const words = wordsOf(theta);
  const flat = { place: linker.reserve(words), words };
  let at = flat.place;
  const places = theta.map(({ name, shape }): [string, number] => {
    const place = at;
    at += sizeOf(shape);
    return [`theta/${name}`, place];
  });
  return {
    flat,
    places: Object.fromEntries(places),
    start: ({ f32 }) => {
      const live = f32.subarray(flat.place, flat.place + words);
      live.set(flatOf(theta, weights.tensors));
      return () =>
        initialState(
          { init: (zeros) => weights.with(toTensors(tensorsOf(theta, live))).init(zeros) },
          params,
        );
    },
  };
}

/** The state that an optimizer starts from, which does not depend on the values of the parameters. */
export function initialState(
  optimizer: Pick<Optimizer, 'init'>,
  params: readonly TensorSpec[],
): NamedFloats {
  let state: NamedFloats = {};
  tf.tidy(() => {
    const zeros = params.map(({ name, shape }) => [name, tf.zeros([...shape])] as const);
    state = toFloats(optimizer.init(Object.fromEntries(zeros)));
  });
  return state;
}
