/**
 * Options of an optimizer as a table: one place for the default, the allowed range and the sentence that the
 * listing shows. What a person wrote is read against the table, so a misspelt name never passes silently.
 */
import { UserError } from '../../base/index';
import { createSchedule } from './schedules';
import type { ScheduleSpec } from './schedules';

export interface NumberOption {
  readonly kind: 'number';
  readonly default: number;
  readonly min: number;
  /** Whether `min` itself is allowed. */
  readonly minAllowed: boolean;
  /** Exclusive upper bound. */
  readonly below: number;
  readonly summary: string;
}

export interface BooleanOption {
  readonly kind: 'boolean';
  readonly default: boolean;
  readonly summary: string;
}

export interface ScheduleOption {
  readonly kind: 'schedule';
  readonly default: ScheduleSpec;
  readonly summary: string;
}

export type OptionTable = Readonly<Record<string, NumberOption | BooleanOption | ScheduleOption>>;

/** The values that a table describes. */
export type OptionValues<T extends OptionTable> = {
  readonly [K in keyof T]: T[K]['kind'] extends 'number'
    ? number
    : T[K]['kind'] extends 'boolean'
      ? boolean
      : ScheduleSpec;
};

interface NumberRange {
  readonly min?: number;
  readonly above?: number;
  readonly below?: number;
}

/** A number ≥ `min` (default 0), or > `above` where that is given, and < `below`. */
export function numberOption(
  value: number,
  summary: string,
  range: NumberRange = {},
): NumberOption {
  const { above, min = above ?? 0, below = Infinity } = range;
  return { kind: 'number', default: value, min, minAllowed: above === undefined, below, summary };
}

export function booleanOption(value: boolean, summary: string): BooleanOption {
  return { kind: 'boolean', default: value, summary };
}

/** Options that several optimizers share. */
export const SCHEDULE = {
  kind: 'schedule',
  default: { kind: 'constant' },
  summary: 'how the learning rate changes over the announced length',
} as const satisfies ScheduleOption;

export function learningRateOption(value: number): NumberOption {
  return numberOption(value, 'learning rate α, before the schedule', { above: 0 });
}

/**
 * Reads `given` against `table` and fills in the defaults.
 * @param owner  the optimizer's name, for messages
 * @throws UserError('config') on an unknown name, a wrong type or a value out of range
 */
export function resolveOptions<T extends OptionTable>(
  owner: string,
  table: T,
  given: Readonly<Record<string, unknown>>,
): OptionValues<T> {
  const names = Object.keys(table);
  const unknown = Object.keys(given).find((name) => !names.includes(name));
  if (unknown !== undefined) {
    throw new UserError('config', `${owner}: there is no option ${unknown}`, {
      remedy: `Its options are ${names.join(', ')}.`,
    });
  }
  const values = Object.entries(table).map(([name, option]) => {
    const value = given[name];
    if (value === undefined) return [name, option.default] as const;
    checkOption(`${owner}: ${name}`, option, value);
    return [name, value] as const;
  });
  // Every value was checked against its row just above.
  return Object.fromEntries(values) as OptionValues<T>;
}

function checkOption(place: string, option: OptionTable[string], value: unknown): void {
  if (option.kind === 'schedule') {
    if (typeof value !== 'object' || value === null || !('kind' in value)) {
      throw new UserError('config', `${place} must be an object with a kind, got ${show(value)}`);
    }
    createSchedule(value as ScheduleSpec);
    return;
  }
  if (option.kind === 'boolean') {
    if (typeof value === 'boolean') return;
    throw new UserError('config', `${place} must be true or false, got ${show(value)}`);
  }
  if (typeof value !== 'number' || !isInside(option, value)) {
    throw new UserError('config', `${place} must be ${rangeOf(option)}, got ${show(value)}`);
  }
}

function isInside(option: NumberOption, value: number): boolean {
  const aboveMin = option.minAllowed ? value >= option.min : value > option.min;
  return aboveMin && value < option.below;
}

/** `a finite number > 0`, `in [0, 1)`: the allowed range of a number in words. */
export function rangeOf(option: NumberOption): string {
  if (option.below !== Infinity) {
    return `in ${option.minAllowed ? '[' : '('}${option.min}, ${option.below})`;
  }
  return `a finite number ${option.minAllowed ? '≥' : '>'} ${option.min}`;
}

function show(value: unknown): string {
  return typeof value === 'number' ? String(value) : JSON.stringify(value);
}
