/**
 * The parts of a theta: how large a step is in each, and what people call them. Noise and outer optimizer work on
 * u = theta / scale, so a scale is how much a number may move for about the same effect on the meta-loss as the others.
 */
import { sizeOf } from '../../base/index';
import { thetaSpecs } from '../optimizers/velo/theta';
import type { VeloArchitecture } from '../optimizers/velo/theta';

/** Some numbers of a theta, all of the same kind. */
export interface ThetaGroup {
  readonly name: string;
  /** Indices in the order of `flatTheta`. */
  readonly indices: Int32Array;
}

const NAMES: readonly (readonly [prefix: string, group: string])[] = [
  ['ff_mod_stack/~/w0', 'bank layer 1'],
  ['ff_mod_stack/~/b0', 'bank layer 1, bias'],
  ['ff_mod_stack/~/w1', 'bank layer 2'],
  ['ff_mod_stack/~/b1', 'bank layer 2, bias'],
  ['ff_mod_stack/~/w2', 'bank output'],
  ['ff_mod_stack/~/b2', 'bank output, bias'],
  ['lstm_init_state', 'LSTM start'],
  ['rnn_params/linear_1', 'LSTM mixing input'],
  ['rnn_params/linear_2', 'LSTM input'],
  ['rnn_params/rnn/linear/w', 'LSTM'],
  ['rnn_params/rnn/linear/b', 'LSTM bias'],
  ['rnn_params/rnn_to_controls/w', 'controls'],
  ['rnn_params/rnn_to_controls/b', 'controls, bias'],
  ['rnn_params/step_size/w', 'step multiplier'],
  ['rnn_params/step_size/b', 'step multiplier, bias'],
];

/** The groups of a VeLO theta, in the order of its layout; what no update reads is in none. */
export function veloGroups(architecture: Pick<VeloArchitecture, 'hidden' | 'bank'>): ThetaGroup[] {
  const indices = new Map<string, number[]>();
  forEachTensor(architecture, ({ name, start, size }) => {
    const group = NAMES.find(([prefix]) => name.startsWith(prefix))?.[1];
    if (group === undefined) return;
    const known = indices.get(group) ?? [];
    for (let i = 0; i < size; i++) known.push(start + i);
    indices.set(group, known);
  });
  return [...indices].map(([name, list]) => ({ name, indices: Int32Array.from(list) }));
}

/** What the numbers of LSTM units are scaled by, beside their gate's own factor. */
export interface UnitScales {
  /** Factor on the columns of the cell gate of each unit; shorter than H: 1 for the others. */
  readonly cellGate?: readonly { readonly weights: number; readonly bias: number }[];
}

/**
 * The scale of each number, in the order of `flatTheta`; 0 where no update reads it. Bank entries count in units of
 * √P/100, in which noise of one standard deviation moves an effective weight of the mixed network by one.
 * Chosen by measuring what noise of each group alone does to the loss after a training.
 */
export function veloScales(architecture: VeloArchitecture, units: UnitScales = {}): Float32Array {
  const { hidden: H, bank, ffMult } = architecture;
  const b = Math.sqrt(bank) / ffMult;
  const scales: number[] = [];
  forEachTensor(architecture, ({ name, shape, size }) => {
    const columns = shape.at(-1)!;
    for (let i = 0; i < size; i++) {
      scales.push(scaleOf(name, { column: i % columns, H, b, isBias: name.endsWith('/b'), units }));
    }
  });
  return Float32Array.from(scales);
}

interface Place {
  readonly column: number;
  readonly H: number;
  readonly b: number;
  readonly isBias: boolean;
  readonly units: UnitScales;
}

/** Of the input, cell, forget and output gates. */
const GATES = [0.5, 0.3, 0.5, 0.15];
const CELL_GATE = 1;
/** Of the outputs of the bank: direction, magnitude, and one that is not read. */
const OUTPUTS = [1, 30, 0];
const OUTPUT_BIASES = [0.1, 3, 0];

function scaleOf(name: string, { column, H, b, isBias, units }: Place): number {
  if (name.startsWith('ff_mod_stack/~/w0')) return 0.5 * b;
  if (name.startsWith('ff_mod_stack/~/w1')) return b;
  if (name.startsWith('ff_mod_stack/~/w2')) return OUTPUTS[column]! * b;
  if (name.startsWith('ff_mod_stack/~/b2')) return OUTPUT_BIASES[column]! * b;
  if (name.startsWith('ff_mod_stack/~/b')) return 0.3 * b;
  if (name.startsWith('lstm_init_state')) return 0.3;
  if (name.startsWith('rnn_params/linear_1')) return 0.1;
  if (name.startsWith('rnn_params/linear_2')) return 0.2;
  if (name.startsWith('rnn_params/rnn_to_controls')) return 0.5;
  if (name.startsWith('rnn_params/step_size')) return 5;
  if (!name.startsWith('rnn_params/rnn/linear')) return 0;
  const gate = Math.floor(column / H);
  const unit = gate === CELL_GATE ? units.cellGate?.[column % H] : undefined;
  if (unit === undefined) return GATES[gate]!;
  return isBias ? unit.bias : unit.weights;
}

interface TensorPlace {
  readonly name: string;
  readonly shape: readonly number[];
  readonly start: number;
  readonly size: number;
}

function forEachTensor(
  architecture: Pick<VeloArchitecture, 'hidden' | 'bank'>,
  visit: (tensor: TensorPlace) => void,
): void {
  let start = 0;
  for (const { name, shape } of thetaSpecs(architecture)) {
    const size = sizeOf(shape);
    visit({ name, shape, start, size });
    start += size;
  }
}
