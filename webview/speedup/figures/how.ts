/**
 * How one task's number came about: the optimizers' curves, the tuned baseline's envelope, and between them the
 * horizontal distance at the loss that the front optimizer reached. Pure; pixels are those of the chart.
 */
import type { EvaluationOverview, TaskCurves } from '../../../src/protocol/live/index';
import { pick, thinByPixel } from '../../shared/curves';
import type { PlotAxis, PlotLine } from '../../shared/plot';
import { linearTicks, logTicks } from '../../shared/scales';
import type { Range, Tick } from '../../shared/scales';
import type { Gutters } from '../../shared/useSize';
import type { Look } from '../looks';
import type { Unit } from '../view';
import { divisionText } from './words';

export interface HowOptions {
  readonly overview: EvaluationOverview;
  readonly curves: TaskCurves;
  readonly looks: readonly Look[];
  readonly unit: Unit;
  readonly front: number;
  readonly width: number;
  readonly height: number;
}

/** The distance that is the speedup, in pixels. */
export interface Distance {
  readonly y: number;
  /** Where the optimizer ended, and where the baseline is as good. */
  readonly ownX: number;
  readonly baselineX: number;
  readonly bottom: number;
  /** `543 ÷ 400 = 1.36×` */
  readonly text: string;
  /** The baseline was never as good: the distance is at least this. */
  readonly isOpen: boolean;
}

export interface HowFigure {
  readonly gutters: Gutters;
  /** In units of log10(step or second). */
  readonly xRange: Range;
  readonly xTicks: readonly Tick[];
  readonly xTitle: string;
  readonly y: PlotAxis;
  readonly lines: readonly PlotLine[];
  readonly distance: Distance | undefined;
}

type Curve = TaskCurves['envelope'];

const GUTTERS: Gutters = { left: 56, right: 16, top: 10, bottom: 36 };
const SEED_OPACITY = 0.3;

export function howFigure(options: HowOptions): HowFigure | undefined {
  const { overview, curves, unit, width, height } = options;
  const seconds = unit === 'seconds' ? secondsOf(options) : undefined;
  const baseline = seconds?.baseline ?? 1;
  const own = (optimizer: number) => seconds?.own[optimizer] ?? 1;
  const drawable = curves.optimizers.filter((_, i) => Number.isFinite(own(i)));
  if (curves.envelope.steps.length === 0 || !Number.isFinite(baseline)) return undefined;
  const { evaluateEvery, numSteps, baselineSteps } = overview.protocol;
  const scales = drawable.map((_, i) => own(i)).concat(baseline);
  const low = Math.log10(evaluateEvery * Math.min(...scales));
  const high = Math.log10(
    Math.max(baselineSteps * baseline, ...curves.optimizers.map((_, i) => numSteps * own(i))),
  );
  const xRange: Range = [low, Math.max(high, low + 0.5)];
  const y = lossAxis(options);
  const lines = linesOf(options, { baseline, own, xRange });
  const xTicks = logTicks(10 ** xRange[0], 10 ** xRange[1]).map(({ value, label }) => ({
    value: Math.log10(value),
    label,
  }));
  const perUnit = (width - GUTTERS.left - GUTTERS.right) / (xRange[1] - xRange[0]);
  const toX = (position: number) =>
    GUTTERS.left + (Math.max(Math.log10(position), xRange[0]) - xRange[0]) * perUnit;
  const distance = distanceOf(options, { toX, toY: heightOf(y, height), baseline, own });
  const xTitle = unit === 'seconds' ? 'seconds' : 'step';
  return { gutters: GUTTERS, xRange, xTicks, xTitle, y, lines, distance };
}

/**
 * Seconds of a step of the baseline, and of each optimizer. The baseline's follow from any optimizer's two speedups:
 * that by seconds is that by steps times (baseline's seconds a step / own seconds a step).
 */
export function secondsOf({ overview, curves }: Pick<HowOptions, 'overview' | 'curves'>): {
  baseline: number;
  own: number[];
} {
  const own = curves.optimizers.map(({ secondsPerStep }) => secondsPerStep);
  const ratios = (overview.tasks[curves.task]?.results ?? []).map(
    ({ steps, seconds }, i) => (own[i]! * seconds.value) / steps.value,
  );
  return { baseline: ratios.find((value) => Number.isFinite(value) && value > 0) ?? NaN, own };
}

