/** Where everything of a fused VeLO session lies in its arena; all offsets and strides are in 32-bit words. */
import type { TensorSpec } from '../../../../base/index';
import { sizeOf } from '../../../../base/index';
import type { Span } from '../../../compute/span';
import { LOSS_MEANS } from '../lossFeatures';
import type { VeloArchitecture } from '../theta';
import { wordsOf } from '../../learned/flat';
import { LSTM_INPUTS, veloParameters } from '../theta';
import type { TensorLayout } from './tensorLayout';
import { isIdentity, tensorLayout } from './tensorLayout';

/** Row stride of the LSTM's inputs. */
export const INPUT_STRIDE = 32;
/** Numbers of one tensor's effective network, and the stride from one to the next. */
export const NETWORK_SIZE = 159;
export const NETWORK_STRIDE = 160;
/** Matrices are packed in strips of this many columns; PACK_COLUMNS in gemm.c. */
export const PACK_COLUMNS = 32;

/** Corrections and decays of the loss averages, the step and the fraction done. */
export const CLOCK_WORDS = 2 * LOSS_MEANS + 2;

/** As in velo.h. */
const SUMS_WORDS = 96;
const ROW_PLANES = 10;
const COL_PLANES = 16;
/** Words of a cache line: every array starts at one. */
const LINE = 16;

export interface TensorPlaces {
  readonly name: string;
  readonly shape: readonly number[];
  readonly layout: TensorLayout;
  /** In the tensor's own order: what the caller sees. */
  readonly params: number;
  readonly grads: number;
  /** In the kernels' order; the same arrays where the orders agree. */
  readonly foldedParams: number;
  readonly foldedGrads: number;
  readonly momentum: number;
  readonly momentumStride: number;
  readonly secondMoment: number;
  readonly rowMeans: number;
  readonly rowStride: number;
  readonly colMeans: number;
  readonly colStride: number;
}

/** A packed weight matrix with its bias. */
export interface Linear {
  readonly inputs: number;
  readonly outputs: number;
  readonly packed: number;
  readonly bias: number;
}

export interface ArenaLayout {
  /** End of it all. */
  readonly words: number;
  readonly tensors: readonly TensorPlaces[];
  /** Working planes of each thread. */
  readonly work: readonly { readonly rows: number; readonly cols: number }[];
  /** Statistics per tensor, `sumsStride` apart. */
  readonly sums: number;
  readonly sumsStride: number;
  readonly loss: LossPlaces;
  readonly lstm: LstmPlaces;
  readonly theta: ThetaPlaces;
  readonly program: number;
}

/** Meta-parameters one behind the other in the order of `veloParameters`, and what the kernels read in their stead. */
export interface ThetaPlaces {
  readonly flat: Span;
  readonly packed: Span;
  /** Room for the widest matrix that is put together before it is packed. */
  readonly staging: number;
  /** Room for what packs it and starts the state from it. */
  readonly program: Span;
}

export interface LossPlaces {
  readonly means: number;
  readonly minima: number;
  readonly features: number;
  readonly loss: number;
  /** What depends on the step alone lies together: from here on `CLOCK_WORDS` words. */
  readonly clock: number;
  readonly corrections: number;
  readonly decays: number;
  readonly step: number;
  readonly fraction: number;
}

export interface LstmPlaces {
  readonly axisCounts: number;
  readonly inputs: number;
  readonly mixed: number;
  /** Inputs and previous hidden state side by side, rows `joinedStride` apart. */
  readonly joined: number;
  readonly joinedStride: number;
  readonly gates: number;
  readonly hidden: number;
  readonly cell: number;
  /** Where a step leaves its hidden state and cell: the state itself unless that is never carried on. */
  readonly hiddenOut: number;
  readonly cellOut: number;
  /** Controls and, behind them, the step multiplier of each tensor. */
  readonly heads: number;
  readonly headsStride: number;
  readonly networks: number;
  readonly mixing: Linear;
  readonly input: Linear;
  readonly gate: Linear;
  readonly head: Linear;
  readonly bank: Linear;
}

export interface LayoutOptions {
  /** Room for the longest program. */
  readonly updateWords: number;
  /** First arena word that may be used, at a cache line. */
  readonly start: number;
  /** That work on it together. */
  readonly threads: number;
}

/** Lays out a session. */
export function arenaLayout(
  architecture: VeloArchitecture,
  params: readonly TensorSpec[],
  { updateWords, start, threads }: LayoutOptions,
): ArenaLayout {
  let end = start;
  const reserve: Reserve = (words) => {
    const start = end;
    end = roundUp(start + words);
    return start;
  };
  // What an update carries on comes first, then the weights, so that each is copied in one piece.
  const kept = params.map((spec) => keptPlaces(spec, reserve));
  const loss = keptLoss(reserve);
  const { hidden, bank } = architecture;
  const recurrent = {
    hidden: reserve(params.length * hidden),
    cell: reserve(params.length * hidden),
  };
  const weights = end;
  const layers = packedLayers(architecture, reserve);
  const packed = { place: weights, words: end - weights };
  const tensors = kept.map((places) => ({ ...places, ...workPlaces(places, reserve) }));
  const widest = (size: (places: TensorPlaces) => number): number =>
    tensors.reduce((most, places) => Math.max(most, size(places)), 0);
  const layout = {
    tensors,
    work: Array.from({ length: threads }, () => ({
      rows: reserve(ROW_PLANES * widest(({ rowStride }) => rowStride)),
      cols: reserve(COL_PLANES * widest(({ colStride }) => colStride)),
    })),
    sums: reserve(params.length * SUMS_WORDS),
    sumsStride: SUMS_WORDS,
    loss: { ...loss, ...workLoss(reserve) },
    lstm: { ...recurrent, ...layers, ...workLstm(architecture, recurrent, params.length, reserve) },
    theta: {
      flat: spanOf(wordsOf(veloParameters(architecture)), reserve),
      packed,
      staging: reserve(Math.max(bank * NETWORK_SIZE, hidden * (bank + 1))),
      program: spanOf(programWords(layers), reserve),
    },
    program: reserve(updateWords),
  };
  // Kernels read whole vectors past the end of an array, at most two of sixteen lanes.
  return { ...layout, words: end + 2 * LINE };
}

