/** The axis of speedups: log2, wide enough for nearly everything, with a strip below it for failures. Pure. */
import type { EvaluationOverview } from '../../../src/protocol/live/index';
import type { PlotAxis } from '../../shared/plot';
import type { Gutters } from '../../shared/useSize';
import type { Unit } from '../view';

export interface SpeedupAxis {
  readonly plot: PlotAxis;
  /** What is under it lies in the strip. */
  readonly floor: number;
  readonly ceiling: number;
  /** Pixel of a speedup > 0. */
  readonly toY: (speedup: number) => number;
  /** Middle of the strip of failures, in pixels, and its edges. */
  readonly strip: { readonly middle: number; readonly top: number; readonly bottom: number };
}

/** The axis is never narrower than 1/16× … 16×, and never wider than this. */
const NARROWEST = { low: -4, high: 4 };
const WIDEST = { low: -10, high: 10 };
const STRIP_PIXELS = 22;
/** Room above the highest tick. */
const HEADROOM = 0.2;
const MAX_TICKS = 10;

export function speedupAxis(
  overview: EvaluationOverview,
  unit: Unit,
  { height, gutters }: { readonly height: number; readonly gutters: Gutters },
): SpeedupAxis {
  const { low, high } = exponents(overview, unit);
  const [top, bottom] = [gutters.top, height - gutters.bottom - STRIP_PIXELS];
  const perOctave = (bottom - top) / (high + HEADROOM - low);
  const toY = (speedup: number) => top + (high + HEADROOM - Math.log2(speedup)) * perOctave;
  const every = Math.ceil((high - low + 1) / MAX_TICKS);
  const ticks = Array.from({ length: high - low + 1 }, (_, i) => low + i)
    .filter((exponent) => exponent % every === 0)
    .map((exponent) => ({ value: 2 ** exponent, label: factorLabel(exponent) }));
  const range = [2 ** (low - STRIP_PIXELS / perOctave), 2 ** (high + HEADROOM)] as const;
  return {
    plot: { kind: 'log', range, ticks },
    floor: 2 ** low,
    ceiling: 2 ** (high + HEADROOM),
    toY,
    strip: { middle: bottom + STRIP_PIXELS / 2, top: bottom, bottom: bottom + STRIP_PIXELS },
  };
}

/** Whole powers of two around all results. */
function exponents({ tasks }: EvaluationOverview, unit: Unit) {
  const logs = tasks
    .flatMap(({ results }) => results.map((result) => Math.log2(result[unit].value)))
    .filter(Number.isFinite);
  const clamp = (value: number) => Math.min(WIDEST.high, Math.max(WIDEST.low, value));
  return {
    low: clamp(Math.floor(Math.min(NARROWEST.low, ...logs))),
    high: clamp(Math.ceil(Math.max(NARROWEST.high, ...logs))),
  };
}

/** `1/16×`, `1×`, `4×`. */
export function factorLabel(exponent: number): string {
  return exponent < 0 ? `1/${2 ** -exponent}×` : `${2 ** exponent}×`;
}
