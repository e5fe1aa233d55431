/** What stands behind the lines of a sweep: every seed's training curve on a task, or the loss by the best on each. Pure. */
import type { SweptSetting } from '../../../src/protocol/live/index';
import { tickLabel } from '../../shared/format';
import type { PlotAxis } from '../../shared/plot';
import { linearTicks, logTicks } from '../../shared/scales';
import type { Range, Tick } from '../../shared/scales';
import type { Gutters } from '../../shared/useSize';
import { idOf } from './parallel';

export interface SweepCurvesOptions {
  /** Those that are shown. */
  readonly settings: readonly SweptSetting[];
  readonly width: number;
  readonly height: number;
  /** Names of the tasks, short; read where the outcomes are of all tasks. */
  readonly tasks: readonly string[];
}

interface Point {
  readonly x: number;
  readonly y: number;
}

export interface CurveGroup {
  readonly id: string;
  /** All its curves as one SVG path. */
  readonly path: string;
  readonly points: readonly Point[];
  /** Where something of it diverged. */
  readonly crosses: readonly Point[];
}

export interface SweepCurvesFigure {
  readonly gutters: Gutters;
  readonly xRange: Range;
  readonly xTicks: readonly Tick[];
  readonly xTitle: string;
  readonly y: PlotAxis;
  readonly groups: readonly CurveGroup[];
}

const GUTTERS: Gutters = { left: 56, right: 16, top: 12, bottom: 36 };

/** In units of the axes; a loss that isn't finite ends a curve. */
interface Series {
  readonly xs: ArrayLike<number>;
  readonly ys: ArrayLike<number>;
  readonly diverged: boolean;
}

/** Undefined where there is nothing to draw. */
export function sweepCurves(options: SweepCurvesOptions): SweepCurvesFigure | undefined {
  const { settings, tasks } = options;
  const groups = settings.map((setting) => ({ id: idOf(setting), series: seriesOf(setting) }));
  const all = groups.flatMap(({ series }) => series);
  if (all.length === 0) return undefined;
  const isOneTask = settings.some(({ onTask }) => onTask !== undefined);
  const steps = Math.max(1, ...settings.map(({ length }) => length));
  const xRange: Range = isOneTask ? [0, steps] : [-0.4, tasks.length - 0.6];
  const y = isOneTask ? lossAxis(all) : ratioAxis(all);
  const place = placer(options, xRange, y);
  return {
    ...{ gutters: GUTTERS, xRange, y },
    xTicks: isOneTask
      ? linearTicks(0, steps, 4)
      : tasks.map((label, value) => ({ value, label })).filter(fewTasks(tasks.length)),
    xTitle: isOneTask ? 'step' : 'task',
    groups: groups.map(({ id, series }) => groupOf(id, series, place)),
  };
}

const MOST_TASKS = 8;

function fewTasks(count: number): (_: unknown, index: number) => boolean {
  const every = Math.ceil(count / MOST_TASKS);
  return (_, index) => index % every === 0;
}

function seriesOf({ onTask, overTasks }: SweptSetting): Series[] {
  if (onTask !== undefined)
    return onTask.seeds.map(({ curve, diverged }) => ({
      ...{ xs: curve.steps, ys: curve.losses, diverged },
    }));
  if (overTasks === undefined || overTasks.tasks === 0) return [];
  const ys = Float64Array.from(overTasks.logRatios, (ratio) => Math.exp(ratio));
  return [{ xs: [...ys.keys()], ys, diverged: false }];
}

/** From the lowest to the largest first loss: spikes leave the frame. */
function lossAxis(all: readonly Series[]): PlotAxis {
  const finite = all.map(({ ys }) => Array.from(ys).filter(Number.isFinite));
  const firsts = finite.flatMap(([first]) => first ?? []);
  const values = finite.flat();
  const positive = values.filter((value) => value > 0);
  const high = Math.max(...firsts);
  const lowest = values.reduce((low, value) => Math.min(low, value), Infinity);
  if (lowest >= 0 && positive.length > 0 && high > 0) {
    const low = positive.reduce((least, value) => Math.min(least, value));
    const room = Math.max(1.05, (high / low) ** 0.06);
    const range: Range = [low / room, high * room];
    return { kind: 'log', range, ticks: logTicks(...range) };
  }
  const room = 0.08 * (high - lowest) || 1;
  const range: Range = [lowest - room, high + room];
  return { kind: 'linear', range, ticks: linearTicks(...range, 5) };
}

/** From the best, 1×, up; what diverged stands at the upper edge. */
function ratioAxis(all: readonly Series[]): PlotAxis {
  const finite = all.flatMap(({ ys }) => Array.from(ys).filter(Number.isFinite));
  const high = Math.max(2, ...finite);
  const range: Range = [high ** -0.04, high ** 1.12];
  const ticks = logTicks(1, high).map(({ value }) => ({ value, label: `${tickLabel(value)}×` }));
  return { kind: 'log', range, ticks };
}

type Place = (x: number, y: number) => Point;

function placer({ width, height }: SweepCurvesOptions, xRange: Range, y: PlotAxis): Place {
  const unit = y.kind === 'log' ? Math.log : (value: number) => value;
  const [low, high] = [unit(y.range[0]), unit(y.range[1])];
  const across = (width - GUTTERS.left - GUTTERS.right) / (xRange[1] - xRange[0]);
  const room = height - GUTTERS.top - GUTTERS.bottom;
  return (x, value) => {
    const share = (unit(value) - low) / (high - low);
    return {
      x: GUTTERS.left + (x - xRange[0]) * across,
      y: GUTTERS.top + (1 - Math.min(1, Math.max(0, share))) * room,
    };
  };
}

function groupOf(id: string, series: readonly Series[], place: Place): CurveGroup {
  let path = '';
  const points: Point[] = [];
  const crosses: Point[] = [];
  for (const { xs, ys, diverged } of series) {
    let isDown = false;
    for (let i = 0; i < xs.length; i++) {
      const point = place(xs[i]!, ys[i]!);
      if (ys[i] === Infinity) crosses.push(point);
      // Of a loss that is no number, and a task that doesn't count, there is nothing.
      const isThere = Number.isFinite(ys[i]!) || ys[i] === Infinity;
      if (isThere) {
        path += `${isDown ? 'L' : 'M'}${point.x.toFixed(1)} ${point.y.toFixed(1)}`;
        points.push(point);
      }
      isDown = isThere;
    }
    const last = points.at(-1);
    if (diverged && last !== undefined) crosses.push(last);
  }
  return { id, path, points, crosses };
}

const REACH = 10;

/** The curves under the pointer. */
export function groupAt({ groups }: SweepCurvesFigure, pointer: Point): CurveGroup | undefined {
  let nearest: CurveGroup | undefined;
  let least = REACH;
  for (const group of groups)
    for (const { x, y } of group.points) {
      const distance = Math.hypot(x - pointer.x, y - pointer.y);
      if (distance < least) [nearest, least] = [group, distance];
    }
  return nearest;
}
