/**
 * Brings a theta from its flat form to where the kernels read it: biases as they are, matrices in panels, so that a step
 * reads each weight once. The dead layer `linear` of the reference is left out.
 */
import { invariant, sizeOf } from '../../../../base/index';
import { instructionsOf } from '../../../compute/instructions';
import type { Emit } from '../../../compute/instructions';
import type { KernelRuntime } from '../../../compute/kernelRuntime';
import { floatBits } from '../../../compute/instructions';
import type { VeloArchitecture } from '../theta';
import { FEATURE_GROUPS, veloParameters } from '../theta';
import type { ArenaLayout, Linear } from './arenaLayout';
import { NETWORK_SIZE, PACK_COLUMNS } from './arenaLayout';

/**
 * The instructions that pack the flat theta, whenever it is another one.
 * @throws UserError('device') when the kernels lack an op, being of another version
 */
export function packProgram(
  runtime: KernelRuntime,
  architecture: VeloArchitecture,
  layout: ArenaLayout,
): number[] {
  const packing = { emit: instructionsOf(runtime), at: flatPlaces(architecture, layout), layout };
  const { lstm } = layout;
  const layer = (name: string, place: Linear): number[] => [
    ...pack(packing, packing.at(`rnn_params/${name}/w`), place),
    ...copy(packing, place.bias, packing.at(`rnn_params/${name}/b`), place.outputs),
  ];
  return [
    ...layer('linear_1', lstm.mixing),
    ...layer('linear_2', lstm.input),
    ...layer('rnn/linear', lstm.gate),
    ...packHeads(packing, architecture.bank),
    ...packBank(packing, architecture),
  ];
}

/** The instructions that let every tensor's LSTM start from the learned state. */
export function initialStateProgram(
  runtime: KernelRuntime,
  architecture: VeloArchitecture,
  layout: ArenaLayout,
): number[] {
  const emit = instructionsOf(runtime);
  const at = flatPlaces(architecture, layout);
  const { hidden: H } = architecture;
  const rows = (out: number, name: string): number[] =>
    emit('copy.rows', out, H, at(`lstm_init_state/${name}`), 0, layout.tensors.length, H);
  return [...rows(layout.lstm.hidden, 'hidden'), ...rows(layout.lstm.cell, 'cell')];
}

interface Packing {
  readonly emit: Emit;
  /** Place of a tensor of the flat theta. */
  readonly at: (name: string) => number;
  readonly layout: ArenaLayout;
}

function flatPlaces(
  architecture: VeloArchitecture,
  { theta }: ArenaLayout,
): (name: string) => number {
  const places = new Map<string, number>();
  let place = theta.flat.place;
  for (const { name, shape } of veloParameters(architecture)) {
    places.set(name, place);
    place += sizeOf(shape);
  }
  return (name) => {
    const found = places.get(name);
    invariant(found !== undefined, `a theta has no ${name}`);
    return found;
  };
}

/** Controls and step multiplier are one product: P columns and one more. */
function packHeads({ emit, at, layout }: Packing, P: number): number[] {
  const { head } = layout.lstm;
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

/** The bank [P, 159], each network in the order w0 [30][4], b0, w1 [4][4], b1, w2 [4][3], b2, times ff_mult / P. */
function packBank({ emit, at, layout }: Packing, { bank: P, ffMult }: VeloArchitecture): number[] {
  const { staging } = layout.theta;
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
    const out = staging + column;
    column += width;
    return emit('copy.rows', out, NETWORK_SIZE, at(`ff_mod_stack/~/${name}`), width, P, width);
  });
  invariant(column === NETWORK_SIZE, `a network of ${column} numbers`);
  return [
    ...rows,
    ...emit('scale', staging, P * NETWORK_SIZE, floatBits(ffMult / P)),
    ...pack({ emit }, staging, layout.lstm.bank),
  ];
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
