/**
 * How the weights of a network start, as an option of its task: the initialisers of VeLO's meta-training distribution
 * (`tasks/parametric/parametric_utils.py` of google/learned_optimization). Every one is a function of the weights'
 * shape, whose last axis counts outputs and whose others count inputs.
 */
import { UserError, sizeOf } from '../../../base/index';
import type { Rng } from '../../compute/rng';
import { checkChoice } from '../checks';
import { normal, truncatedNormal, uniform } from '../../compute/parameters';
import type { Initializer } from '../../compute/parameters';

const INITS = ['orthogonal', 'uniformScaling', 'varianceNormal', 'varianceUniform'] as const;
export type Init = (typeof INITS)[number];

export interface StartOptions {
  /** Absent: what the family's layers start with by themselves. */
  readonly init?: Init | undefined;
  /** A factor of the weights (`orthogonal`, `uniformScaling`) or of their variance; default 1, only beside `init`. */
  readonly initScale?: number | undefined;
}

/** The initializer of weights of the shape. */
export type WeightStart = (shape: readonly number[]) => Initializer;

/** sd 1/√inputs, cut at two of them. */
export const defaultStart: WeightStart = (shape) => truncatedNormal(inputsOf(shape));

/**
 * @param own  where `init` is absent
 * @throws UserError('config') on an unknown name, a scale that is not above 0, or a scale without a name
 */
export function weightStart(
  { init, initScale }: StartOptions,
  own: WeightStart = defaultStart,
): WeightStart {
  if (init === undefined) {
    if (initScale === undefined) return own;
    throw new UserError(
      'config',
      `initScale is ${initScale}, but there is no init that it could scale. ` +
        `Give init as one of ${INITS.join(', ')}, or leave initScale out.`,
    );
  }
  checkChoice('init', init, INITS);
  const scale = initScale ?? 1;
  if (!(scale > 0) || !Number.isFinite(scale)) {
    throw new UserError('config', `initScale must be a finite number above 0, got ${scale}`);
  }
  return (shape) => STARTS[init](shape, scale);
}

/** `, orthogonal × 1.5`: what a task's name says of it, nothing where it is absent. */
export function startInWords({ init, initScale = 1 }: StartOptions): string {
  if (init === undefined) return '';
  return initScale === 1
    ? `, ${init} start`
    : `, ${init} start × ${Number(initScale.toPrecision(3))}`;
}

const STARTS: Readonly<Record<Init, (shape: readonly number[], scale: number) => Initializer>> = {
  /** scale · Q with orthonormal rows or columns, whichever are fewer (Saxe et al. 2014). */
  orthogonal: (shape, scale) => (data, rng) => {
    const outputs = shape.at(-1) ?? 1;
    fillOrthogonal(data, rng, { inputs: data.length / outputs, outputs, scale });
  },
  /** Uniform within ±scale·√(3 / inputs): sd scale/√inputs (Sussillo and Abbott 2014). */
  uniformScaling: (shape, scale) => uniform(scale * Math.sqrt(3 / inputsOf(shape))),
  /** Normal with variance scale / inputs. */
  varianceNormal: (shape, scale) => normal(Math.sqrt(scale / inputsOf(shape))),
  /** Uniform with variance scale / inputs. */
  varianceUniform: (shape, scale) => uniform(Math.sqrt((3 * scale) / inputsOf(shape))),
};

/** Inputs of each output: all axes but the last; at least 1. */
function inputsOf(shape: readonly number[]): number {
  return Math.max(1, sizeOf(shape.slice(0, -1)));
}

interface OrthogonalShape {
  readonly inputs: number;
  readonly outputs: number;
  readonly scale: number;
}

/**
 * Fills `data` [inputs, outputs] with scale times an orthogonal factor that is uniform over all of them: normal numbers
 * made orthonormal vector by vector in float64 with a positive diagonal, which is Q of QR with the signs put right.
 */
function fillOrthogonal(
  data: Float32Array,
  rng: Rng,
  { inputs, outputs, scale }: OrthogonalShape,
): void {
  const count = Math.min(inputs, outputs);
  const length = Math.max(inputs, outputs);
  const drawn = new Float32Array(count * length);
  rng.fillNormal(drawn, 0, 1);
  const vectors = orthonormalVectors(drawn, length);
  const isTall = outputs <= inputs;
  vectors.forEach((vector, v) => {
    vector.forEach((value, i) => {
      data[isTall ? i * outputs + v : v * outputs + i] = scale * value;
    });
  });
}

/** The vectors of `length` in `rows`, each without its part along those before it, with length 1 (Gram and Schmidt). */
function orthonormalVectors(rows: Float32Array, length: number): Float64Array[] {
  const done: Float64Array[] = [];
  for (let start = 0; start < rows.length; start += length) {
    const vector = Float64Array.from(rows.subarray(start, start + length));
    // The second pass removes what rounding left of the first (Giraud et al. 2005).
    for (let pass = 0; pass < 2; pass++) {
      for (const other of done) addScaled(vector, other, -dot(vector, other));
    }
    const norm = Math.sqrt(dot(vector, vector));
    done.push(vector.map((value) => value / norm));
  }
  return done;
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}

function addScaled(to: Float64Array, from: Float64Array, factor: number): void {
  for (let i = 0; i < to.length; i++) to[i] = to[i]! + factor * from[i]!;
}
