/** Validations as curves over outer iterations: of all tasks, and of those with something in common. Pure. */
import type { MetaValidationEntry } from '../../../src/protocol/live/index';
import type { PlotAxis, PlotDash } from '../../shared/plot';
import { integer } from '../../shared/format';
import { seriesToken } from '../../shared/theme';
import type { MetaData } from '../model';
import type { Grouping } from '../view';
import { familyName } from './families';

/** Tasks with something in common, and how they look. */
export interface TaskGroup {
  readonly id: string;
  readonly name: string;
  /** Indices. */
  readonly tasks: readonly number[];
  readonly color: string;
  readonly dash: PlotDash;
}

export interface Curve {
  readonly x: Float64Array;
  /** Ratio of the loss to that of the start, geometric mean over the tasks; NaN where none has one. */
  readonly y: Float64Array;
  /** One standard error over the tasks to either side; equal to `y` where there is one task. */
  readonly low: Float64Array;
  readonly high: Float64Array;
}

const DASHES: readonly PlotDash[] = ['solid', 'dot', 'dash', 'dashdot'];

/** In the order of what they have in common: lengths rising, families and tasks as they come. */
export function groupsOf({ tasks }: MetaData, grouping: Grouping): TaskGroup[] {
  const keys = tasks.map(({ family, length }, i) =>
    grouping === 'length' ? String(length) : grouping === 'family' ? family : String(i),
  );
  const unique = [...new Set(keys)];
  if (grouping === 'length') unique.sort((a, b) => Number(a) - Number(b));
  return unique.map((key, i) => ({
    id: `${grouping} ${key}`,
    name: nameOf(key, grouping, tasks),
    tasks: keys.flatMap((other, task) => (other === key ? [task] : [])),
    color: seriesToken(i + 1),
    dash: DASHES[Math.floor(i / 5) % DASHES.length]!,
  }));
}

function nameOf(key: string, grouping: Grouping, tasks: MetaData['tasks']): string {
  if (grouping === 'length') return `T = ${integer(Number(key))}`;
  if (grouping === 'family') return familyName(key);
  const task = tasks[Number(key)];
  return task === undefined ? key : `${task.name}, T ${integer(task.length)}`;
}

/** At most so many validations, evenly: the first and the last are among them. */
export function evenly<T>(all: readonly T[], most: number): readonly T[] {
  if (all.length <= most) return all;
  const last = all.length - 1;
  const places = Array.from({ length: most }, (_, i) => Math.round((i * last) / (most - 1)));
  return places.map((place) => all[place]!);
}

/** Of one task to the start: (loss + floor) / (start + floor); NaN where it diverged. */
export function taskRatio(
  { tasks, about }: Pick<MetaData, 'tasks' | 'about'>,
  { losses }: MetaValidationEntry,
  task: number,
): number {
  const start = tasks[task]?.start ?? NaN;
  return ((losses[task] ?? NaN) + about.floor) / (start + about.floor);
}

export interface Spread {
  readonly mean: number;
  readonly low: number;
  readonly high: number;
}

/** Geometric mean of the finite ratios, and one standard error of the mean of their logarithms. */
export function spreadOf(ratios: readonly number[]): Spread {
  const logs = ratios.map(Math.log).filter(Number.isFinite);
  const n = logs.length;
  if (n === 0) return { mean: NaN, low: NaN, high: NaN };
  const mean = logs.reduce((sum, log) => sum + log, 0) / n;
  const variance = logs.reduce((sum, log) => sum + (log - mean) ** 2, 0) / Math.max(1, n - 1);
  const error = n > 1 ? Math.sqrt(variance / n) : 0;
  return { mean: Math.exp(mean), low: Math.exp(mean - error), high: Math.exp(mean + error) };
}

export function curveOf(data: MetaData, tasks: readonly number[]): Curve {
  const spreads = data.validations.map((validation) =>
    spreadOf(tasks.map((task) => taskRatio(data, validation, task))),
  );
  return {
    x: Float64Array.from(data.validations, ({ iteration }) => iteration),
    y: Float64Array.from(spreads, ({ mean }) => mean),
    low: Float64Array.from(spreads, ({ low }) => low),
    high: Float64Array.from(spreads, ({ high }) => high),
  };
}

/** The last validation at or before an outer iteration; the first one where there is none. */
export function validationAt(
  { validations }: Pick<MetaData, 'validations'>,
  step: number,
): MetaValidationEntry | undefined {
  return validations.findLast(({ iteration }) => iteration <= step) ?? validations[0];
}

/** So many times as long as the inner training was the baseline's: more than that is not measured. */
const MOST_SPEEDUP = 4;
/** What is slower than this is shown as this. */
const LEAST_SPEEDUP = 1 / 16;

export function hasSpeedups({ tasks, validations }: MetaData): boolean {
  return (
    tasks.some(({ baseline }) => baseline !== undefined) &&
    validations.some(({ speedups }) => speedups.some(Number.isFinite))
  );
}

/** Where a speedup stands on the axis. */
export function shownSpeedup(speedup: number): number {
  return Math.max(LEAST_SPEEDUP, speedup);
}

/** Powers of two around the values and 1×. */
export function speedupAxis(values: readonly number[]): PlotAxis {
  const finite = values.filter((value) => Number.isFinite(value) && value > 0);
  const low = Math.max(LEAST_SPEEDUP, Math.min(0.5, ...finite));
  const high = Math.max(2, ...finite);
  const [first, last] = [Math.floor(Math.log2(low)), Math.ceil(Math.log2(high))];
  const ticks = Array.from({ length: last - first + 1 }, (_, i) => {
    const exponent = first + i;
    const label = exponent < 0 ? `1/${2 ** -exponent}×` : `${2 ** exponent}×`;
    return { value: 2 ** exponent, label: 2 ** exponent === MOST_SPEEDUP ? `≥ ${label}` : label };
  });
  return { kind: 'log', range: [2 ** first / 1.15, 2 ** last * 1.15], ticks };
}
