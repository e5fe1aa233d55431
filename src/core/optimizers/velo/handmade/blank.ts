/**
 * What the hand-made thetas share: an all-zero theta to write into, a bank whose every network passes one
 * feature through as the direction, LSTM units that copy the fraction features, and the LSTM's response to a
 * run, in float64, for fitting a head. Constructed, not learned: nothing here was meta-trained.
 */
import type { NamedFloats } from '../../../../base/index';
import { UserError, sizeOf } from '../../../../base/index';
import { FRACTION_CENTRES } from '../lstmInputs';
import { entry, item } from '../lookup';
import type { VeloArchitecture } from '../theta';
import { releasedArchitecture, veloParameters } from '../theta';

/** LSTM units 0 … 8 copy the nine fraction features. */
export const FRACTION_UNITS = FRACTION_CENTRES.length;
/** Weight from a copied feature to its cell gate: small enough that tanh is nearly linear. */
const CELL_GATE_WEIGHT = 0.2;
/** First-layer block that holds m·s, and its channel of decay 0.9: feature 7 of 30. */
const MOMENTUM_BLOCK = 'ff_mod_stack/~/w0__5';

/** Blocks of the LSTM's output columns, each `hidden` wide. */
export type Gate = 'input' | 'cell' | 'forget' | 'output';
const GATES: readonly Gate[] = ['input', 'cell', 'forget', 'output'];

/** The architecture of a hand-made theta: as released, but for the sizes. */
export function handmadeArchitecture(
  { hidden, bank }: Pick<VeloArchitecture, 'hidden' | 'bank'>,
  leastHidden: number,
): VeloArchitecture {
  if (hidden < leastHidden) {
    throw new UserError('config', `hidden must be at least ${leastHidden}, got ${hidden}`);
  }
  return releasedArchitecture(hidden, bank);
}

/** Every tensor of a theta, all zeros, to be written into. */
export function blankTensors(architecture: VeloArchitecture): NamedFloats {
  return Object.fromEntries(
    veloParameters(architecture).map(({ name, shape }) => [
      name,
      { shape, data: new Float32Array(sizeOf(shape)) },
    ]),
  );
}

/** Writes one element. @param index  one position an axis */
export function set(
  tensors: NamedFloats,
  name: string,
  index: readonly number[],
  value: number,
): void {
  const { data, shape } = entry(tensors, name);
  data[index.reduce((flat, position, axis) => flat * item(shape, axis) + position, 0)] = value;
}

/** Sets a gate's bias of one LSTM unit. */
export function setGateBias(tensors: NamedFloats, gate: Gate, unit: number, value: number): void {
  set(tensors, 'rnn_params/rnn/linear/b', [gateColumn(tensors, gate, unit)], value);
}

/** Column of the LSTM's weights that drives a gate of one unit. */
export function gateColumn(tensors: NamedFloats, gate: Gate, unit: number): number {
  return GATES.indexOf(gate) * hiddenOf(tensors) + unit;
}

/**
 * Makes every network of the bank put out feature 7, m·s of decay 0.9 over its RMS, as the direction, when all
 * controls are 1, and sets them to 1: relu(x) − relu(−x) = x goes through both layers. Magnitude 0.
 */
export function passMomentumThrough(
  tensors: NamedFloats,
  { bank, ffMult }: VeloArchitecture,
): void {
  const unit = 1 / ffMult;
  for (let k = 0; k < bank; k++) {
    for (const [hidden, sign] of [1, -1].entries()) {
      set(tensors, MOMENTUM_BLOCK, [k, 0, hidden], sign * unit);
      set(tensors, 'ff_mod_stack/~/w1', [k, hidden, hidden], unit);
      set(tensors, 'ff_mod_stack/~/w2', [k, hidden, 0], sign * unit);
    }
    set(tensors, 'rnn_params/rnn_to_controls/b', [k], 1);
  }
}

/** Unit k takes input k of the LSTM to its cell gate; `linear_2` copies fraction feature k there. */
export function copyFractions(tensors: NamedFloats): void {
  for (let k = 0; k < FRACTION_UNITS; k++) {
    set(tensors, 'rnn_params/linear_2/w', [k, k], 1);
    feedCell(tensors, k);
  }
}

/** Weight from input `unit` of the LSTM to the cell gate of the same unit. */
export function feedCell(tensors: NamedFloats, unit: number): void {
  const column = gateColumn(tensors, 'cell', unit);
  set(tensors, 'rnn_params/rnn/linear/w', [unit, column], CELL_GATE_WEIGHT);
}

/**
 * Hidden state of the LSTM after each step of a run, in float64, for a theta that looks at nothing but the
 * fraction features.
 * @param fractions  fraction done at each step
 * @returns one row of H values a step
 */
export function hiddenResponse(tensors: NamedFloats, fractions: readonly number[]): number[][] {
  const H = hiddenOf(tensors);
  let hidden = Array<number>(H).fill(0);
  let cell = hidden;
  return fractions.map((fraction) => {
    const features = FRACTION_CENTRES.map((centre) => Math.tanh(10 * (fraction - centre)));
    const mixed = affine(features, tensors, 'rnn_params/linear_2');
    const gates = affine([...mixed, ...hidden], tensors, 'rnn_params/rnn/linear');
    const gate = (name: Gate, unit: number): number => item(gates, gateColumn(tensors, name, unit));
    cell = cell.map(
      (old, u) =>
        sigmoid(gate('forget', u) + 1) * old +
        sigmoid(gate('input', u)) * Math.tanh(gate('cell', u)),
    );
    hidden = cell.map((c, u) => sigmoid(gate('output', u)) * Math.tanh(c));
    return hidden;
  });
}

export function sigmoid(x: number): number {
  return 1 / (1 + Math.exp(-x));
}

function hiddenOf(tensors: NamedFloats): number {
  return entry(tensors, 'lstm_init_state/hidden').data.length;
}

/** b + x·W; W may have more rows than x has values. */
function affine(x: readonly number[], tensors: NamedFloats, layer: string): number[] {
  const { data: weights } = entry(tensors, `${layer}/w`);
  const out = Array.from(entry(tensors, `${layer}/b`).data);
  for (const [i, value] of x.entries()) {
    for (let o = 0; o < out.length; o++) out[o]! += value * weights[i * out.length + o]!;
  }
  return out;
}
