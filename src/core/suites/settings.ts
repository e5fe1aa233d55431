/**
 * The settings of a sweep: learning rates × schedules × further options, all of them or some that are drawn. A draw is
 * keyed by (seed, number of the setting), so that a longer one begins with the settings of a shorter one.
 */
import { createRng } from '../compute/rng';
import type { Rng } from '../compute/rng';
import { evenly, fourDigits, learningRatesOf, place } from './learningRates';
import type { GridSpec } from './learningRates';

export type OptionValue = number | string | boolean;

/** Values between two ends; all but `random` evenly spaced with both ends included. */
export interface OptionRange {
  /** `random`: drawn, each on its own. */
  readonly kind: 'logUniform' | 'uniform' | 'random';
  /** How many; not read by a sweep that draws its settings. */
  readonly points: number;
  readonly low: number;
  readonly high: number;
  /** Of `random`: whether the values are uniform or their logarithms; default `log`. */
  readonly scale?: 'log' | 'linear';
  /** Of `random`: integer 0 … 2^32-1. */
  readonly seed?: number;
}

/** What is tried of one option. */
export type OptionAxis = readonly OptionValue[] | OptionRange;

export interface SweepSpec {
  readonly learningRates: GridSpec;
  /** How many schedules there are, at least 1. */
  readonly schedules: number;
  /** By the option's name. */
  readonly options?: Readonly<Record<string, OptionAxis>>;
  /** How many settings are drawn at random instead of trying all. */
  readonly draw?: number;
  /** Integer 0 … 2^32-1; default 0. */
  readonly drawSeed?: number;
}

export interface SweptSetting {
  readonly learningRate: number;
  /** Index among the schedules. */
  readonly schedule: number;
  readonly options: Readonly<Record<string, OptionValue>>;
}

/**
 * @param isWhole  whether an option takes whole numbers only; its values are rounded to them
 * @returns by schedule, options and learning rate, or in the order of the draw; none twice. Computed values have 4
 *   significant digits and lie between the ends.
 * @throws UserError('config') where ends are no range of positive numbers on a logarithmic axis
 */
export function settingsOf(spec: SweepSpec, isWhole: (option: string) => boolean): SweptSetting[] {
  const settings =
    spec.draw === undefined ? allSettings(spec, isWhole) : drawnSettings(spec, spec.draw, isWhole);
  return [...new Map(settings.map((setting) => [JSON.stringify(setting), setting])).values()];
}

function allSettings(
  { learningRates, schedules, options = {} }: SweepSpec,
  isWhole: (option: string) => boolean,
): SweptSetting[] {
  const rates = learningRatesOf(learningRates);
  let combinations: SweptSetting['options'][] = [{}];
  for (const [option, axis] of Object.entries(options)) {
    const values = valuesOf(axis, isWhole(option));
    combinations = combinations.flatMap((before) =>
      values.map((value) => ({ ...before, [option]: value })),
    );
  }
  return Array.from({ length: schedules }, (_, schedule) =>
    combinations.flatMap((chosen) =>
      rates.map((learningRate) => ({ learningRate, schedule, options: chosen })),
    ),
  ).flat();
}

function valuesOf(axis: OptionAxis, whole: boolean): readonly OptionValue[] {
  if (isList(axis)) return [...new Set(axis)];
  const { kind, points, seed = 0 } = axis;
  const rng = createRng({ seed, purpose: 'sweep' });
  const shares =
    kind === 'random' ? Array.from({ length: points }, () => rng.uniform()) : evenly(points);
  const values = shares.map((share) => numberAt(axis, share, whole));
  return [...new Set(values)].sort((a, b) => a - b);
}

function drawnSettings(
  { learningRates, schedules, options = {}, drawSeed = 0 }: SweepSpec,
  draw: number,
  isWhole: (option: string) => boolean,
): SweptSetting[] {
  // Step 0 of this purpose draws the values of random axes.
  const rngOf = (index: number): Rng =>
    createRng({ seed: drawSeed, purpose: 'sweep', step: index + 1 });
  const rateOf = rateDrawer(learningRates);
  // Their order in a file changes nothing.
  const names = Object.keys(options).sort();
  return Array.from({ length: draw }, (_, index) => {
    const rng = rngOf(index);
    const learningRate = rateOf(rng);
    const schedule = rng.integer(schedules);
    const chosen = names.map((option) => {
      const axis = options[option]!;
      const value = isList(axis)
        ? axis[rng.integer(axis.length)]!
        : numberAt(axis, rng.uniform(), isWhole(option));
      return [option, value] as const;
    });
    return { learningRate, schedule, options: Object.fromEntries(chosen) };
  });
}

/** One of the listed rates, or any between the ends, its logarithm uniform. */
function rateDrawer(grid: GridSpec): (rng: Rng) => number {
  if ('low' in grid) {
    const range = { ...grid, kind: 'random' } as const;
    return (rng) => numberAt(range, rng.uniform(), false);
  }
  const rates = learningRatesOf(grid);
  return (rng) => rates[rng.integer(rates.length)]!;
}

/** @param share  0 … 1 from the lower end to the upper one */
function numberAt(axis: Omit<OptionRange, 'points'>, share: number, whole: boolean): number {
  const { kind, low, high, scale = 'log' } = axis;
  const isLinear = kind === 'uniform' || (kind === 'random' && scale === 'linear');
  const value = isLinear ? low + (high - low) * share : place(axis, share);
  // Rounding must not leave the range: a decay of 0.99999 is none of 1.
  return Math.min(high, Math.max(low, whole ? Math.round(value) : fourDigits(value)));
}

function isList(axis: OptionAxis): axis is readonly OptionValue[] {
  return Array.isArray(axis);
}
