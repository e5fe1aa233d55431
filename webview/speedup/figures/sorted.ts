/** The sorted chart: each optimizer's tasks by its own speedup. From the overview to pixels. Pure. */
import type { EvaluationOverview, Speedup } from '../../../src/protocol/live/index';
import { percent } from '../../shared/format';
import type { Tick } from '../../shared/scales';
import type { Gutters } from '../../shared/useSize';
import type { RankedTask } from '../ranking';
import { rankTasks } from '../ranking';
import type { Unit } from '../view';
import { speedupAxis } from './axis';
import type { SpeedupAxis } from './axis';

export interface SortedOptions {
  readonly overview: EvaluationOverview;
  readonly unit: Unit;
  /** Index of the optimizer in front. */
  readonly front: number;
  readonly width: number;
  readonly height: number;
  readonly narrow: boolean;
}

export interface TaskMark {
  readonly optimizer: number;
  /** Index of the task. */
  readonly task: number;
  readonly name: string;
  readonly speedup: Speedup;
  readonly kind: 'measured' | 'censored' | 'failed';
  readonly x: number;
  readonly y: number;
  /** Over the seeds, in pixels from top to bottom; only where they differ, for the optimizer in front. */
  readonly bar?: { readonly top: number; readonly bottom: number };
}

export interface ShareLine {
  readonly factor: number;
  readonly y: number;
  /** `≥ 4×: 3 of 28` */
  readonly text: string;
}

export interface SortedFigure {
  readonly gutters: Gutters;
  readonly axis: SpeedupAxis;
  readonly xTicks: readonly Tick[];
  /** The optimizer in front comes last: it is drawn over the others. */
  readonly marks: readonly TaskMark[];
  readonly lines: readonly ShareLine[];
}

export function sortedFigure(options: SortedOptions): SortedFigure {
  const { overview, unit, front, width, height, narrow } = options;
  const gutters = { left: 56, right: narrow ? 20 : 104, top: 10, bottom: 38 };
  const axis = speedupAxis(overview, unit, { height, gutters });
  const room = width - gutters.left - gutters.right;
  const order = [...overview.optimizers.keys()].sort(
    (a, b) => Number(a === front) - Number(b === front) || b - a,
  );
  const marks = order.flatMap((optimizer) => {
    const ranked = rankTasks(overview, optimizer, unit);
    return ranked.map((each, rank) => {
      const x = gutters.left + ((rank + 0.5) / ranked.length) * room;
      return markOf(each, { optimizer, x, axis, isFront: optimizer === front });
    });
  });
  const stops = narrow ? [0, 0.5, 1] : [0, 0.25, 0.5, 0.75, 1];
  const xTicks = stops.map((value) => ({ value, label: percent(value) }));
  return { gutters, axis, xTicks, marks, lines: shareLines(options, axis) };
}

interface Place {
  readonly optimizer: number;
  readonly x: number;
  readonly axis: SpeedupAxis;
  readonly isFront: boolean;
}

function markOf({ index, task, speedup }: RankedTask, place: Place): TaskMark {
  const { optimizer, x, axis, isFront } = place;
  const kind = speedup.kind === 'pending' ? 'failed' : speedup.kind;
  const mark = { optimizer, task: index, name: task.name, speedup, kind, x } as const;
  const toPixel = (value: number) =>
    value < axis.floor ? axis.strip.middle : axis.toY(Math.min(value, axis.ceiling));
  const y = kind === 'failed' ? axis.strip.middle : toPixel(speedup.value);
  const bar = { top: toPixel(speedup.high), bottom: toPixel(speedup.low) };
  return isFront && kind !== 'failed' && bar.bottom - bar.top >= 1
    ? { ...mark, y, bar }
    : { ...mark, y };
}

function shareLines({ overview, unit, front }: SortedOptions, axis: SpeedupAxis): ShareLine[] {
  const aggregate = overview.optimizers[front]?.[unit];
  if (aggregate === undefined) return [];
  return aggregate.atLeast
    .filter(({ factor }) => factor >= axis.floor && factor <= axis.ceiling)
    .map(({ factor, tasks }) => ({
      factor,
      y: axis.toY(factor),
      text: `≥ ${factor}×: ${tasks} of ${aggregate.tasks}`,
    }));
}

const REACH_PIXELS = 16;

/** The mark under the pointer: the nearest one, the front optimizer's where two are as near. */
export function markAt(
  { marks }: SortedFigure,
  pointer: { readonly x: number; readonly y: number },
): TaskMark | undefined {
  let nearest: TaskMark | undefined;
  let least = REACH_PIXELS;
  for (const mark of marks) {
    const distance = Math.hypot(mark.x - pointer.x, mark.y - pointer.y);
    if (distance <= least) [nearest, least] = [mark, distance];
  }
  return nearest;
}
