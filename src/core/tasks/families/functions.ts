/** Families of plain functions. */
import type { TaskFamily } from './family';
import { logInteger, logUniform } from './sampling';

/** Ranges are ours: the distribution of the paper has no such tasks. */
export const quadraticFamily: TaskFamily = {
  name: 'quadratic',
  summary: 'A convex quadratic in random directions; no data.',
  sample: (rng) => ({
    family: 'quadratic',
    dimension: logInteger(rng, 2, 1000),
    condition: logUniform(rng, 1, 1e4),
  }),
};

export const rosenbrockFamily: TaskFamily = {
  name: 'rosenbrock',
  summary: "Rosenbrock's curved valley in two dimensions, from (-1.2, 1); no data.",
  sample: () => ({ family: 'rosenbrock' }),
};

export const bealeFamily: TaskFamily = {
  name: 'beale',
  summary: "Beale's plateaus in two dimensions, from (1, 1); no data.",
  sample: () => ({ family: 'beale' }),
};
