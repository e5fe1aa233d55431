/** The baseline's sweep on one task: loss against learning rate. Pure. */
import type { EvaluationOverview, TaskCurves } from '../../../src/protocol/live/index';
import { integer, num, tickLabel } from '../../shared/format';
import type { PlotAxis, PlotLine } from '../../shared/plot';
import { linearTicks, logTicks } from '../../shared/scales';
import type { Range, Tick } from '../../shared/scales';

export interface SweepFigure {
  /** In units of log10(learning rate). */
  readonly xRange: Range;
  readonly xTicks: readonly Tick[];
  readonly xTitle: string;
  readonly y: PlotAxis;
  readonly lines: readonly PlotLine[];
  /** The finding in one sentence, for a reader who does not see the chart. */
  readonly label: string;
}

type Arm = TaskCurves['sweep'][number];

export function sweepFigure(
  { protocol }: Pick<EvaluationOverview, 'protocol'>,
  sweep: readonly Arm[],
): SweepFigure | undefined {
  const finite = sweep.filter(({ lossAtNumSteps }) => Number.isFinite(lossAtNumSteps));
  const best = finite.toSorted((a, b) => a.lossAtNumSteps - b.lossAtNumSteps)[0];
  if (sweep.length === 0) return undefined;
  const y = lossAxis(finite.map(({ lossAtNumSteps }) => lossAtNumSteps));
  const [low, high] = [sweep[0]!.learningRate, sweep.at(-1)!.learningRate];
  const steps = integer(protocol.numSteps);
  const bestRate = best === undefined ? 'none is finite' : tickLabel(best.learningRate);
  const diverged = sweep.filter((arm) => arm.diverged).length;
  const found =
    best === undefined
      ? 'no loss is finite'
      : `lowest ${num(best.lossAtNumSteps)} at ${tickLabel(best.learningRate)}`;
  return {
    xRange: [Math.log10(low) - 0.15, Math.log10(high) + 0.15],
    xTicks: rateTicks(low, high),
    xTitle: `learning rate (best at ${steps} steps: ${bestRate})`,
    y,
    lines: linesOf(sweep, best, y.range[1]),
    label: `Loss of ${protocol.baseline} after ${steps} steps at ${sweep.length} learning rates: ${found}, ${diverged} diverged`,
  };
}

function linesOf(sweep: readonly Arm[], best: Arm | undefined, top: number): PlotLine[] {
  const look = { color: '--velo-baseline', dash: 'dash', width: 1.25 } as const;
  const line = (
    name: string,
    arms: readonly Arm[],
    more: Pick<PlotLine, 'marker' | 'markersOnly'> & { color?: string },
  ): PlotLine => ({
    ...{ name, ...look },
    x: Float64Array.from(arms, ({ learningRate }) => Math.log10(learningRate)),
    // What has no loss stands at the top edge.
    y: Float64Array.from(arms, ({ lossAtNumSteps }) =>
      Number.isFinite(lossAtNumSteps) ? lossAtNumSteps : top,
    ),
    ...more,
  });
  const sound = sweep.filter(({ diverged }) => !diverged);
  const diverged = sweep.filter((arm) => arm.diverged);
  return [
    line('sweep', sound, { marker: { symbol: 'circle', size: 6, hollow: true } }),
    line('best', best === undefined ? [] : [best], {
      marker: { symbol: 'circle', size: 10 },
      markersOnly: true,
    }),
    line('diverged', diverged, {
      ...{ marker: { symbol: 'x', size: 9 }, markersOnly: true, color: '--velo-bad' },
    }),
  ];
}

function lossAxis(losses: readonly number[]): PlotAxis {
  const low = losses.length === 0 ? 0.1 : Math.min(...losses);
  const high = losses.length === 0 ? 1 : Math.max(...losses);
  if (low > 0) {
    const room = Math.max(1.05, (high / low) ** 0.15);
    const range: Range = [low / room, high * room];
    return { kind: 'log', range, ticks: fewTicks(logTicks(...range)) };
  }
  const room = 0.15 * (high - low) || 1;
  const range: Range = [low - room, high + room];
  return { kind: 'linear', range, ticks: linearTicks(...range, 3) };
}

const MAX_TICKS = 4;

/** The chart is low: four ticks at most, evenly left out. */
function fewTicks(ticks: readonly Tick[]): Tick[] {
  const every = Math.ceil(ticks.length / MAX_TICKS);
  return ticks.filter((_, i) => i % every === 0);
}

function rateTicks(low: number, high: number): Tick[] {
  const ticks: Tick[] = [];
  for (let exponent = Math.ceil(Math.log10(low) - 0.1); 10 ** exponent <= high * 1.3; exponent++)
    ticks.push({ value: exponent, label: tickLabel(Number((10 ** exponent).toPrecision(3))) });
  return ticks;
}
