/** Parameters of networks as a list: name, shape and how each starts. */
import { sizeOf } from '../../base/index';
import type { NamedFloats, TensorSpec } from '../../base/index';
import type { Rng } from './rng';

/** Fills zeros with where a parameter starts. */
export type Initializer = (data: Float32Array, rng: Rng) => void;

export interface ParamSpec extends TensorSpec {
  /** Absent: zeros. */
  readonly start?: Initializer;
}

export const zeros: Initializer = () => undefined;

export const ones: Initializer = constant(1);

/** The same number everywhere. */
export function constant(value: number): Initializer {
  return (data) => {
    data.fill(value);
  };
}

export function normal(sd: number): Initializer {
  return (data, rng) => {
    rng.fillNormal(data, 0, sd);
  };
}

/** Between -limit and limit. */
export function uniform(limit: number): Initializer {
  return (data, rng) => {
    rng.fillUniform(data, -limit, limit);
  };
}

/** sd 1/√fanIn, cut at two of them, which leaves 0.88 of the spread: the default of haiku's layers. */
export function truncatedNormal(fanIn: number): Initializer {
  return (data, rng) => {
    rng.fillTruncatedNormal(data, 1 / Math.sqrt(fanIn));
  };
}

/** Spread of a standard normal that is cut at ±2. */
const TRUNCATED_SD = 0.87962566103423978;

/** The same with the spread made good: variance scale/fanIn (haiku's VarianceScaling). */
export function varianceScaling(scale: number, fanIn: number): Initializer {
  return truncatedNormal((fanIn * TRUNCATED_SD ** 2) / scale);
}

/** Variance 1/fanIn, the default of flax's layers (LeCun et al. 1998). */
export function lecunNormal(fanIn: number): Initializer {
  return varianceScaling(1, fanIn);
}

/** Uniform within ±√(6 / (fanIn + fanOut)) (Glorot and Bengio 2010, equation 16). */
export function glorotUniform(fanIn: number, fanOut: number): Initializer {
  return uniform(Math.sqrt(6 / (fanIn + fanOut)));
}

/** All parameters at their start, drawn in the order of the list. */
export function initParams(specs: readonly ParamSpec[], rng: Rng): NamedFloats {
  const entries = specs.map(({ name, shape, start }) => {
    const data = new Float32Array(sizeOf(shape));
    start?.(data, rng);
    return [name, { shape, data }] as const;
  });
  return Object.fromEntries(entries);
}

/** Names and shapes alone. */
export function tensorSpecs(specs: readonly ParamSpec[]): TensorSpec[] {
  return specs.map(({ name, shape }) => ({ name, shape }));
}
