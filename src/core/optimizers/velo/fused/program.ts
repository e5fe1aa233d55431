/**
 * The program of one fused VeLO update: the instructions in the order of the reference, built once; what
 * changes from step to step (loss, step, fraction) is read from the arena.
 */
import { instructionsOf } from '../../../compute/instructions';
import type { Emit } from '../../../compute/instructions';
import type { KernelRuntime } from '../../../compute/kernelRuntime';
import type { ArenaLayout, Linear, TensorPlaces } from './arenaLayout';
import { INPUT_STRIDE, NETWORK_STRIDE } from './arenaLayout';
import { TENSOR_KINDS, isIdentity } from './tensorLayout';

/** Words that the update of `count` tensors takes at most. */
export function updateProgramWords(count: number): number {
  return 128 + count * 96;
}

/**
 * Loss buffer, accumulators and statistics of every tensor; then the LSTM for all of them; then features, network
 * and step of every tensor.
 * @throws UserError('device') when the kernels lack an op, being of another version
 */
export function updateProgram(runtime: KernelRuntime, layout: ArenaLayout): number[] {
  const emit = instructionsOf(runtime);
  const { tensors } = layout;
  return [
    ...lossProgram(emit, layout),
    ...tensors.flatMap((places, i) => [
      ...foldProgram(emit, places),
      ...emit('velo.accumulate', ...tensorArguments(layout, places, i)),
    ]),
    ...lstmProgram(emit, layout),
    ...tensors.flatMap((places, i) => [
      ...emit('velo.featureNorms', ...tensorArguments(layout, places, i)),
      ...emit('velo.apply', ...tensorArguments(layout, places, i)),
      ...unfoldProgram(emit, places),
    ]),
  ];
}

/** Parameters and gradients into the kernels' order, where it is another one. */
function foldProgram(emit: Emit, { layout, ...places }: TensorPlaces): number[] {
  if (isIdentity(layout.fold)) return [];
  return [
    ...emit('velo.toCanonical', places.foldedParams, places.params, ...layout.fold),
    ...emit('velo.toCanonical', places.foldedGrads, places.grads, ...layout.fold),
  ];
}

/** New parameters back into their own order. */
function unfoldProgram(emit: Emit, { layout, ...places }: TensorPlaces): number[] {
  if (isIdentity(layout.fold)) return [];
  return emit('velo.fromCanonical', places.params, places.foldedParams, ...layout.fold);
}

function lossProgram(emit: Emit, { loss }: ArenaLayout): number[] {
  const { features, means, minima, decays, corrections } = loss;
  return emit(
    'velo.lossFeatures',
    features,
    means,
    minima,
    decays,
    corrections,
    loss.loss,
    loss.step,
  );
}

/** The fields of VeloTensor in velo.h, in its order. */
function tensorArguments(layout: ArenaLayout, places: TensorPlaces, index: number): number[] {
  const { lstm } = layout;
  const { groups, rows, cols, kind } = places.layout;
  return [
    groups,
    rows,
    cols,
    TENSOR_KINDS[kind],
    places.foldedParams,
    places.foldedGrads,
    places.momentum,
    places.momentumStride,
    places.secondMoment,
    places.rowMeans,
    places.rowStride,
    places.colMeans,
    places.colStride,
    layout.rowWork,
    layout.colWork,
    layout.sums + index * layout.sumsStride,
    lstm.networks + index * NETWORK_STRIDE,
    lstm.heads + index * lstm.headsStride + lstm.bank.inputs,
  ];
}

function lstmProgram(emit: Emit, layout: ArenaLayout): number[] {
  const { lstm, loss, tensors } = layout;
  const count = tensors.length;
  const H = lstm.mixing.outputs;
  const product = (out: number, outStride: number, left: number, leftStride: number, w: Linear) =>
    emit(
      'gemm.packed',
      ...[out, outStride, left, leftStride],
      ...[w.packed, w.bias, count, w.outputs, w.inputs],
    );
  const { joined, joinedStride, gates, heads, headsStride } = lstm;
  return [
    ...emit(
      'velo.lstmInputs',
      ...[lstm.inputs, INPUT_STRIDE, count, layout.sums],
      ...[lstm.axisCounts, loss.features, loss.fraction],
    ),
    ...product(lstm.mixed, H, lstm.inputs, INPUT_STRIDE, lstm.mixing),
    ...product(joined, joinedStride, lstm.inputs, INPUT_STRIDE, lstm.input),
    ...emit('velo.addContext', joined, joinedStride, lstm.mixed, H, count, H),
    ...emit('copy.rows', joined + H, joinedStride, lstm.hidden, H, count, H),
    ...product(gates, 4 * H, joined, joinedStride, lstm.gate),
    ...emit('velo.lstmCell', ...[lstm.cellOut, lstm.hiddenOut, gates, 4 * H, lstm.cell, count, H]),
    ...product(heads, headsStride, lstm.hiddenOut, H, lstm.head),
    ...product(lstm.networks, NETWORK_STRIDE, heads, headsStride, lstm.bank),
  ];
}