/** From what the front optimizer and the baseline reach up to their first losses; spikes leave the frame. */
function lossAxis({ curves, front }: HowOptions): PlotAxis {
  const shown = [curves.envelope, curves.optimizers[front]?.mean].filter(
    (curve) => curve !== undefined,
  );
  const finite = shown.map(({ losses }) => [...losses].filter(Number.isFinite));
  const low = Math.min(...finite.flat());
  const high = Math.max(...finite.map(([first]) => first ?? low), low);
  if (low > 0) {
    const room = Math.max(1.02, (high / low) ** 0.08);
    const range: Range = [low / room, high * room];
    return { kind: 'log', range, ticks: logTicks(...range) };
  }
  const room = 0.08 * (high - low) || 1;
  const range: Range = [low - room, high + room];
  return { kind: 'linear', range, ticks: linearTicks(...range, 5) };
}

function heightOf(y: PlotAxis, height: number): (loss: number) => number {
  const unit = y.kind === 'log' ? Math.log : (value: number) => value;
  const [low, high] = [unit(y.range[0]), unit(y.range[1])];
  const room = height - GUTTERS.top - GUTTERS.bottom;
  return (loss) => GUTTERS.top + ((high - unit(loss)) / (high - low)) * room;
}

interface Units {
  readonly baseline: number;
  readonly own: (optimizer: number) => number;
}

function linesOf(
  { curves, looks, front, width }: HowOptions,
  { baseline, own, xRange }: Units & { readonly xRange: Range },
): PlotLine[] {
  const perUnit = (width - GUTTERS.left - GUTTERS.right) / (xRange[1] - xRange[0]);
  const toPixel = (position: number) => (position - xRange[0]) * perUnit;
  const scale = { from: xRange[0], to: xRange[1], toPixel };
  const points = (curve: Curve, unit: number) => {
    // Step 0 has no place on a logarithmic axis.
    const first = curve.steps[0] === 0 ? 1 : 0;
    const steps = Float64Array.from(curve.steps.subarray(first), (step) => Math.log10(step * unit));
    const losses = curve.losses.subarray(first);
    const kept = thinByPixel(steps, losses, scale);
    return { x: pick(steps, kept), y: pick(losses, kept) };
  };
  const means = curves.optimizers.map(({ mean }, i): PlotLine => {
    const { color, dash } = looks[i]!;
    const width = i === front ? 2.25 : 1.25;
    return { name: `mean ${i}`, ...points(mean, own(i)), color, dash, width };
  });
  const seeds = (curves.optimizers[front]?.seeds ?? []).map((seed, i): PlotLine => {
    const { color } = looks[front]!;
    const look = { color, dash: 'solid', width: 1, opacity: SEED_OPACITY } as const;
    return { name: `seed ${i}`, ...points(seed, own(front)), ...look };
  });
  const envelope: PlotLine = {
    ...{ name: 'baseline', ...points(curves.envelope, baseline) },
    ...{ color: '--velo-baseline', dash: 'dash', width: 2 },
  };
  return [
    ...(seeds.length > 1 ? seeds : []),
    ...means.filter((_, i) => i !== front),
    envelope,
    ...means.filter((_, i) => i === front),
  ];
}

interface Places extends Units {
  readonly toX: (position: number) => number;
  readonly toY: (loss: number) => number;
}

function distanceOf(options: HowOptions, places: Places): Distance | undefined {
  const { overview, curves, front, unit, height } = options;
  const speedup = overview.tasks[curves.task]?.results[front]?.steps;
  const losses = curves.optimizers[front]?.mean.losses;
  const loss = losses?.at(-1);
  if (speedup === undefined || loss === undefined || !Number.isFinite(loss)) return undefined;
  if (speedup.kind !== 'measured' && speedup.kind !== 'censored') return undefined;
  const { numSteps } = overview.protocol;
  const { toX, toY, baseline, own } = places;
  const [reached, spent] = [speedup.value * numSteps * baseline, numSteps * own(front)];
  const isOpen = speedup.kind === 'censored';
  return {
    y: toY(loss),
    ...{ ownX: toX(spent), baselineX: toX(reached) },
    bottom: height - GUTTERS.bottom,
    text: divisionText({ reached, spent, unit, isOpen }),
    isOpen,
  };
}
