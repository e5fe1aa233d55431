/** The axes of a sweep: what was varied, then what came of it. Pure; knows values, not pixels. */
import type { SweptSetting } from '../../../src/protocol/live/index';
import { integer, num, tickLabel, times } from '../../shared/format';
import { linearTicks, logTicks } from '../../shared/scales';
import type { Range, Tick } from '../../shared/scales';
import { optionTitle } from './swept';
import { secondsText } from './words';

export interface SweepAxis {
  /** `learningRate`, an option's name, `finalTrain`, … */
  readonly key: string;
  readonly title: string;
  readonly isOutcome: boolean;
  /** For an outcome, which end is good. */
  readonly better: 'low' | 'high';
  readonly scale: 'log' | 'linear' | 'category';
  /** Lowest and highest value; of categories half a place around their numbers. */
  readonly range: Range;
  readonly ticks: readonly Tick[];
  /** The name of the place for settings without a value here: `diverged`; undefined where there are none. */
  readonly beyond: string | undefined;
  /** A value in the axis's own numbers, as words. */
  readonly format: (value: number) => string;
  /** Inside the range, or NaN: beyond. */
  readonly valueOf: (setting: SweptSetting) => number;
  /** As words, for tables and tips. */
  readonly textOf: (setting: SweptSetting) => string;
  /** As it is, for files. */
  readonly rawOf: (setting: SweptSetting) => number | string | boolean | null;
}

/** All that differs among the settings, and all outcomes. @param isOneTask  of which the outcomes are */
export function sweepAxes(settings: readonly SweptSetting[], isOneTask: boolean): SweepAxis[] {
  const names = new Set(settings.flatMap(({ values }) => Object.keys(values)));
  const varied = [
    settingAxis('optimizer', 'optimizer', settings, ({ optimizer }) => optimizer),
    ...[...names].map((name) =>
      settingAxis(name, optionTitle(name), settings, ({ values }) => values[name]),
    ),
  ].filter((axis) => axis !== undefined);
  const outcomes = isOneTask ? ON_TASK : OVER_TASKS;
  return [...varied, ...outcomes.map((outcome) => outcomeAxis(outcome, settings))];
}

type Value = number | string | boolean | undefined;
type Numbered = Pick<SweepAxis, 'scale' | 'range' | 'ticks'> & {
  readonly toNumber: (value: Value) => number;
};

/** Undefined where all have the same value. */
function settingAxis(
  key: string,
  title: string,
  settings: readonly SweptSetting[],
  rawOf: (setting: SweptSetting) => Value,
): SweepAxis | undefined {
  const values = [...new Set(settings.map(rawOf))];
  if (values.length < 2) return undefined;
  const present = values.filter((value) => value !== undefined);
  const { toNumber, ...scale } = present.every((value) => typeof value === 'number')
    ? numbersScale(present)
    : categories(present);
  return {
    ...{ key, title, isOutcome: false, better: 'low', ...scale },
    beyond: present.length < values.length ? 'none' : undefined,
    format: (value) =>
      scale.scale === 'category' ? (scale.ticks[value]?.label ?? '') : valueText(value),
    valueOf: (setting) => toNumber(rawOf(setting)),
    textOf: (setting) => valueText(rawOf(setting)),
    rawOf: (setting) => rawOf(setting) ?? null,
  };
}

function valueText(value: Value): string {
  if (value === undefined) return '–';
  return typeof value === 'number' ? tickLabel(Number(value.toPrecision(4))) : String(value);
}

function categories(present: readonly Exclude<Value, undefined>[]): Numbered {
  return {
    scale: 'category',
    range: [-0.5, present.length - 0.5],
    ticks: present.map((value, index) => ({ value: index, label: valueText(value) })),
    toNumber: (value) => (value === undefined ? NaN : present.indexOf(value)),
  };
}

/** With so many values or fewer, each has its tick. */
const FEW = 7;
/** Ends further apart than this are spread by their logarithms. */
const WIDE = 8;

function numbersScale(present: readonly number[]): Numbered {
  const sorted = present.toSorted((a, b) => a - b);
  const [low, high] = [sorted[0]!, sorted.at(-1)!];
  const lowestPositive = sorted.find((value) => value > 0) ?? 1;
  // Zero has no place among logarithms, but one of its own among few values.
  if (low === 0 && high / lowestPositive >= WIDE && sorted.length <= FEW) return categories(sorted);
  const toNumber = (value: Value): number => (typeof value === 'number' ? value : NaN);
  const isLog = low > 0 && high / low >= WIDE;
  const ticks =
    sorted.length <= FEW
      ? sorted.map((value) => ({ value, label: valueText(value) }))
      : isLog
        ? logTicks(low, high)
        : linearTicks(low, high, 5);
  return { scale: isLog ? 'log' : 'linear', range: widened(low, high, isLog), ticks, toNumber };
}

/** A range of one value alone has it in the middle. */
function widened(low: number, high: number, isLog: boolean): Range {
  if (low < high) return [low, high];
  return isLog && low > 0 ? [low / 2, low * 2] : [low - 1, high + 1];
}

interface Outcome {
  readonly key: string;
  readonly title: string;
  readonly beyond: string;
  readonly better?: 'high';
  readonly valueOf: (setting: SweptSetting) => number;
  readonly format: (value: number) => string;
}

