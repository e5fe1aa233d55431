/**
 * Rosenbrock's function, f(x, y) = (1 - x)² + 100 (y - x²)²: a curved valley with a flat floor (Rosenbrock, "An
 * automatic method for finding the greatest or least value of a function", 1960).
 */
import { add, mul, square, sub } from '@tensorflow/tfjs-core';
import { createPlanarTask } from './planar';
import type { PlanarFunction } from './planar';
import type { Task } from './task';

export const ROSENBROCK: PlanarFunction = {
  start: [-1.2, 1],
  minimum: [1, 1],
  value: ([x, y]) => (1 - x) ** 2 + 100 * (y - x * x) ** 2,
  gradient: ([x, y]) => [-2 * (1 - x) - 400 * x * (y - x * x), 200 * (y - x * x)],
};

/** Rosenbrock's function as a task; parameter `x` f32[2]. */
export function createRosenbrock(): Task {
  return createPlanarTask({
    family: 'rosenbrock',
    summary: "Walk down Rosenbrock's curved valley to (1, 1).",
    start: ROSENBROCK.start,
    loss: (x, y) => add(square(sub(1, x)), mul(100, square(sub(y, square(x))))),
  });
}
