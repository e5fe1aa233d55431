/**
 * Beale's function, f(x, y) = (1.5 - x + xy)² + (2.25 - x + xy²)² + (2.625 - x + xy³)²: plateaus, and walls at
 * large |x| and |y| (Beale, "On an iterative method for finding a local minimum of a function", 1958).
 */
import { add, addN, mul, square, sub } from '@tensorflow/tfjs-core';
import type { Scalar } from '@tensorflow/tfjs-core';
import { createPlanarTask } from './planar';
import type { PlanarFunction } from './planar';
import type { Task } from './task';

const LEVELS = [1.5, 2.25, 2.625] as const;

export const BEALE: PlanarFunction = {
  start: [1, 1],
  minimum: [3, 0.5],
  value: ([x, y]) => LEVELS.reduce((sum, level, k) => sum + (level - x + x * y ** (k + 1)) ** 2, 0),
  gradient([x, y]) {
    let [dx, dy] = [0, 0];
    LEVELS.forEach((level, k) => {
      const term = level - x + x * y ** (k + 1);
      dx += 2 * term * (y ** (k + 1) - 1);
      dy += 2 * term * x * (k + 1) * y ** k;
    });
    return [dx, dy];
  },
};

/** Beale's function as a task; parameter `x` f32[2]. */
export function createBeale(): Task {
  return createPlanarTask({
    family: 'beale',
    summary: "Cross the plateaus of Beale's function to (3, 0.5).",
    start: BEALE.start,
    loss(x, y) {
      let power: Scalar = y;
      const terms = LEVELS.map((level, k) => {
        if (k > 0) power = mul(power, y);
        return square(add(sub(level, x), mul(x, power)));
      });
      return addN(terms) as Scalar;
    },
  });
}