const ON_TASK: readonly Outcome[] = [
  {
    ...{ key: 'finalTrain', title: 'train loss', beyond: 'diverged', format: num },
    valueOf: ({ onTask }) => onTask?.finalTrain ?? NaN,
  },
  {
    ...{ key: 'finalHeldOut', title: 'held-out loss', beyond: 'diverged', format: num },
    valueOf: ({ onTask }) => onTask?.finalHeldOut ?? NaN,
  },
  {
    ...{ key: 'lowest', title: 'lowest loss', beyond: 'diverged', format: num },
    valueOf: ({ onTask }) => onTask?.lowest ?? NaN,
  },
  {
    ...{ key: 'stepsToTarget', title: 'steps to target', beyond: 'not reached', format: integer },
    valueOf: ({ onTask }) => onTask?.stepsToTarget ?? NaN,
  },
  {
    ...{ key: 'seconds', title: 'time', beyond: 'not known', format: secondsText },
    valueOf: ({ seconds }) => seconds,
  },
];

const OVER_TASKS: readonly Outcome[] = [
  {
    ...{ key: 'meanRank', title: 'mean rank', beyond: 'not done', format: num },
    valueOf: ({ overTasks }) => overTasks?.meanRank ?? NaN,
  },
  {
    ...{ key: 'ratio', title: 'loss by best', beyond: 'diverged', format: times },
    valueOf: ({ overTasks }) => Math.exp(overTasks?.meanLogRatio ?? NaN),
  },
  {
    ...{ key: 'divergedTasks', title: 'tasks diverged', beyond: 'not done', format: integer },
    valueOf: ({ overTasks }) => (overTasks?.tasks === 0 ? NaN : (overTasks?.divergedTasks ?? NaN)),
  },
  {
    ...{ key: 'reached', title: 'targets reached', beyond: 'not done', format: integer },
    ...{ better: 'high' as const, valueOf: ({ overTasks }) => overTasks?.reached ?? NaN },
  },
  {
    ...{ key: 'seconds', title: 'time a training', beyond: 'not known', format: secondsText },
    valueOf: ({ seconds }) => seconds,
  },
];

function outcomeAxis(outcome: Outcome, settings: readonly SweptSetting[]): SweepAxis {
  const { key, title, beyond, better = 'low', format } = outcome;
  const finite = settings.map(outcome.valueOf).filter(Number.isFinite);
  const { scale, range, ticks } = outcomeScale(finite, format);
  const clamp = (value: number) => Math.min(range[1], Math.max(range[0], value));
  return {
    ...{ key, title, isOutcome: true, better, scale, range, ticks, format },
    beyond: finite.length < settings.length ? beyond : undefined,
    valueOf: (setting) => {
      const value = outcome.valueOf(setting);
      return Number.isFinite(value) ? clamp(value) : NaN;
    },
    textOf: (setting) => {
      const value = outcome.valueOf(setting);
      return Number.isFinite(value) ? format(value) : beyond;
    },
    rawOf: (setting) => {
      const value = outcome.valueOf(setting);
      return Number.isFinite(value) ? value : null;
    },
  };
}

/** What lies further above the upper quartile than this many interquartile ranges stands at the edge. */
const FENCE = 3;

function outcomeScale(
  finite: readonly number[],
  format: (value: number) => string,
): Pick<SweepAxis, 'scale' | 'range' | 'ticks'> {
  if (finite.length === 0) return { scale: 'linear', range: [0, 1], ticks: [] };
  const sorted = finite.toSorted((a, b) => a - b);
  const positive = sorted.filter((value) => value > 0);
  const isLog = sorted[0]! >= 0 && positive.length > 0 && sorted.at(-1)! / positive[0]! >= WIDE;
  const shown = isLog ? positive : sorted;
  const [low, last] = [shown[0]!, shown.at(-1)!];
  const high = Math.min(last, fenceOf(shown, isLog));
  const range = widened(low, high, isLog);
  const all = isLog ? fewer(logTicks(...range)) : linearTicks(...range, 5);
  const own = UNITS.includes(format)
    ? all.map(({ value }) => ({ value, label: format(value) }))
    : all;
  const ticks = format === integer ? own.filter(({ value }) => Number.isInteger(value)) : own;
  const kind = isLog ? 'log' : 'linear';
  if (high === last) return { scale: kind, range, ticks };
  const edge = { value: range[1], label: `≥ ${format(range[1])}` };
  return { scale: kind, range, ticks: [...ticks.slice(0, -1), edge] };
}

/** Say their unit at ticks, too. */
const UNITS: readonly ((value: number) => string)[] = [secondsText, times];

function fenceOf(sorted: readonly number[], isLog: boolean): number {
  const at = (share: number) => sorted[Math.round(share * (sorted.length - 1))]!;
  const [lower, upper] = [at(0.25), at(0.75)];
  if (upper === lower) return Infinity;
  return isLog ? upper * (upper / lower) ** FENCE : upper + FENCE * (upper - lower);
}

const MOST_TICKS = 9;

function fewer(ticks: readonly Tick[]): Tick[] {
  const every = Math.ceil(ticks.length / MOST_TICKS);
  return ticks.filter((_, index) => index % every === 0);
}

/** Where a value lies between the ends of its axis: 0 … 1. */
export function shareOf(
  { scale, range }: Pick<SweepAxis, 'scale' | 'range'>,
  value: number,
): number {
  const unit = scale === 'log' ? Math.log : (x: number) => x;
  const [low, high] = [unit(range[0]), unit(range[1])];
  return (unit(value) - low) / (high - low);
}

/** The value at a share of the axis. */
export function valueAt(
  { scale, range }: Pick<SweepAxis, 'scale' | 'range'>,
  share: number,
): number {
  const [low, high] = range;
  return scale === 'log' ? low * (high / low) ** share : low + (high - low) * share;
}

/** 0 is the worst, 1 the best of the shown; undefined for what is beyond. */
export function goodness(axis: SweepAxis, setting: SweptSetting): number | undefined {
  const value = axis.valueOf(setting);
  if (Number.isNaN(value)) return undefined;
  const share = shareOf(axis, value);
  return axis.better === 'low' ? 1 - share : share;
}
