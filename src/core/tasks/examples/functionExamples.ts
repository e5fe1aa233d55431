/** Pictures of the tasks that are plain functions: values over the plane, curvatures. */
import { BEALE } from '../beale';
import type { PlanarFunction, Point } from '../planar';
import { quadraticForm } from '../quadratic';
import { ROSENBROCK } from '../rosenbrock';

/** What of a function is shown: where it starts, where it ends, and what lies between. */
interface Frame {
  readonly plane: PlanarFunction;
  /** Smallest and largest x and y. */
  readonly x: Point;
  readonly y: Point;
}

const FRAMES = {
  rosenbrock: { plane: ROSENBROCK, x: [-2, 2], y: [-1, 3] },
  beale: { plane: BEALE, x: [-1, 4.5], y: [-1.5, 1.5] },
} as const satisfies Readonly<Record<string, Frame>>;

export interface PlaneExample {
  readonly x: Point;
  readonly y: Point;
  readonly columns: number;
  readonly rows: number;
  /** f32[rows, columns]: values at the middles of cells, row 0 at the largest y */
  readonly values: Float32Array<ArrayBuffer>;
  readonly start: Point;
  readonly minimum: Point;
}

/** @param side  cells in each direction */
export function planeExample(name: keyof typeof FRAMES, side: number): PlaneExample {
  const { plane, x, y } = FRAMES[name];
  const values = Float32Array.from({ length: side * side }, (_, i) => {
    const across = ((i % side) + 0.5) / side;
    const down = (Math.floor(i / side) + 0.5) / side;
    return plane.value([x[0] + across * (x[1] - x[0]), y[1] - down * (y[1] - y[0])]);
  });
  return { x, y, columns: side, rows: side, values, start: plane.start, minimum: plane.minimum };
}

/** Eigenvalues of a quadratic, ascending; of more than `most` so many, evenly spaced with both ends. */
export function spectrumExample(
  options: { readonly dimension: number; readonly condition: number },
  most: number,
): Float32Array<ArrayBuffer> {
  // They do not depend on the seed, which draws directions and minimum.
  const { eigenvalues } = quadraticForm({ ...options, seed: 0 });
  const { length } = eigenvalues;
  if (length <= most) return Float32Array.from(eigenvalues);
  return Float32Array.from(
    { length: most },
    (_, i) => eigenvalues[Math.round((i * (length - 1)) / (most - 1))]!,
  );
}
