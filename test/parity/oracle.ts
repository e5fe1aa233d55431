/**
 * VeLO once more, as a judge: straight-line float64 over plain lists of numbers, written from the published
 * description and sharing nothing with the code it judges. Slow; meant to be read beside the formulas.
 */

/** A tensor as flat numbers in C order. */
export interface Plain {
  shape: number[];
  data: number[];
}

export interface OracleSetup {
  hidden: number;
  bank: number;
  ffMult: number;
  buggedLossFeatures: boolean;
  buggedNextLstmState: boolean;
  numSteps: number;
  /** By the names of the reference's parameter tree. */
  theta: Record<string, number[]>;
}

export interface OracleTensor extends Plain {
  /** [element][decay] flat, as all lists with three channels */
  m: number[];
  v: number[];
  rows: number[];
  cols: number[];
  diagonal: number[];
  hidden: number[];
  cell: number[];
}

export interface OracleState {
  step: number;
  tensors: OracleTensor[];
  lossMeans: number[];
  lossMin: number[];
  lossDecays: number[];
}

export interface OracleTrace {
  lossFeatures: number[];
  lstmInputs: number[][];
  controls: number[][];
  stepMultiplier: number[];
}

/** The decays are float32 constants, and 1 - 0.999 differs in the fifth digit: that is part of the definition. */
const BETA = [0.9, 0.99, 0.999].map(Math.fround);
const BETA_V = Math.fround(0.999);

export function oracleStart(setup: OracleSetup, params: Plain[]): OracleState {
  const horizon = setup.buggedLossFeatures ? 10 : setup.numSteps;
  const lossDecays: number[] = [];
  for (let i = 0; i < 10; i++) {
    const halfLife = Math.pow(10, 1 + ((Math.log10(horizon) - 1) * i) / 9);
    lossDecays.push(Math.fround(Math.exp(-1 / halfLife)));
  }
  const tensors = params.map(({ shape, data }) => {
    const n = data.length;
    const axes = longestTwo(shape);
    return {
      shape: [...shape],
      data: [...data],
      m: zeros(3 * n),
      v: zeros(n),
      rows: axes === null ? [] : zeros((3 * n) / shape[axes.d0]!),
      cols: axes === null ? [] : zeros((3 * n) / shape[axes.d1]!),
      diagonal: axes === null ? zeros(3 * n) : [],
      hidden: [...setup.theta['lstm_init_state/hidden']!],
      cell: [...setup.theta['lstm_init_state/cell']!],
    };
  });
  return {
    step: 0,
    tensors,
    lossMeans: zeros(10),
    lossMin: Array<number>(10).fill(999999999999),
    lossDecays,
  };
}

/** One update; changes the state in place. */
export function oracleStep(
  setup: OracleSetup,
  state: OracleState,
  gradients: number[][],
  loss: number,
): OracleTrace {
  const t = state.step;
  const lossFeatures = pushLoss(state, loss);
  const clipped = gradients.map((g) => g.map((x) => clip(x, -1000, 1000)));
  const fraction = t / setup.numSteps;
  const lstmInputs = state.tensors.map((tensor) => inputsOf(tensor, fraction, lossFeatures));
  const { controls, stepMultiplier } = recurrent(setup, state, lstmInputs);
  for (const [i, tensor] of state.tensors.entries()) {
    accumulate(tensor, clipped[i]!);
    move(setup, tensor, clipped[i]!, controls[i]!, stepMultiplier[i]!);
  }
  state.step = t + 1;
  return { lossFeatures, lstmInputs, controls, stepMultiplier };
}

