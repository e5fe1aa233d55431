/**
 * Brings a theta from its flat form to where the kernels read it: biases as they are, matrices in panels, so that a step
 * reads each weight once. The dead layer `linear` of the reference is left out.
 */
import { invariant, sizeOf } from '../../../../base/index';
import { instructionsOf } from '../../../compute/instructions';
import type { Emit } from '../../../compute/instructions';
import type { KernelRuntime } from '../../../compute/kernelRuntime';
import { floatBits } from '../../../compute/instructions';
import { FEATURE_GROUPS } from '../theta';
import type { ArenaLayout } from './arenaLayout';
import type { FusedDesign } from './design';
import { NETWORK_SIZE, PACK_COLUMNS } from './lstmLayout';
import type { Linear, LstmPlaces } from './lstmLayout';

/**
 * The instructions that pack the flat theta, whenever it is another one.
 * @throws UserError('device') when the kernels lack an op, being of another version
 */
export function packProgram(
  runtime: KernelRuntime,
  design: FusedDesign,
  layout: ArenaLayout,
): number[] {
  const packing = { emit: instructionsOf(runtime), at: flatPlaces(design, layout), layout };
  const { lstm, networks } = layout;
  if (lstm === undefined) return copyNetworks(packing, networks.place, 1);
  const { layers } = lstm;
  return [
    ...packLayer(packing, 'linear_1', layers.mixing),
    ...packLayer(packing, 'linear_2', layers.input),
    ...packLayer(packing, 'rnn/linear', layers.gate),
    ...packOutputs(packing, lstm),
  ];
}

/** The instructions that let every row of the LSTM start from the learned state. */
export function initialStateProgram(
  runtime: KernelRuntime,
  design: FusedDesign,
  layout: ArenaLayout,
): number[] {
  const { lstm } = layout;
  if (lstm === undefined) return [];
  const emit = instructionsOf(runtime);
  const at = flatPlaces(design, layout);
  const { hidden: H } = lstm.design;
  const rows = (out: number, name: string): number[] =>
    emit('copy.rows', out, H, at(`lstm_init_state/${name}`), 0, lstm.rows, H);
  return [...rows(lstm.hidden, 'hidden'), ...rows(lstm.cell, 'cell')];
}

interface Packing {
  readonly emit: Emit;
  /** Place of a tensor of the flat theta. */
  readonly at: (name: string) => number;
  readonly layout: ArenaLayout;
}

function flatPlaces({ parameters }: FusedDesign, { theta }: ArenaLayout): (name: string) => number {
  const places = new Map<string, number>();
  let place = theta.flat.place;
  for (const { name, shape } of parameters) {
    places.set(name, place);
    place += sizeOf(shape);
  }
  return (name) => {
    const found = places.get(name);
    invariant(found !== undefined, `a theta has no ${name}`);
    return found;
  };
}

function packLayer(packing: Packing, name: string, place: Linear): number[] {
  return [
    ...pack(packing, packing.at(`rnn_params/${name}/w`), place),
    ...copy(packing, place.bias, packing.at(`rnn_params/${name}/b`), place.outputs),
  ];
}

/** What comes after the LSTM. */
function packOutputs(packing: Packing, { design: { bank }, layers }: LstmPlaces): number[] {
  if (bank === undefined || layers.bank === undefined) {
    const { place } = packing.layout.networks;
    return [...packLayer(packing, 'step_size', layers.head), ...copyNetworks(packing, place, 1)];
  }
  const { emit, layout } = packing;
  const { networks: P, ffMult } = bank;
  const { staging } = layout.theta;
  return [
    ...packHeads(packing, layers.head, P),
    ...copyNetworks(packing, staging, P),
    ...emit('scale', staging, P * NETWORK_SIZE, floatBits(ffMult / P)),
    ...pack({ emit }, staging, layers.bank),
  ];
}

/** Controls and step multiplier are one product: P columns and one more. */
function packHeads({ emit, at, layout }: Packing, head: Linear, P: number): number[] {
  const { staging } = layout.theta;
  const part = (name: string, from: number, width: number): number[] => [
    ...emit(
      'copy.rows',
      staging + from,
      P + 1,
      at(`rnn_params/${name}/w`),
      width,
      head.inputs,
      width,
    ),
    ...copy({ emit }, head.bias + from, at(`rnn_params/${name}/b`), width),
  ];
  return [
    ...part('rnn_to_controls', 0, P),
    ...part('step_size', P, 1),
    ...pack({ emit }, staging, head),
  ];
}

/** Networks [count, 159], each in the order w0 [30][4], b0, w1 [4][4], b1, w2 [4][3], b2. */
function copyNetworks({ emit, at }: Packing, out: number, count: number): number[] {
  const blocks: readonly (readonly [name: string, width: number])[] = [
    ...FEATURE_GROUPS.map((inputs, group) => [`w0__${group}`, 4 * inputs] as const),
    ['b0', 4],
    ['w1', 16],
    ['b1', 4],
    ['w2', 12],
    ['b2', 3],
  ];
  let column = 0;
  const rows = blocks.flatMap(([name, width]) => {
    const to = out + column;
    column += width;
    return emit('copy.rows', to, NETWORK_SIZE, at(`ff_mod_stack/~/${name}`), width, count, width);
  });
  invariant(column === NETWORK_SIZE, `a network of ${column} numbers`);
  return rows;
}

function copy({ emit }: Pick<Packing, 'emit'>, out: number, from: number, count: number): number[] {
  return emit('copy.rows', out, count, from, count, 1, count);
}

/** Strip by strip; how a panel looks inside is for the kernels to know. */
function pack(
  { emit }: Pick<Packing, 'emit'>,
  from: number,
  { inputs, outputs, packed }: Linear,
): number[] {
  return Array.from({ length: Math.ceil(outputs / PACK_COLUMNS) }, (_, strip) => {
    const column = strip * PACK_COLUMNS;
    const columns = Math.min(PACK_COLUMNS, outputs - column);
    return emit('gemm.pack', packed + column * inputs, from + column, outputs, inputs, columns);
  }).flat();
}
