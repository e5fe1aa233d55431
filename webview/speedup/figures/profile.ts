/** Performance profiles after Dolan and Moré (2002): share of tasks within a factor of the best of all. Pure. */
import type { EvaluationOverview } from '../../../src/protocol/live/index';
import { percent } from '../../shared/format';
import { spreadLabels } from '../../shared/labels';
import type { PlotAxis, PlotLine } from '../../shared/plot';
import type { Range, Tick } from '../../shared/scales';
import type { Gutters } from '../../shared/useSize';
import type { Look } from '../looks';
import type { Unit } from '../view';
import { factorLabel } from './axis';
import { baselineName } from './words';

type Profile = EvaluationOverview['optimizers'][number]['steps']['profile'];

export interface ProfileOptions {
  readonly overview: EvaluationOverview;
  readonly looks: readonly Look[];
  readonly unit: Unit;
  readonly front: number;
  readonly width: number;
  readonly height: number;
  readonly narrow: boolean;
  /** Width of the longest name, in pixels. */
  readonly labelWidth: number;
}

export interface ProfileLabel {
  readonly text: string;
  readonly color: string;
  readonly fromX: number;
  readonly fromY: number;
  readonly x: number;
  readonly y: number;
}

export interface ProfileFigure {
  readonly gutters: Gutters;
  /** In units of log2(factor). */
  readonly xRange: Range;
  readonly xTicks: readonly Tick[];
  readonly y: PlotAxis;
  readonly lines: readonly PlotLine[];
  readonly labels: readonly ProfileLabel[];
}

const LABEL_GAP = 14;
const LEADER = 14;
const MIN_OCTAVES = 2;
const MAX_OCTAVES = 6;
const TOP_SHARE = 1.03;

export function profileFigure(options: ProfileOptions): ProfileFigure {
  const { front, height, narrow, labelWidth } = options;
  const right = narrow ? 20 : Math.ceil(labelWidth) + LEADER + 12;
  const gutters = { left: 56, right, top: 10, bottom: 38 };
  const solvers = solversOf(options);
  const end = lastOctave(solvers.map(({ profile }) => profile));
  const ticks = Array.from({ length: end + 1 }, (_, exponent) => ({
    value: exponent,
    label: factorLabel(exponent),
  }));
  const lines = solvers.map(({ name, profile: { factors, shares }, color, dash }, i): PlotLine => ({
    ...{ name, color, dash, steps: true },
    // Beyond the last rise it stays where it is.
    x: Float64Array.of(...factors.map(Math.log2), Math.max(end, Math.log2(factors.at(-1) ?? 1))),
    y: Float64Array.of(...shares, shares.at(-1) ?? 0),
    width: i === front ? 2.5 : 1.5,
  }));
  const toY = (share: number) =>
    gutters.top + (1 - share / TOP_SHARE) * (height - gutters.top - gutters.bottom);
  return {
    gutters,
    xRange: [0, end],
    xTicks: ticks,
    y: { kind: 'linear', range: [0, TOP_SHARE], ticks: shareTicks() },
    // The front line is drawn over the others.
    lines: [...lines.filter((_, i) => i !== front), ...lines.filter((_, i) => i === front)],
    labels: narrow ? [] : endLabels(solvers, options, gutters, { toY, end }),
  };
}

interface Solver extends Pick<Look, 'color' | 'dash'> {
  readonly name: string;
  readonly profile: Profile;
}

/** The optimizers in their order, then the tuned baseline, which competes like them. */
function solversOf({ overview, looks, unit }: ProfileOptions): Solver[] {
  const { optimizers, baselineProfile } = overview;
  return [
    ...optimizers.map(({ label, [unit]: { profile } }, i) => {
      const { color, dash } = looks[i]!;
      return { name: label, profile, color, dash };
    }),
    {
      name: baselineName(overview),
      profile: baselineProfile[unit],
      ...({ color: '--velo-baseline', dash: 'dash' } as const),
    },
  ];
}

/** The axis ends at the octave in which the last profile reaches its height. */
function lastOctave(profiles: readonly Profile[]): number {
  const reached = profiles.map(({ factors, shares }) => {
    const at = shares.findIndex((share) => share >= (shares.at(-1) ?? 0) - 1e-6);
    return Math.ceil(Math.log2(factors[at] ?? 1) - 1e-6);
  });
  return Math.min(MAX_OCTAVES, Math.max(MIN_OCTAVES, ...reached));
}

function shareTicks(): Tick[] {
  return [0, 0.25, 0.5, 0.75, 1].map((value) => ({ value, label: percent(value) }));
}

function endLabels(
  solvers: readonly Solver[],
  { width, height }: ProfileOptions,
  gutters: Gutters,
  { toY, end }: { readonly toY: (share: number) => number; readonly end: number },
): ProfileLabel[] {
  const wanted = solvers.map(({ profile: { factors, shares } }) => {
    const last = factors.findLastIndex((factor) => Math.log2(factor) <= end + 1e-6);
    return toY(shares[last] ?? 0);
  });
  const [top, bottom] = [gutters.top, height - gutters.bottom];
  const placed = spreadLabels(wanted, { top, bottom, gap: LABEL_GAP });
  const fromX = width - gutters.right;
  return solvers.map(({ name, color }, i) => ({
    text: name,
    color,
    ...{ fromX, fromY: wanted[i]!, x: fromX + LEADER, y: placed[i]! },
  }));
}
