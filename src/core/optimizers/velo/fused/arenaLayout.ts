/** Where everything of a fused VeLO session lies in its arena; all offsets and strides are in 32-bit words. */
import type { TensorSpec } from '../../../../base/index';
import { sizeOf } from '../../../../base/index';
import type { Span } from '../../../compute/span';
import { wordsOf } from '../../learned/flat';
import { LOSS_MEANS } from '../lossFeatures';
import type { FusedDesign } from './design';
import type { LstmPlaces } from './lstmLayout';
import {
  NETWORK_STRIDE,
  controlsOf,
  keptLstm,
  lstmPlaces,
  packedLayers,
  packingWords,
  stagingWords,
} from './lstmLayout';
import { LINE, planeStride, roundUp, spanOf } from './places';
import type { Reserve, Strided } from './places';
import type { TensorLayout } from './tensorLayout';
import { isIdentity, tensorLayout } from './tensorLayout';

/** As in velo.h. */
const SUMS_WORDS = 96;
const ROW_PLANES = 10;
const COL_PLANES = 16;
/** Room for the copies of what packs a theta. */
const COPYING_WORDS = 512;

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

export interface ArenaLayout {
  /** End of it all. */
  readonly words: number;
  readonly tensors: readonly TensorPlaces[];
  /** Working planes of each thread. */
  readonly work: readonly { readonly rows: number; readonly cols: number }[];
  /** Statistics per tensor, `sumsStride` apart. */
  readonly sums: number;
  readonly sumsStride: number;
  /** Of the batch that gave the gradients. */
  readonly loss: number;
  readonly lstm?: LstmPlaces;
  /** The network that each tensor's elements go through, and the factor on its steps. */
  readonly networks: Strided;
  readonly multipliers: Strided;
  readonly theta: ThetaPlaces;
  readonly program: number;
}

/** Meta-parameters one behind the other in the order of the design's `parameters`, and what the kernels read in their stead. */
export interface ThetaPlaces {
  readonly flat: Span;
  readonly packed: Span;
  /** Room for the widest matrix that is put together before it is packed. */
  readonly staging: number;
  /** Room for what packs it and starts the state from it. */
  readonly program: Span;
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
  design: FusedDesign,
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
  const recurrent = design.lstm && keptLstm(design.lstm, params.length, reserve);
  const weights = end;
  const layers = design.lstm && packedLayers(design.lstm, reserve);
  const only = design.lstm?.bank === undefined ? reserve(NETWORK_STRIDE) : undefined;
  const packed = { place: weights, words: end - weights };
  const tensors = kept.map((places) => ({ ...places, ...workPlaces(places, reserve) }));
  const widest = (size: (places: TensorPlaces) => number): number =>
    tensors.reduce((most, places) => Math.max(most, size(places)), 0);
  const lstm = recurrent && layers && lstmPlaces(recurrent, layers, reserve);
  const layout = {
    tensors,
    work: Array.from({ length: threads }, () => ({
      rows: reserve(ROW_PLANES * widest(({ rowStride }) => rowStride)),
      cols: reserve(COL_PLANES * widest(({ colStride }) => colStride)),
    })),
    sums: reserve(params.length * SUMS_WORDS),
    sumsStride: SUMS_WORDS,
    loss: reserve(1),
    ...(lstm === undefined ? {} : { lstm }),
    networks:
      only === undefined
        ? { place: reserve(params.length * NETWORK_STRIDE), stride: NETWORK_STRIDE }
        : { place: only, stride: 0 },
    multipliers: multiplierPlaces(lstm, reserve),
    theta: {
      flat: spanOf(wordsOf(design.parameters), reserve),
      packed,
      staging: reserve(design.lstm === undefined ? 0 : stagingWords(design.lstm)),
      program: spanOf(COPYING_WORDS + (layers === undefined ? 0 : packingWords(layers)), reserve),
    },
    program: reserve(updateWords),
  };
  // Kernels read whole vectors past the end of an array, at most two of sixteen lanes.
  return { ...layout, words: end + 2 * LINE };
}

/** Everything that an update carries on to the next one, the parameters apart. */
export function stateSpans({ tensors, lstm }: ArenaLayout): Span[] {
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
    ...(lstm === undefined ? [] : recurrentSpans(lstm)),
  ];
}

function recurrentSpans({ design, rows, loss, hidden, cell }: LstmPlaces): Span[] {
  return [
    ...[loss.means, loss.minima].map((place) => ({ place, words: LOSS_MEANS })),
    ...[hidden, cell].map((place) => ({ place, words: rows * design.hidden })),
  ];
}

/** Behind the controls of each row; without an LSTM a 1 that is never written again. */
function multiplierPlaces(lstm: LstmPlaces | undefined, reserve: Reserve): Strided {
  if (lstm === undefined) return { place: reserve(1), stride: 0 };
  const { bank } = lstm.design;
  return {
    place: lstm.heads + controlsOf(bank),
    stride: bank === undefined ? 0 : lstm.headsStride,
  };
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
