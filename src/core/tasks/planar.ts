/**
 * What the two-dimensional functions share: a single parameter `x` f32[2], a fixed start, no data. They are for
 * pictures of an optimizer's path and for tests, so each comes as plain numbers too.
 */
import { slice, squeeze } from '@tensorflow/tfjs-core';
import type { Scalar } from '@tensorflow/tfjs-core';
import type { Task } from './task';
import { normalizeValue } from './normalizeValue';

export type Point = readonly [number, number];

/** A function of the plane in plain numbers. */
export interface PlanarFunction {
  /** Where optimizers start by custom. */
  readonly start: Point;
  /** Where it takes its smallest value, 0. */
  readonly minimum: Point;
  value(point: Point): number;
  gradient(point: Point): Point;
}

export interface PlanarTaskOptions {
  readonly family: string;
  readonly summary: string;
  readonly start: Point;
  /** The function in tfjs ops. */
  readonly loss: (x: Scalar, y: Scalar) => Scalar;
}

/** The task of minimising a function of the plane from its start, which is exact: `init` draws nothing. */
export function createPlanarTask({ family, summary, start, loss }: PlanarTaskOptions): Task {
  return {
    name: `${family} from (${start.join(', ')})`,
    family,
    summary,
    params: [{ name: 'x', shape: [2] }],
    batch: [],
    init: () => ({ x: { shape: [2], data: Float32Array.from(start) } }),
    loss(params) {
      const [x, y] = [0, 1].map((axis) => squeeze(slice(params.x!, axis, 1)));
      return loss(x as Scalar, y as Scalar);
    },
    normalize: normalizeValue,
  };
}
