/**
 * Brings a theta into the arena: biases as they are, matrices in the kernels' panels, so that a step reads each
 * weight once. The dead layer `linear` of the reference is left out.
 */
import type { FloatArray } from '../../../../base/index';
import { instructionsOf } from '../../../compute/instructions';
import type { Arena, KernelRuntime } from '../../../compute/kernelRuntime';
import { entry } from '../lookup';
import type { VeloTheta } from '../theta';
import { FEATURE_GROUPS } from '../theta';
import type { ArenaLayout, Linear } from './arenaLayout';
import { NETWORK_SIZE, PACK_COLUMNS } from './arenaLayout';

/** A matrix [rows, cols] by its elements. */
interface Matrix {
  readonly at: (row: number, col: number) => number;
}

/** Packs every weight; called once per session. */
export function packTheta(
  { architecture, tensors }: VeloTheta,
  runtime: KernelRuntime,
  arena: Arena,
  layout: ArenaLayout,
): void {
  const { bank: P, ffMult } = architecture;
  const { lstm } = layout;
  const layer = (name: string, place: Linear): void => {
    const { data } = entry(tensors, `rnn_params/${name}/w`);
    const matrix = { at: (row: number, col: number) => data[row * place.outputs + col]! };
    pack(matrix, place, { runtime, arena, layout });
    arena.f32.set(entry(tensors, `rnn_params/${name}/b`).data, place.bias);
  };
  layer('linear_1', lstm.mixing);
  layer('linear_2', lstm.input);
  layer('rnn/linear', lstm.gate);
  packHeads(tensors, P, { runtime, arena, layout });
  pack(bankMatrix(tensors, ffMult / P), lstm.bank, { runtime, arena, layout });
}

interface Packing {
  readonly runtime: KernelRuntime;
  readonly arena: Arena;
  readonly layout: ArenaLayout;
}

/** Controls and step multiplier are one product: P columns and one more. */
function packHeads(tensors: VeloTheta['tensors'], P: number, packing: Packing): void {
  const { head } = packing.layout.lstm;
  const controls = entry(tensors, 'rnn_params/rnn_to_controls/w').data;
  const step = entry(tensors, 'rnn_params/step_size/w').data;
  pack({ at: (row, col) => (col < P ? controls[row * P + col]! : step[row]!) }, head, packing);
  const { f32 } = packing.arena;
  f32.set(entry(tensors, 'rnn_params/rnn_to_controls/b').data, head.bias);
  f32.set(entry(tensors, 'rnn_params/step_size/b').data, head.bias + P);
}

/** The bank [P, 159], each network in the order w0 [30][4], b0, w1 [4][4], b1, w2 [4][3], b2, times `factor`. */
function bankMatrix(tensors: VeloTheta['tensors'], factor: number): Matrix {
  const names = [...FEATURE_GROUPS.map((_, group) => `w0__${group}`), 'b0', 'w1', 'b1', 'w2', 'b2'];
  const columns: { readonly source: FloatArray; readonly index: number; readonly width: number }[] =
    [];
  for (const name of names) {
    const source = entry(tensors, `ff_mod_stack/~/${name}`);
    const width = source.data.length / (source.shape[0] ?? 1);
    for (let index = 0; index < width; index++) columns.push({ source, index, width });
  }
  if (columns.length !== NETWORK_SIZE) throw new Error(`a network of ${columns.length} numbers`);
  return {
    at: (row, col) => {
      const { source, index, width } = columns[col]!;
      return source.data[row * width + index]! * factor;
    },
  };
}

/** Packs strip by strip through the staging area; how a panel looks inside is for the kernels to know. */
function pack(matrix: Matrix, place: Linear, { runtime, arena, layout }: Packing): void {
  const emit = instructionsOf(runtime);
  const { staging, program } = layout;
  const { inputs, outputs } = place;
  for (let from = 0; from < outputs; from += PACK_COLUMNS) {
    const columns = Math.min(PACK_COLUMNS, outputs - from);
    for (let row = 0; row < inputs; row++)
      for (let col = 0; col < columns; col++)
        arena.f32[staging + row * columns + col] = matrix.at(row, from + col);
    const out = place.packed + from * inputs;
    const instruction = emit('gemm.pack', out, staging, columns, inputs, columns);
    arena.i32.set(instruction, program);
    arena.run(program, instruction.length);
  }
}