/** Everything that an update carries on to the next one, the parameters apart. */
export function stateSpans({ tensors, loss, lstm }: ArenaLayout, hidden: number): Span[] {
  const rows = tensors.length * hidden;
  return [
    ...tensors.flatMap((places) => [
      { place: places.momentum, words: 3 * places.momentumStride },
      { place: places.secondMoment, words: places.momentumStride },
      {
        place: places.rowMeans,
        words: places.layout.kind === 'diagonal' ? 0 : 3 * places.rowStride,
      },
      { place: places.colMeans, words: 3 * places.colStride },
    ]),
    ...[loss.means, loss.minima].map((place) => ({ place, words: LOSS_MEANS })),
    { place: lstm.hidden, words: rows },
    { place: lstm.cell, words: rows },
  ];
}

type Reserve = (words: number) => number;

function roundUp(words: number, unit = LINE): number {
  return Math.ceil(words / unit) * unit;
}

/**
 * Distance between planes of one array: an odd number of cache lines, so that walking several planes at
 * once doesn't fall on the same few places of the cache.
 */
function planeStride(words: number): number {
  return (Math.ceil(words / LINE) | 1) * LINE;
}

type KeptPlaces = Omit<TensorPlaces, 'grads' | 'foldedParams' | 'foldedGrads'>;

function keptPlaces({ name, shape }: TensorSpec, reserve: Reserve): KeptPlaces {
  const layout = tensorLayout(shape);
  const stride = planeStride(sizeOf(shape));
  const rowStride = roundUp(layout.groups * layout.rows);
  const colStride = roundUp(layout.groups * layout.cols);
  return {
    name,
    shape,
    layout,
    params: reserve(stride),
    momentum: reserve(3 * stride),
    momentumStride: stride,
    secondMoment: reserve(stride),
    rowMeans: reserve(layout.kind === 'diagonal' ? 0 : 3 * rowStride),
    rowStride,
    colMeans: reserve(3 * colStride),
    colStride,
  };
}

function workPlaces({ layout, params, momentumStride: stride }: KeptPlaces, reserve: Reserve) {
  const grads = reserve(stride);
  const same = isIdentity(layout.fold);
  return {
    grads,
    foldedParams: same ? params : reserve(stride),
    foldedGrads: same ? grads : reserve(stride),
  };
}

function keptLoss(reserve: Reserve) {
  return { means: reserve(LOSS_MEANS), minima: reserve(LOSS_MEANS) };
}

function workLoss(reserve: Reserve) {
  const clock = reserve(CLOCK_WORDS);
  return {
    clock,
    corrections: clock,
    decays: clock + LOSS_MEANS,
    step: clock + 2 * LOSS_MEANS,
    fraction: clock + 2 * LOSS_MEANS + 1,
    features: reserve(LOSS_MEANS - 1),
    loss: reserve(1),
  };
}

function packedLayers({ hidden: H, bank: P }: VeloArchitecture, reserve: Reserve) {
  const linear = (inputs: number, outputs: number): Linear => ({
    inputs,
    outputs,
    packed: reserve(inputs * roundUp(outputs, PACK_COLUMNS)),
    bias: reserve(roundUp(outputs, PACK_COLUMNS)),
  });
  return {
    mixing: linear(LSTM_INPUTS, H),
    input: linear(LSTM_INPUTS, H),
    gate: linear(2 * H, 4 * H),
    head: linear(H, P + 1),
    bank: linear(P, NETWORK_SIZE),
  };
}

/** Seven words for each strip of each matrix, and room for the copies. */
function programWords(layers: ReturnType<typeof packedLayers>): number {
  const strips = Object.values(layers).map(({ outputs }) => Math.ceil(outputs / PACK_COLUMNS));
  return strips.reduce((sum, count) => sum + 7 * count, 512);
}

function spanOf(words: number, reserve: Reserve): Span {
  return { place: reserve(words), words };
}

function workLstm(
  { hidden: H, bank: P, buggedNextLstmState }: VeloArchitecture,
  { hidden, cell }: Pick<LstmPlaces, 'hidden' | 'cell'>,
  count: number,
  reserve: Reserve,
) {
  const joinedStride = planeStride(2 * H);
  const headsStride = planeStride(P + 1);
  return {
    axisCounts: reserve(count),
    inputs: reserve(count * INPUT_STRIDE),
    mixed: reserve(count * H),
    joined: reserve(count * joinedStride),
    joinedStride,
    gates: reserve(count * 4 * H),
    hiddenOut: buggedNextLstmState ? reserve(count * H) : hidden,
    cellOut: buggedNextLstmState ? reserve(count * H) : cell,
    heads: reserve(count * headsStride),
    headsStride,
    networks: reserve(count * NETWORK_STRIDE),
  };
}
