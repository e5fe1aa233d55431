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
  readonly max: number;
  /** Whether `max` itself is allowed. */
  readonly maxAllowed: boolean;
  readonly summary: string;
}

export interface IntegerOption {
  readonly kind: 'integer';
  readonly default: number;
  /** Both allowed. */
  readonly min: number;
  readonly max: number;
  readonly summary: string;
}

export interface ChoiceOption<C extends string = string> {
  readonly kind: 'choice';
  readonly default: C;
  readonly choices: readonly C[];
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

export type OptionTable = Readonly<
  Record<string, NumberOption | IntegerOption | ChoiceOption | BooleanOption | ScheduleOption>
>;

/** The values that a table describes. */
export type OptionValues<T extends OptionTable> = {
  readonly [K in keyof T]: T[K] extends ChoiceOption<infer C>
    ? C
    : T[K]['kind'] extends 'number' | 'integer'
      ? number
      : T[K]['kind'] extends 'boolean'
        ? boolean
        : ScheduleSpec;
};

interface NumberRange {
  readonly min?: number;
  readonly above?: number;
  readonly below?: number;
  readonly max?: number;
}

/** A number ≥ `min` (default 0), or > `above` where that is given, and < `below` or ≤ `max` where one is given. */
export function numberOption(
  value: number,
  summary: string,
  range: NumberRange = {},
): NumberOption {
  const { above, min = above ?? 0, below = Infinity, max = below } = range;
  const limits = { min, minAllowed: above === undefined, max, maxAllowed: range.max !== undefined };
  return { kind: 'number', default: value, ...limits, summary };
}

/** A whole number from `min` to `max`. */
export function integerOption(
  value: number,
  summary: string,
  { min, max }: { readonly min: number; readonly max: number },
): IntegerOption {
  return { kind: 'integer', default: value, min, max, summary };
}

/** One word of `choices`; the first is the default. */
export function choiceOption<const C extends string>(
  choices: readonly [C, ...C[]],
  summary: string,
): ChoiceOption<C> {
  return { kind: 'choice', default: choices[0], choices, summary };
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

export function learningRateOption(
  value: number,
  summary = 'learning rate α, before the schedule',
): NumberOption {
  return numberOption(value, summary, { above: 0 });
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
  if (!isAllowed(option, value)) {
    throw new UserError('config', `${place} must be ${rangeOf(option)}, got ${show(value)}`);
  }
}

type PlainOption = Exclude<OptionTable[string], ScheduleOption>;

/** Whether a value is of the option's type and in its range. */
export function isAllowed(option: PlainOption, value: unknown): boolean {
  switch (option.kind) {
    case 'boolean':
      return typeof value === 'boolean';
    case 'choice':
      return option.choices.some((choice) => choice === value);
    case 'integer':
      return Number.isInteger(value) && Number(value) >= option.min && Number(value) <= option.max;
    case 'number':
      return typeof value === 'number' && isInside(option, value);
  }
}

function isInside(option: NumberOption, value: number): boolean {
  const aboveMin = option.minAllowed ? value >= option.min : value > option.min;
  return aboveMin && (option.maxAllowed ? value <= option.max : value < option.max);
}

/** `a finite number > 0`, `in [0, 1)`, `one of a, b`: what is allowed, in words. */
export function rangeOf(option: PlainOption): string {
  switch (option.kind) {
    case 'boolean':
      return 'true or false';
    case 'choice':
      return `one of ${option.choices.join(', ')}`;
    case 'integer':
      return `a whole number from ${option.min} to ${option.max}`;
    case 'number':
      return option.max === Infinity
        ? `a finite number ${option.minAllowed ? '≥' : '>'} ${option.min}`
        : `in ${option.minAllowed ? '[' : '('}${option.min}, ${option.max}${option.maxAllowed ? ']' : ')'}`;
  }
}

function show(value: unknown): string {
  return typeof value === 'number' ? String(value) : JSON.stringify(value);
}
