/** What the last update of a fused session computed on the way: copies of it. */
import type { FloatArray } from '../../../../base/index';
import type { Arena } from '../../../compute/kernelRuntime';
import type { RecurrentTrace } from '../../optimizer';
import type { ArenaLayout } from './arenaLayout';
import type { LstmPlaces } from './lstmLayout';

/** f32[count, width], rows from `start` on; stride 0: the same row for all. */
export function rowsFrom(
  { f32 }: Arena,
  start: number,
  { stride, width, count }: { stride: number; width: number; count: number },
): FloatArray {
  const data = new Float32Array(count * width);
  for (let i = 0; i < count; i++) {
    const from = start + i * stride;
    data.set(f32.subarray(from, from + width), i * width);
  }
  return { shape: [count, width], data };
}

/** A row for each tensor, also where the LSTM has one for all. The control of an only network is 1. */
export function readRecurrent(
  arena: Arena,
  { tensors, multipliers }: ArenaLayout,
  { design, hiddenOut, cellOut, heads, headsStride }: LstmPlaces,
): RecurrentTrace<FloatArray> {
  const count = tensors.length;
  const { hidden: H, bank } = design;
  const state = { stride: bank === undefined ? 0 : H, width: H, count };
  const factors = rowsFrom(arena, multipliers.place, { ...multipliers, width: 1, count });
  return {
    hidden: rowsFrom(arena, hiddenOut, state),
    cell: rowsFrom(arena, cellOut, state),
    controls:
      bank === undefined
        ? { shape: [count, 1], data: new Float32Array(count).fill(1) }
        : rowsFrom(arena, heads, { stride: headsStride, width: bank.networks, count }),
    stepMultiplier: { shape: [count], data: factors.data },
  };
}
