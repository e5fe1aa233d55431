/** Where everything of a fused VeLO session lies in its arena; all offsets and strides are in 32-bit words. */
import type { TensorSpec } from '../../../../base/index';
import { sizeOf } from '../../../../base/index';
import { LOSS_MEANS } from '../lossFeatures';
import type { VeloArchitecture } from '../theta';
import { LSTM_INPUTS } from '../theta';
import type { TensorLayout } from './tensorLayout';
import { isIdentity, tensorLayout } from './tensorLayout';

/** Row stride of the LSTM's inputs. */
export const INPUT_STRIDE = 32;
/** Numbers of one tensor's effective network, and the stride from one to the next. */
export const NETWORK_SIZE = 159;
export const NETWORK_STRIDE = 160;
/** Matrices are packed in strips of this many columns; PACK_COLUMNS in gemm.c. */
export const PACK_COLUMNS = 32;

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
  readonly rowWork: number;
  readonly colWork: number;
  /** Statistics per tensor, `sumsStride` apart. */
  readonly sums: number;
  readonly sumsStride: number;
  readonly loss: LossPlaces;
  readonly lstm: LstmPlaces;
  readonly staging: number;
  readonly program: number;
}

export interface LossPlaces {
  readonly means: number;
  readonly minima: number;
  readonly decays: number;
  readonly corrections: number;
  readonly features: number;
  readonly loss: number;
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

/**
 * Lays out a session.
 * @param programWords  room for the longest program
 * @param start  first arena word that may be used, at a cache line
 */
export function arenaLayout(
  architecture: VeloArchitecture,
  params: readonly TensorSpec[],
  programWords: number,
  start: number,
): ArenaLayout {
  let end = start;
  const reserve: Reserve = (words) => {
    const start = end;
    end = roundUp(start + words);
    return start;
  };
  const tensors = params.map((spec) => tensorPlaces(spec, reserve));
  const widest = (size: (places: TensorPlaces) => number): number =>
    tensors.reduce((most, places) => Math.max(most, size(places)), 0);
  const { hidden, bank } = architecture;
  const layout = {
    tensors,
    rowWork: reserve(ROW_PLANES * widest(({ rowStride }) => rowStride)),
    colWork: reserve(COL_PLANES * widest(({ colStride }) => colStride)),
    sums: reserve(params.length * SUMS_WORDS),
    sumsStride: SUMS_WORDS,
    loss: lossPlaces(reserve),
    lstm: lstmPlaces(architecture, params.length, reserve),
    staging: reserve(Math.max(LSTM_INPUTS, 2 * hidden, bank) * PACK_COLUMNS),
    program: reserve(programWords),
  };
  // Kernels read whole vectors past the end of an array, at most two of sixteen lanes.
  return { ...layout, words: end + 2 * LINE };
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

function tensorPlaces({ name, shape }: TensorSpec, reserve: Reserve): TensorPlaces {
  const layout = tensorLayout(shape);
  const size = sizeOf(shape);
  const stride = planeStride(size);
  const rowStride = roundUp(layout.groups * layout.rows);
  const colStride = roundUp(layout.groups * layout.cols);
  const params = reserve(stride);
  const grads = reserve(stride);
  const same = isIdentity(layout.fold);
  return {
    name,
    shape,
    layout,
    params,
    grads,
    foldedParams: same ? params : reserve(stride),
    foldedGrads: same ? grads : reserve(stride),
    momentum: reserve(3 * stride),
    momentumStride: stride,
    secondMoment: reserve(stride),
    rowMeans: reserve(layout.kind === 'diagonal' ? 0 : 3 * rowStride),
    rowStride,
    colMeans: reserve(3 * colStride),
    colStride,
  };
}

function lossPlaces(reserve: Reserve): LossPlaces {
  return {
    means: reserve(LOSS_MEANS),
    minima: reserve(LOSS_MEANS),
    decays: reserve(LOSS_MEANS),
    corrections: reserve(LOSS_MEANS),
    features: reserve(LOSS_MEANS - 1),
    loss: reserve(1),
    step: reserve(1),
    fraction: reserve(1),
  };
}

function lstmPlaces(
  { hidden: H, bank: P, buggedNextLstmState }: VeloArchitecture,
  count: number,
  reserve: Reserve,
): LstmPlaces {
  const linear = (inputs: number, outputs: number): Linear => ({
    inputs,
    outputs,
    packed: reserve(inputs * roundUp(outputs, PACK_COLUMNS)),
    bias: reserve(roundUp(outputs, PACK_COLUMNS)),
  });
  const joinedStride = planeStride(2 * H);
  const headsStride = planeStride(P + 1);
  const hidden = reserve(count * H);
  const cell = reserve(count * H);
  return {
    axisCounts: reserve(count),
    inputs: reserve(count * INPUT_STRIDE),
    mixed: reserve(count * H),
    joined: reserve(count * joinedStride),
    joinedStride,
    gates: reserve(count * 4 * H),
    hidden,
    cell,
    hiddenOut: buggedNextLstmState ? reserve(count * H) : hidden,
    cellOut: buggedNextLstmState ? reserve(count * H) : cell,
    heads: reserve(count * headsStride),
    headsStride,
    networks: reserve(count * NETWORK_STRIDE),
    mixing: linear(LSTM_INPUTS, H),
    input: linear(LSTM_INPUTS, H),
    gate: linear(2 * H, 4 * H),
    head: linear(H, P + 1),
    bank: linear(P, NETWORK_SIZE),
  };
}