/** In float32 by definition: with 150,000 steps, 1 - d is so few ulps wide that float64 gives other features. */
export function pushLoss(state: OracleState, rawLoss: number): number[] {
  const f = Math.fround;
  const loss = f(rawLoss);
  const t = state.step;
  const correction = state.lossDecays.map((d) => f(1 - f(Math.pow(d, t + 1))));
  const corrected = (i: number): number => f(state.lossMeans[i]! / correction[i]!);
  let largest = -Infinity;
  for (let i = 0; i < 10; i++) largest = Math.max(largest, corrected(i));
  if (t === 0) largest = loss;
  const seen = Math.min(f(2 * Math.abs(largest)), loss);
  for (let i = 0; i < 10; i++) {
    const d = state.lossDecays[i]!;
    state.lossMeans[i] = f(f(state.lossMeans[i]! * d) + f(seen * f(1 - d)));
    state.lossMin[i] = Math.min(state.lossMin[i]!, corrected(i));
  }
  const features: number[] = [];
  for (let i = 0; i < 9; i++) {
    const here = f(corrected(i) - state.lossMin[i]!);
    const slower = f(corrected(i + 1) - state.lossMin[i]!);
    const ratio = f(f(here / Math.max(f(1e-8), slower)) - 1);
    features.push(clip(ratio, -1, 1) * (t < 2 ? 0 : 1));
  }
  return features;
}

function inputsOf(tensor: OracleTensor, fraction: number, lossFeatures: number[]): number[] {
  const n = tensor.data.length;
  const k = 1 / Math.sqrt(Math.max(1e-9, meanSquare(tensor.data)));
  const row: number[] = [];
  for (const c of [0.03, 0.1, 0.2, 0.4, 0.6, 0.8, 0.9, 1.0, 1.1]) {
    row.push(Math.tanh(10 * (fraction - c)));
  }
  row.push(...lossFeatures);
  row.push(squash(k * mean(tensor.v)));
  let rank = 0;
  for (const side of tensor.shape) if (side > 1) rank++;
  for (let r = 0; r < 5; r++) row.push(r === rank ? 1 : 0);
  const centre = zeros(3);
  for (let j = 0; j < n; j++)
    for (let c = 0; c < 3; c++) centre[c]! += (k * tensor.m[3 * j + c]!) / n;
  const spreadM = zeros(3);
  const spreadV = zeros(3);
  for (let j = 0; j < n; j++) {
    for (let c = 0; c < 3; c++) {
      spreadM[c]! += Math.pow(k * tensor.m[3 * j + c]! - centre[c]!, 2) / n;
      spreadV[c]! += Math.pow(k * tensor.v[j]! - centre[c]!, 2) / n;
    }
  }
  row.push(...spreadM.map(squash), ...spreadV.map(squash));
  return row;
}

export function recurrent(
  setup: OracleSetup,
  state: OracleState,
  inputs: number[][],
): { controls: number[][]; stepMultiplier: number[] } {
  const { hidden: H, theta } = setup;
  const shared = zeros(H);
  for (const row of inputs) {
    const a = dense(theta, 'linear_1', row, H);
    for (let u = 0; u < H; u++) shared[u] = Math.max(shared[u]!, a[u]!, 0);
  }
  const controls: number[][] = [];
  const stepMultiplier: number[] = [];
  for (const [i, row] of inputs.entries()) {
    const tensor = state.tensors[i]!;
    const z = dense(theta, 'linear_2', row, H).map((x, u) => x + shared[u]!);
    const gates = dense(theta, 'rnn/linear', [...z, ...tensor.hidden], 4 * H);
    const cell: number[] = [];
    const hidden: number[] = [];
    for (let u = 0; u < H; u++) {
      const forget = sigmoid(gates[2 * H + u]! + 1);
      cell.push(forget * tensor.cell[u]! + sigmoid(gates[u]!) * Math.tanh(gates[H + u]!));
      hidden.push(sigmoid(gates[3 * H + u]!) * Math.tanh(cell[u]!));
    }
    controls.push(dense(theta, 'rnn_to_controls', hidden, setup.bank));
    stepMultiplier.push(dense(theta, 'step_size', hidden, 1)[0]!);
    if (!setup.buggedNextLstmState) {
      tensor.cell = cell;
      tensor.hidden = hidden;
    }
  }
  return { controls, stepMultiplier };
}

/** Decays of the three momenta, of v, and of the three factored averages. */
export interface OracleDecays {
  momentum: number[];
  v: number;
  factored: number[];
}

