/**
 * The program of one fused update: the instructions in the order of the reference, built once; what
 * changes from step to step (loss, step, fraction) is read from the arena.
 */
import { sizeOf } from '../../../../base/index';
import { instructionsOf } from '../../../compute/instructions';
import type { Emit } from '../../../compute/instructions';
import type { KernelRuntime } from '../../../compute/kernelRuntime';
import { alone, runsOf, sharesOf } from '../../../compute/stages';
import type { Stage } from '../../../compute/stages';
import type { ArenaLayout, TensorPlaces } from './arenaLayout';
import { lossProgram, lstmStages } from './lstmProgram';
import { TENSOR_KINDS, isIdentity } from './tensorLayout';

/** Words that the update of `count` tensors takes at most. */
export function updateProgramWords(count: number): number {
  return 128 + count * 96;
}

/**
 * Loss buffer, accumulators and statistics of every tensor; then the LSTM for all of them; then features, network
 * and step of every tensor. Threads have tensors of their own, and share out the step of one that is more than a thread's
 * part of all.
 * @param threads  as many as the layout has working planes for
 * @throws UserError('device') when the kernels lack an op, being of another version
 */
export function updateStages(
  runtime: KernelRuntime,
  layout: ArenaLayout,
  threads: number,
): Stage[] {
  const emit = instructionsOf(runtime);
  const { tensors } = layout;
  const parts = tensorParts(layout, threads);
  const each = (codeOf: (part: TensorPart) => number[]): Stage =>
    parts.map((own) => own.flatMap(codeOf));
  return [
    ...(layout.lstm === undefined ? [] : [alone(lossProgram(emit, layout.lstm, layout.loss))]),
    each((part) => [
      ...foldProgram(emit, tensors[part.tensor]!),
      ...emit('velo.accumulate', ...tensorArguments(layout, part)),
    ]),
    ...(layout.lstm === undefined ? [] : lstmStages(emit, layout, layout.lstm, threads)),
    each((part) => [
      ...emit('velo.featureNorms', ...tensorArguments(layout, part)),
      ...emit(part.isShared ? 'velo.foldSides' : 'velo.apply', ...tensorArguments(layout, part)),
      ...(part.isShared ? [] : unfoldProgram(emit, tensors[part.tensor]!)),
    ]),
    ...parts
      .flat()
      .filter(({ isShared }) => isShared)
      .flatMap((part) => sharedSteps(emit, layout, part, threads)),
  ];
}

/** A tensor that smaller parts of are not worth a thread. */
const SHARED_SIZE = 16_384;

/** A tensor and the thread that it belongs to. */
interface TensorPart {
  readonly tensor: number;
  readonly thread: number;
  /** Whether all threads take its step together. */
  readonly isShared: boolean;
}

/** A thread has one shared tensor at most, and keeps it for the end: its working planes are needed once more. */
function tensorParts({ tensors }: ArenaLayout, threads: number): TensorPart[][] {
  const sizes = tensors.map(({ shape }) => sizeOf(shape));
  const fair = sizes.reduce((sum, size) => sum + size, 0) / threads;
  const isShared = (tensor: number): boolean =>
    sizes[tensor]! > Math.max(fair, SHARED_SIZE) && tensors[tensor]!.layout.kind !== 'diagonal';
  return sharesOf(sizes, threads).map((share, thread) =>
    share
      .map((tensor) => ({ tensor, thread, isShared: threads > 1 && isShared(tensor) }))
      .sort((a, b) => Number(a.isShared) - Number(b.isShared)),
  );
}

function sharedSteps(emit: Emit, layout: ArenaLayout, part: TensorPart, threads: number): Stage[] {
  const places = layout.tensors[part.tensor]!;
  const { groups, rows } = places.layout;
  const steps = runsOf(groups * rows, threads).map(({ from, to }) =>
    emit('velo.apply', ...tensorArguments(layout, part, { from, to })),
  );
  return [steps, alone(unfoldProgram(emit, places))];
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

/** The fields of VeloTensor in velo.h, in its order. @param rows  of its step; absent: all, with their shares made too */
function tensorArguments(
  layout: ArenaLayout,
  { tensor, thread }: TensorPart,
  rows?: { readonly from: number; readonly to: number },
): number[] {
  const { networks, multipliers } = layout;
  const places = layout.tensors[tensor]!;
  const work = layout.work[thread]!;
  const { groups, rows: rowCount, cols, kind } = places.layout;
  return [
    groups,
    rowCount,
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
    work.rows,
    work.cols,
    layout.sums + tensor * layout.sumsStride,
    networks.place + tensor * networks.stride,
    multipliers.place + tensor * multipliers.stride,
    rows?.from ?? 0,
    rows?.to ?? groups * rowCount,
    rows === undefined ? 1 : 0,
  ];
}
