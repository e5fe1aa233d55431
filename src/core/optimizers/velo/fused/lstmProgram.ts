/** The part of a fused update that is about loss buffer and LSTM, for all its rows at once. */
import { floatBits } from '../../../compute/instructions';
import type { Emit } from '../../../compute/instructions';
import { alone, runsOf } from '../../../compute/stages';
import type { Stage } from '../../../compute/stages';
import type { ArenaLayout } from './arenaLayout';
import { NEUTRAL_MULTIPLIER } from './design';
import { INPUT_STRIDE, NETWORK_STRIDE, PACK_COLUMNS } from './lstmLayout';
import type { Linear, LstmPlaces } from './lstmLayout';

/** Weights of a product that smaller parts of are not worth a thread. */
const SHARED_WEIGHTS = 65_536;

/** @param batchLoss  where the loss of the batch is */
export function lossProgram(emit: Emit, { loss }: LstmPlaces, batchLoss: number): number[] {
  const { features, means, minima, decays, corrections, step } = loss;
  return emit(
    'velo.lossFeatures',
    ...[features, means, minima, decays, corrections],
    ...[batchLoss, step],
  );
}

/** From the statistics of the tensors to the networks and factors on their steps. */
export function lstmStages(
  emit: Emit,
  { sums, networks }: ArenaLayout,
  lstm: LstmPlaces,
  threads: number,
): Stage[] {
  const { layers, loss, rows } = lstm;
  const { hidden: H } = lstm.design;
  const product = (
    out: number,
    outStride: number,
    left: number,
    leftStride: number,
    { inputs, outputs, packed, bias }: Linear,
  ): Stage => {
    const parts = inputs * outputs < SHARED_WEIGHTS ? 1 : threads;
    return runsOf(outputs, parts, PACK_COLUMNS).map(({ from, to }) =>
      emit(
        'gemm.packed',
        ...[out + from, outStride, left, leftStride],
        ...[packed + from * inputs, bias + from, rows, to - from, inputs],
      ),
    );
  };
  const { joined, joinedStride, gates, heads, headsStride } = lstm;
  return [
    alone(
      emit(
        'velo.lstmInputs',
        ...[lstm.inputs, INPUT_STRIDE, rows, sums],
        ...[lstm.axisCounts, loss.features, loss.fraction],
      ),
    ),
    product(lstm.mixed, H, lstm.inputs, INPUT_STRIDE, layers.mixing),
    product(joined, joinedStride, lstm.inputs, INPUT_STRIDE, layers.input),
    alone([
      ...emit('velo.addContext', joined, joinedStride, lstm.mixed, H, rows, H),
      ...emit('copy.rows', joined + H, joinedStride, lstm.hidden, H, rows, H),
    ]),
    product(gates, 4 * H, joined, joinedStride, layers.gate),
    alone(
      emit('velo.lstmCell', ...[lstm.cellOut, lstm.hiddenOut, gates, 4 * H, lstm.cell, rows, H]),
    ),
    product(heads, headsStride, lstm.hiddenOut, H, layers.head),
    layers.bank === undefined
      ? alone(positive(emit, heads))
      : product(networks.place, NETWORK_STRIDE, heads, headsStride, layers.bank),
  ];
}

/** x ← 0.1·exp(x) */
function positive(emit: Emit, x: number): number[] {
  return [...emit('math.exp', x, x, 1), ...emit('scale', x, 1, floatBits(NEUTRAL_MULTIPLIER))];
}