const DECAYS: OracleDecays = { momentum: BETA, v: BETA_V, factored: BETA };

export function accumulate(tensor: OracleTensor, g: number[], decays = DECAYS): void {
  const n = g.length;
  const axes = longestTwo(tensor.shape);
  for (let j = 0; j < n; j++) {
    for (let c = 0; c < 3; c++) {
      const bm = decays.momentum[c]!;
      tensor.m[3 * j + c] = bm * tensor.m[3 * j + c]! + (1 - bm) * g[j]!;
      if (axes === null) {
        const b = decays.factored[c]!;
        tensor.diagonal[3 * j + c] =
          b * tensor.diagonal[3 * j + c]! + (1 - b) * (g[j]! ** 2 + 1e-30);
      }
    }
    tensor.v[j] = decays.v * tensor.v[j]! + (1 - decays.v) * g[j]! ** 2;
  }
  if (axes === null) return;
  follow(tensor.rows, tensor.shape, axes.d0, g, decays.factored);
  follow(tensor.cols, tensor.shape, axes.d1, g, decays.factored);
}

/** averages <- b * averages + (1 - b) * mean over `axis` of g² + 1e-30 */
function follow(
  averages: number[],
  shape: number[],
  axis: number,
  g: number[],
  betas: number[],
): void {
  const sums = zeros(averages.length / 3);
  for (let j = 0; j < g.length; j++) {
    sums[without(shape, axis, j)]! += (g[j]! ** 2 + 1e-30) / shape[axis]!;
  }
  for (let r = 0; r < sums.length; r++) {
    for (let c = 0; c < 3; c++) {
      averages[3 * r + c] = betas[c]! * averages[3 * r + c]! + (1 - betas[c]!) * sums[r]!;
    }
  }
}

export function move(
  setup: OracleSetup,
  tensor: OracleTensor,
  g: number[],
  controls: number[],
  multiplier: number,
): void {
  const network = mixed(setup, controls);
  const features = featuresOf(tensor, g);
  const n = g.length;
  for (let channel = 0; channel < 30; channel++) {
    let total = 0;
    for (let j = 0; j < n; j++) total += features[j]![channel]! ** 2;
    const scale = 1 / Math.sqrt(1e-5 + total / n);
    for (let j = 0; j < n; j++) features[j]![channel]! *= scale;
  }
  const size = Math.sqrt(meanSquare(tensor.data) + 1e-9);
  tensor.data = tensor.data.map((p, j) => {
    const h0 = layer(features[j]!, network.w0, network.b0).map(relu);
    const h1 = layer(h0, network.w1, network.b1).map(relu);
    const [direction, magnitude] = layer(h1, network.w2, network.b2);
    return p - multiplier * (direction! * (size * Math.exp(0.001 * magnitude!)) * 0.001);
  });
}

function mixed(setup: OracleSetup, controls: number[]) {
  const mix = (name: string): number[] => {
    const all = setup.theta[`ff_mod_stack/~/${name}`]!;
    const size = all.length / setup.bank;
    const out = zeros(size);
    for (let k = 0; k < setup.bank; k++) {
      for (let x = 0; x < size; x++) {
        out[x]! += (setup.ffMult * controls[k]! * all[k * size + x]!) / setup.bank;
      }
    }
    return out;
  };
  const w0: number[] = [];
  for (let group = 0; group < 14; group++) w0.push(...mix(`w0__${group}`));
  return { w0, b0: mix('b0'), w1: mix('w1'), b1: mix('b1'), w2: mix('w2'), b2: mix('b2') };
}

