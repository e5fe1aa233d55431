/**
 * The parts of a theta: how large a step is in each, and what people call them. Noise and outer optimizer work on
 * u = theta / scale, so a scale is how much a number may move for about the same effect on the meta-loss as the others.
 */
import { sizeOf } from '../../base/index';
import { hasVelo } from '../optimizers/learned/architecture';
import type { Architecture } from '../optimizers/learned/architecture';
import { thetaSpecs } from '../optimizers/learned/theta';

/** Some numbers of a theta, all of the same kind. */
export interface ThetaGroup {
  readonly name: string;
  /** Indices in the order of `flatTheta`. */
  readonly indices: Int32Array;
}

/** Of those with VeLO's parts; what no update reads is in none. */
const NAMES: readonly (readonly [prefix: string, group: string | undefined])[] = [
  ['ff_mod_stack/~/w0', 'bank layer 1'],
  ['ff_mod_stack/~/b0', 'bank layer 1, bias'],
  ['ff_mod_stack/~/w1', 'bank layer 2'],
  ['ff_mod_stack/~/b1', 'bank layer 2, bias'],
  ['ff_mod_stack/~/w2', 'bank output'],
  ['ff_mod_stack/~/b2', 'bank output, bias'],
  ['lstm_init_state', 'LSTM start'],
  ['rnn_params/linear_1', 'LSTM mixing input'],
  ['rnn_params/linear_2', 'LSTM input'],
  ['rnn_params/linear/', undefined],
  ['rnn_params/rnn/linear/w', 'LSTM'],
  ['rnn_params/rnn/linear/b', 'LSTM bias'],
  ['rnn_params/rnn_to_controls/w', 'controls'],
  ['rnn_params/rnn_to_controls/b', 'controls, bias'],
  ['rnn_params/step_size/w', 'step multiplier'],
  ['rnn_params/step_size/b', 'step multiplier, bias'],
  ['orthogonal/matrix/feature', 'matrix features'],
  ['orthogonal/matrix/mix', 'matrix directions'],
  ['orthogonal/matrix/gate', 'matrix gates'],
  ['orthogonal/vector/feature', 'vector features'],
  ['orthogonal/vector/mix', 'vector directions'],
  ['orthogonal/vector/gate', 'vector gates'],
];

/** The groups of a theta, in the order of its layout: VeLO's parts by name, else each tensor by itself. */
export function thetaGroups(architecture: Architecture): ThetaGroup[] {
  const indices = new Map<string, number[]>();
  for (const { name, start, size } of placesOf(architecture)) {
    const known = NAMES.find(([prefix]) => name.startsWith(prefix));
    const group = known === undefined ? name : known[1];
    if (group === undefined) continue;
    const list = indices.get(group) ?? [];
    for (let i = 0; i < size; i++) list.push(start + i);
    indices.set(group, list);
  }
  return [...indices].map(([name, list]) => ({ name, indices: Int32Array.from(list) }));
}

/** What the cell gates of LSTM units are scaled by, from unit 0; the others have the factor of their gate. */
export type UnitScales = readonly { readonly weights: number; readonly bias: number }[];

/**
 * The scale of each number, in the order of `flatTheta`; 0 where no update reads it, 1 in architectures without VeLO's
 * parts. VeLO's bank counts in units of √P/100, in which noise of one standard deviation moves an effective weight of
 * the mixed network by one. Chosen by measuring what noise of each group alone does to the loss after a training.
 */
export function thetaScales(architecture: Architecture, units: UnitScales = []): Float32Array {
  const scale = scaleOf(architecture);
  const scales = placesOf(architecture).flatMap((tensor) => {
    const columns = tensor.shape.at(-1) ?? 1;
    return Array.from({ length: tensor.size }, (_, i) => {
      const column = i % columns;
      return cellGate(architecture, tensor.name, column, units) ?? scale(tensor.name, column);
    });
  });
  return Float32Array.from(scales);
}

/** Of the input, cell, forget and output gates. */
const GATES = [0.5, 0.3, 0.5, 0.15];
const CELL_GATE = 1;
/** Of the outputs of the bank: direction, magnitude, and one that is not read. */
const OUTPUTS = [1, 30, 0];
const OUTPUT_BIASES = [0.1, 3, 0];

/** By a tensor's name and the column of one of its numbers. */
function scaleOf(architecture: Architecture): (name: string, column: number) => number {
  if (!hasVelo(architecture) && architecture.kind !== 'celo') return () => 1;
  const isVelo = hasVelo(architecture);
  const b = isVelo ? Math.sqrt(architecture.bank) / architecture.ffMult : 1;
  // Celo's is inside of an exponential.
  const head = isVelo ? 5 : 0.3;
  const controls = isVelo ? 0.5 : 0;
  const byName: readonly (readonly [string, (column: number) => number])[] = [
    ['ff_mod_stack/~/w0', () => 0.5 * b],
    ['ff_mod_stack/~/w1', () => b],
    ['ff_mod_stack/~/w2', (column) => OUTPUTS[column]! * b],
    ['ff_mod_stack/~/b2', (column) => OUTPUT_BIASES[column]! * b],
    ['ff_mod_stack/~/b', () => 0.3 * b],
    ['lstm_init_state', () => 0.3],
    ['rnn_params/linear_1', () => 0.1],
    ['rnn_params/linear_2', () => 0.2],
    ['rnn_params/linear/', () => 0],
    ['rnn_params/rnn_to_controls', () => controls],
    ['rnn_params/step_size', () => head],
    ['orthogonal/', () => 1],
    ['rnn_params/rnn', (column) => GATES[Math.floor(column / architecture.hidden)]!],
  ];
  return (name, column) => byName.find(([prefix]) => name.startsWith(prefix))?.[1](column) ?? 0;
}

/** The scale that a built unit has of its own. */
function cellGate(
  architecture: Architecture,
  name: string,
  column: number,
  units: UnitScales,
): number | undefined {
  if (!('hidden' in architecture) || !name.startsWith('rnn_params/rnn/')) return undefined;
  const { hidden } = architecture;
  if (Math.floor(column / hidden) !== CELL_GATE) return undefined;
  const unit = units[column % hidden];
  return name.endsWith('/b') ? unit?.bias : unit?.weights;
}

interface TensorPlace {
  readonly name: string;
  readonly shape: readonly number[];
  readonly start: number;
  readonly size: number;
}

function placesOf(architecture: Architecture): TensorPlace[] {
  let end = 0;
  return thetaSpecs(architecture).map(({ name, shape }) => {
    const size = sizeOf(shape);
    const start = end;
    end += size;
    return { name, shape, start, size };
  });
}
