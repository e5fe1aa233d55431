/**
 * Recurrent cells as haiku has them, with the input product of all steps made at once. A cell has parameters under
 * `rnn/` and a state of one or two vectors that start at learned values, zero at first.
 */
import {
  add,
  concat,
  matMul,
  mul,
  relu,
  sigmoid,
  slice,
  split,
  sub,
  tanh,
} from '@tensorflow/tfjs-core';
import type { Tensor, Tensor2D } from '@tensorflow/tfjs-core';
import type { TensorDict } from '../../optimizers/optimizer';
import { linearSpecs } from '../layers/dense';
import { varianceScaling } from '../../compute/parameters';
import type { ParamSpec } from '../../compute/parameters';

export const CELL_NAMES = ['vanilla', 'elman', 'irnn', 'lstm', 'gru'] as const;
export type CellName = (typeof CELL_NAMES)[number];

/** State vectors f32[batch, hidden]; the first is what the cell puts out. */
export type CellState = readonly Tensor[];

export interface Cell {
  /** State vectors. */
  readonly states: number;
  parameters(inputs: number, hidden: number): ParamSpec[];
  /** The part of a step that depends on the input alone, for the rows of x f32[rows, inputs]. */
  project(params: TensorDict, x: Tensor2D): Tensor2D;
  /** @param projected  of this step's inputs, f32[batch, width] */
  step(params: TensorDict, projected: Tensor, state: CellState): CellState;
}

/** h' = f(x Wᵢ + bᵢ + h Wₕ + bₕ) */
function plainCell(activation: (x: Tensor) => Tensor, isIdentity = false): Cell {
  return {
    states: 1,
    parameters: (inputs, hidden) => [
      ...linearSpecs('rnn/input', [inputs, hidden]),
      ...linearSpecs('rnn/hidden', [hidden, hidden], isIdentity ? identity : undefined),
    ],
    project: (params, x) => add(matMul(x, params['rnn/input/w']!), params['rnn/input/b']!),
    step(params, projected, [h]) {
      const own = add(matMul(h!, params['rnn/hidden/w']!), params['rnn/hidden/b']!);
      return [activation(add(projected, own))];
    },
  };
}

function identity(data: Float32Array): void {
  const side = Math.sqrt(data.length);
  for (let i = 0; i < side; i++) data[i * side + i] = 1;
}

/** [i, g, f, o] = [x, h] W + b; c' = σ(f + 1) c + σ(i) tanh(g); h' = σ(o) tanh(c') */
const lstm: Cell = {
  states: 2,
  parameters: (inputs, hidden) => linearSpecs('rnn', [inputs + hidden, 4 * hidden]),
  project(params, x) {
    const w = params['rnn/w']!;
    const own = slice(w as Tensor2D, [0, 0], [x.shape[1], w.shape[1]!]);
    return add(matMul(x, own), params['rnn/b']!);
  },
  step(params, projected, [h, c]) {
    const w = params['rnn/w'] as Tensor2D;
    const hidden = h!.shape[1]!;
    const own = slice(w, [w.shape[0] - hidden, 0], [hidden, 4 * hidden]);
    const gates = split(add(projected, matMul(h!, own)), 4, 1);
    const [i, g, f, o] = gates as [Tensor, Tensor, Tensor, Tensor];
    const cell = add(mul(sigmoid(add(f, 1)), c!), mul(sigmoid(i), tanh(g)));
    return [mul(sigmoid(o), tanh(cell)), cell];
  },
};

/** [z, r] = σ(x Wᵢ + h Wₕ + b), a = tanh(x Wᵢₐ + (r h) Wₕₐ + bₐ); h' = (1 - z) h + z a */
const gru: Cell = {
  states: 1,
  parameters: (inputs, hidden) => [
    { name: 'rnn/wi', shape: [inputs, 3 * hidden], start: varianceScaling(1, inputs) },
    { name: 'rnn/wh', shape: [hidden, 3 * hidden], start: varianceScaling(1, hidden) },
    { name: 'rnn/b', shape: [3 * hidden] },
  ],
  project: (params, x) => add(matMul(x, params['rnn/wi']!), params['rnn/b']!),
  step(params, projected, [h]) {
    const wh = params['rnn/wh'] as Tensor2D;
    const [batch, hidden] = h!.shape as [number, number];
    const gatesOf = (x: Tensor): Tensor => slice(x as Tensor2D, [0, 0], [batch, 2 * hidden]);
    const own = matMul(h!, slice(wh, [0, 0], [hidden, 2 * hidden]));
    const gates = split(sigmoid(add(gatesOf(projected), own)), 2, 1);
    const [z, r] = gates as [Tensor, Tensor];
    const fresh = slice(projected as Tensor2D, [0, 2 * hidden], [batch, hidden]);
    const wa = slice(wh, [0, 2 * hidden], [hidden, hidden]);
    const candidate = tanh(add(fresh, matMul(mul(r, h!), wa)));
    return [add(mul(sub(1, z), h!), mul(z, candidate))];
  },
};

export const CELLS: Readonly<Record<CellName, Cell>> = {
  /** haiku's VanillaRNN, which the paper's tasks use */
  vanilla: plainCell(relu),
  /** Elman 1990 */
  elman: plainCell(tanh),
  /** Le, Jaitly, Hinton 2015: identity recurrent weights */
  irnn: plainCell(relu, true),
  lstm,
  gru,
};

/**
 * The outputs of all steps, f32[length·batch, hidden], steps one after the other.
 * @param x  f32[length·batch, inputs], steps one after the other
 * @param state  before the first step
 */
export function unrollCell(
  cell: Cell,
  params: TensorDict,
  x: Tensor2D,
  state: CellState,
): Tensor2D {
  const batch = state[0]!.shape[0];
  const projected = cell.project(params, x);
  const steps = split(projected, x.shape[0] / batch, 0);
  let current = state;
  const outputs = steps.map((step) => {
    current = cell.step(params, step, current);
    return current[0]! as Tensor2D;
  });
  return outputs.length === 1 ? outputs[0]! : concat(outputs, 0);
}
