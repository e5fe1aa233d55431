/**
 * The small perceptron that learned optimizers apply to each parameter of a network: from features of the parameter to
 * a direction and a magnitude, of which the step is made.
 */
import {
  add,
  concat,
  exp,
  matMul,
  mean,
  mul,
  relu,
  reshape,
  rsqrt,
  slice,
  square,
  sub,
  tensor2d,
} from '@tensorflow/tfjs-core';
import type { Tensor, Tensor2D } from '@tensorflow/tfjs-core';
import type { TensorDict } from '../../optimizers/optimizer';
import { linearSpecs } from '../layers/dense';
import type { ParamSpec } from '../../compute/parameters';

export interface NetworkShape {
  /** Width of the hidden layers. */
  readonly hidden: number;
  readonly hiddenLayers: number;
  /** Step = stepScale · direction · exp(expScale · magnitude). */
  readonly stepScale: number;
  readonly expScale: number;
}

/** Steps after which the features of time turn. */
const TIME_SCALES = [1, 3, 10, 30, 100, 300, 1e3, 3e3, 1e4, 3e4, 1e5];
const OUTPUTS = 2;
const MEAN_SQUARE_EPSILON = 1e-5;

/** Linear layers `network0`, `network1`, … for a number of features, those of time not counted. */
export function networkParameters(
  features: number,
  { hidden, hiddenLayers }: NetworkShape,
): ParamSpec[] {
  const hiddens = Array.from({ length: hiddenLayers }, () => hidden);
  const widths = [features + TIME_SCALES.length, ...hiddens, OUTPUTS];
  return widths.slice(1).flatMap((out, i) => linearSpecs(`network${i}`, [widths[i]!, out]));
}

/**
 * The parameter after the step.
 * @param param     of any shape, n numbers
 * @param features  f32[n, k] each; every column is divided by its root mean square
 */
export function networkStep(
  theta: TensorDict,
  shape: NetworkShape,
  { param, features, step }: { param: Tensor; features: readonly Tensor2D[]; step: number },
): Tensor {
  const columns = concat([...features], 1);
  const meanSquare = mean(square(columns), 0, true);
  const normed = mul<Tensor2D>(columns, rsqrt(add(meanSquare, MEAN_SQUARE_EPSILON)));
  let out: Tensor2D = firstLayer(theta, normed, step);
  for (let layer = 1; layer <= shape.hiddenLayers; layer++) {
    out = add(matMul(relu(out), theta[`network${layer}/w`]!), theta[`network${layer}/b`]!);
  }
  const rows = out.shape[0];
  const column = (i: number): Tensor => slice(out, [0, i], [rows, 1]);
  const size = exp(mul(column(1), shape.expScale));
  const move = mul(mul(column(0), size), shape.stepScale);
  return sub(param, reshape(move, param.shape));
}

/** Time is the same for all parameters: its part is one row that is added to all. */
function firstLayer(theta: TensorDict, normed: Tensor2D, step: number): Tensor2D {
  const w = theta['network0/w'] as Tensor2D;
  const [, out] = w.shape;
  const own = normed.shape[1];
  const times = TIME_SCALES.map((scale) => Math.tanh(step / scale - 1));
  const time = matMul(tensor2d([times]), slice(w, [own, 0], [times.length, out]));
  const row = add(time, theta['network0/b']!);
  return add(matMul(normed, slice(w, [0, 0], [own, out])), row);
}
