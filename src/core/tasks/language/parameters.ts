/** Parameters with the rule by which each starts, in haiku's forms. */
import { sizeOf } from '../../../base/index';
import type { NamedFloats, TensorSpec } from '../../../base/index';
import type { Rng } from '../../compute/rng';

/** Writes the first values of a parameter; absent: zeros. */
type Start = (data: Float32Array, rng: Rng) => void;

export interface Parameter extends TensorSpec {
  readonly start?: Start;
}

/** Standard deviation of a standard normal that is cut at ±2. */
const CUT_NORMAL_SD = 0.87962566103423978;

const ones: Start = (data) => data.fill(1);
const normal =
  (sd: number): Start =>
  (data, rng) => {
    rng.fillTruncatedNormal(data, sd);
  };

/** `NAME/w` [inputs, outputs], normal cut at two standard deviations, and `NAME/b` [outputs], zero. */
export function linear(
  name: string,
  inputs: number,
  outputs: number,
  start: Start = normal(1 / Math.sqrt(inputs)),
): Parameter[] {
  return [
    { name: `${name}/w`, shape: [inputs, outputs], start },
    { name: `${name}/b`, shape: [outputs] },
  ];
}

/** haiku's VarianceScaling: cut normal with variance scale / inputs. */
export function varianceScaling(scale: number, inputs: number): Start {
  return normal(Math.sqrt(scale / inputs) / CUT_NORMAL_SD);
}

/** `embedding` [vocabulary, width], a cut standard normal. */
export function embedding(vocabulary: number, width: number): Parameter {
  return { name: 'embedding', shape: [vocabulary, width], start: normal(1) };
}

/** `NAME/scale` [width], one, and `NAME/offset` [width], zero. */
export function layerNormParameters(name: string, width: number): Parameter[] {
  return [
    { name: `${name}/scale`, shape: [width], start: ones },
    { name: `${name}/offset`, shape: [width] },
  ];
}

/** First values of all parameters, drawn in their order. */
export function startAll(parameters: readonly Parameter[], rng: Rng): NamedFloats {
  const entries = parameters.map(({ name, shape, start }) => {
    const data = new Float32Array(sizeOf(shape));
    start?.(data, rng);
    return [name, { shape, data }] as const;
  });
  return Object.fromEntries(entries);
}

/** Without the rules, as a task lists its parameters. */
export function specsOf(parameters: readonly Parameter[]): TensorSpec[] {
  return parameters.map(({ name, shape }) => ({ name, shape }));
}
