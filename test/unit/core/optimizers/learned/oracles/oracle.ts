/** What the float64 judges of the learned optimizers share: plain lists of numbers, one element after the other. */
import { layer, meanSquare, relu } from '../../../../../parity/oracle';
import type { Plain } from '../../../../../parity/oracle';

export interface OracleStep {
  loss: number;
  /** In the order of the tensors. */
  grads: number[][];
}

export interface OracleRun {
  /** By the theta's names, each row by row. */
  theta: Record<string, number[]>;
  tensors: Plain[];
  steps: OracleStep[];
  numSteps: number;
}

/** The tensors' numbers after each step. */
export type OracleResult = number[][][];

/** Layers with these names, ReLU between them. */
export function perceptron(
  theta: Record<string, number[]>,
  names: readonly (readonly [string, string])[],
  x: number[],
): number[] {
  return names.reduce((values, [w, b], i) => {
    const out = layer(values, theta[w]!, theta[b]!);
    return i === names.length - 1 ? out : out.map(relu);
  }, x);
}

export function haiku(prefix: string): [string, string][] {
  return [0, 1, 2].map((i) => [`${prefix}mlp/~/linear_${i}/w`, `${prefix}mlp/~/linear_${i}/b`]);
}

export const NN: [string, string][] = [0, 1, 2].map((i) => [`nn/~/w${i}`, `nn/~/b${i}`]);

const SCALES = [1, 3, 10, 30, 100, 300, 1e3, 3e3, 1e4, 3e4, 1e5];

export function tanhTime(t: number): number[] {
  return SCALES.map((tau) => Math.tanh(t / tau - 1));
}

export function sinTime(t: number): number[] {
  return SCALES.map((tau) => Math.sin(t / (tau * Math.PI)));
}

/** Every column divided by its root mean square, in place. @param rows  [element][feature] */
export function normalise(rows: number[][], epsilon = 1e-5): void {
  for (let c = 0; c < rows[0]!.length; c++) {
    const scale = 1 / Math.sqrt(epsilon + meanSquare(rows.map((row) => row[c]!)));
    for (const row of rows) row[c]! *= scale;
  }
}