export function featuresOf(tensor: OracleTensor, g: number[], rootEpsilon = 1e-6): number[][] {
  const factored = longestTwo(tensor.shape);
  return g.map((gradient, j) => {
    const m = tensor.m.slice(3 * j, 3 * j + 3);
    const v = tensor.v[j]!;
    const s = 1 / Math.sqrt(v + rootEpsilon);
    const second =
      factored !== null
        ? factoredAt(tensor, factored.d0, factored.d1, j)
        : diagonalAt(tensor.diagonal.slice(3 * j, 3 * j + 3));
    return [
      gradient,
      clip(gradient, -0.1, 0.1),
      tensor.data[j]!,
      ...m,
      v,
      ...m.map((x) => x * s),
      s,
      ...second.forGradient.map((x) => gradient * x),
      gradient * s,
      ...second.row,
      ...second.col,
      ...second.row.map((x) => 1 / Math.sqrt(x + 1e-8)),
      ...second.col.map((x) => 1 / Math.sqrt(x + 1e-8)),
      ...second.forMomentum.map((x, c) => m[c]! * x),
    ];
  });
}

function diagonalAt(diagonal: number[]) {
  return {
    forGradient: diagonal.map((x) => inverseRoot(x + 1e-9)),
    row: diagonal,
    col: diagonal,
    forMomentum: diagonal.map((x) => Math.pow(x, -0.5)),
  };
}

function factoredAt(tensor: OracleTensor, d0: number, d1: number, j: number) {
  const { shape } = tensor;
  const row = [0, 1, 2].map((c) => tensor.rows[3 * without(shape, d0, j) + c]!);
  const col = [0, 1, 2].map((c) => tensor.cols[3 * without(shape, d1, j) + c]!);
  // Mean of the rows along d1: all elements that differ from j in d1 only.
  const stride = shape.slice(d1 + 1).reduce((a, b) => a * b, 1);
  const place = Math.floor(j / stride) % shape[d1]!;
  const rowMean = zeros(3);
  for (let x = 0; x < shape[d1]!; x++) {
    const other = without(shape, d0, j + (x - place) * stride);
    for (let c = 0; c < 3; c++) rowMean[c]! += tensor.rows[3 * other + c]! / shape[d1]!;
  }
  const scale = [0, 1, 2].map(
    (c) => inverseRoot(row[c]! / (rowMean[c]! + 1e-9)) * inverseRoot(col[c]!),
  );
  return { forGradient: scale, row, col, forMomentum: scale };
}

/** Longest and second longest axis; of equal ones the later is longer. */
function longestTwo(shape: number[]): { d0: number; d1: number } | null {
  if (shape.length < 2) return null;
  const pick = (skip: number): number => {
    let best = -1;
    for (let axis = 0; axis < shape.length; axis++) {
      if (axis !== skip && (best < 0 || shape[axis]! >= shape[best]!)) best = axis;
    }
    return best;
  };
  const d0 = pick(-1);
  return { d0, d1: pick(d0) };
}

/** Flat index of element j after an axis is dropped from the shape. */
function without(shape: number[], axis: number, j: number): number {
  const inner = shape.slice(axis + 1).reduce((a, b) => a * b, 1);
  return Math.floor(j / (inner * shape[axis]!)) * inner + (j % inner);
}

function dense(
  theta: Record<string, number[]>,
  name: string,
  x: number[],
  width: number,
): number[] {
  return layer(x, theta[`rnn_params/${name}/w`]!, theta[`rnn_params/${name}/b`]!.slice(0, width));
}

export function layer(x: number[], w: number[], b: number[]): number[] {
  const out = [...b];
  for (let i = 0; i < x.length; i++) {
    for (let o = 0; o < out.length; o++) out[o]! += x[i]! * w[i * out.length + o]!;
  }
  return out;
}

export function zeros(n: number): number[] {
  return Array<number>(n).fill(0);
}

export function mean(x: number[]): number {
  return x.reduce((total, value) => total + value, 0) / x.length;
}

export function meanSquare(x: number[]): number {
  return mean(x.map((value) => value * value));
}

export function clip(x: number, low: number, high: number): number {
  return Math.min(high, Math.max(low, x));
}

function squash(x: number): number {
  return 0.5 * clip(Math.log(1e-8 + Math.abs(10 * x)), -5, 5);
}

function inverseRoot(x: number): number {
  return 1 / Math.sqrt(Math.max(x, 1e-9));
}

export function relu(x: number): number {
  return Math.max(0, x);
}

export function sigmoid(x: number): number {
  return 1 / (1 + Math.exp(-x));
}
