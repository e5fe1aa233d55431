/** Turns what zod found wrong with a run config into plain phrases that say what was expected and what came. */
import type { z } from 'zod';
import type { ConfigPlace, PathSegment } from './configFields';
import { placeAt } from './configFields';
import { runConfigSchema } from './runConfig';
import type { RunConfig } from './runConfig';
import { didYouMean } from './suggest';

export interface ConfigProblem {
  /** The field; a missing or unknown one included. */
  readonly path: readonly PathSegment[];
  /** Whether the trouble is the name of the field rather than its value. */
  readonly about: 'key' | 'value' | 'missing';
  /** `optimizer.learningRate must be > 0, got -0.1` */
  readonly message: string;
}

export type ConfigCheck<T = RunConfig> =
  | { readonly config: T; readonly problems?: undefined }
  | {
      readonly config?: undefined;
      readonly problems: readonly [ConfigProblem, ...ConfigProblem[]];
    };

/** Decodes a value into a run config or says everything that is wrong with it, what is missing last. */
export function checkRunConfig(value: unknown): ConfigCheck {
  return checkAgainst(runConfigSchema, value);
}

/** The same for a config of another kind. */
export function checkAgainst<T>(schema: z.ZodType<T>, value: unknown): ConfigCheck<T> {
  const result = schema.safeParse(value, { reportInput: true });
  if (result.success) return { config: result.data };
  const problems = result.error.issues.flatMap((issue) => problemsOf(issue, value, schema));
  // A misspelt setting often shows as an unknown one and a missing one: the former says more.
  const lacks = (problem: ConfigProblem): number => Number(problem.about === 'missing');
  const [first, ...rest] = problems.sort((a, b) => lacks(a) - lacks(b));
  if (first === undefined) throw result.error;
  return { problems: [first, ...rest] };
}

/** `optimizer.schedule.kind`, or `the config` for the root. */
export function formatPath(path: readonly PathSegment[]): string {
  return path.length === 0 ? 'the config' : path.map(String).join('.');
}

/** A value as JSON, cut to a line's length. */
function formatValue(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (typeof value === 'number') return String(value);
  if (Array.isArray(value) && value.length > 8) return `a list of ${value.length}`;
  const text = JSON.stringify(value);
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}

function problemsOf(
  issue: z.core.$ZodIssue,
  root: unknown,
  schema: z.core.$ZodType,
): ConfigProblem[] {
  const path = issue.path.map((segment) => (typeof segment === 'symbol' ? '?' : segment));
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => unknownKey(path, key, placeAt(path, root, schema)));
  }
  if (issue.code === 'invalid_union' && issue.discriminator !== undefined) {
    return [wrongTag(path, issue, placeAt(path.slice(0, -1), root, schema))];
  }
  if (issue.code === 'invalid_union') {
    const meant = meantBranch(issue);
    if (meant !== undefined)
      return meant.flatMap((inner) =>
        problemsOf({ ...inner, path: [...issue.path, ...inner.path] }, root, schema),
      );
    const misspelt = misspeltIn(issue, path, placeAt(path, root, schema));
    if (misspelt !== undefined) return [misspelt];
  }
  const name = formatPath(path);
  if (issue.input === undefined && issue.code === 'invalid_type') {
    return [{ path, about: 'missing', message: `${name} is missing; expected ${expected(issue)}` }];
  }
  if (issue.input === undefined && issue.code !== 'custom') {
    return [{ path, about: 'missing', message: `${name} is missing; it ${demand(issue)}` }];
  }
  const message = `${name} ${demand(issue)}, got ${formatValue(issue.input)}`;
  return [{ path, about: 'value', message: message + suggestion(issue) }];
}

/** The one form of several whose kind of value came, or of which nothing is missing: what is wrong is inside of it. */
function meantBranch({
  errors,
}: z.core.$ZodIssueInvalidUnion): readonly z.core.$ZodIssue[] | undefined {
  const meant = errors.filter((issues) =>
    issues.every(({ code, path }) => path.length > 0 || code === 'unrecognized_keys'),
  );
  if (meant.length < 2) return meant[0];
  const whole = meant.filter((issues) => issues.every((issue) => !isMissing(issue)));
  return whole.length === 1 ? whole[0] : undefined;
}

/** A field that no form has, but one nearly. */
function misspeltIn(
  { errors }: z.core.$ZodIssueInvalidUnion,
  path: readonly PathSegment[],
  place: ConfigPlace | undefined,
): ConfigProblem | undefined {
  const unknown = errors.map((issues) =>
    issues.flatMap((issue) => (issue.code === 'unrecognized_keys' ? issue.keys : [])),
  );
  const fields = place?.kind === 'object' ? place.fields : [];
  const key = unknown[0]?.find(
    (one) => unknown.every((keys) => keys.includes(one)) && didYouMean(one, fields) !== '',
  );
  return key === undefined ? undefined : unknownKey(path, key, place);
}

function isMissing({ code, input }: z.core.$ZodIssue): boolean {
  return code === 'invalid_type' && input === undefined;
}

function unknownKey(
  path: readonly PathSegment[],
  key: string,
  place: ConfigPlace | undefined,
): ConfigProblem {
  const fields = place !== undefined && 'fields' in place ? place.fields : [];
  const name = formatPath([...path, key]);
  const guess = didYouMean(key, fields);
  const known = guess === '' ? `; expected one of ${fields.join(', ')}` : guess;
  return { path: [...path, key], about: 'key', message: `${name} is not a known setting${known}` };
}

/** @param parent  the place of the union */
function wrongTag(
  path: readonly PathSegment[],
  issue: z.core.$ZodIssueInvalidUnion,
  parent: ConfigPlace | undefined,
): ConfigProblem {
  const field = String(path.at(-1));
  const options = 'options' in issue ? (issue.options ?? []).map(String) : [];
  const given = (issue.input as Record<string, unknown> | undefined)?.[field];
  const oneOf = `one of ${options.join(', ')}`;
  if (given === undefined) {
    const known = parent?.kind === 'union' ? parent.anyFields : [];
    const misspelt = Object.keys((issue.input as object | undefined) ?? {}).find(
      (key) => !known.includes(key) && didYouMean(key, [field]) !== '',
    );
    if (misspelt !== undefined) return unknownKey(path.slice(0, -1), misspelt, parent);
    const message = `${formatPath(path)} is missing; expected ${oneOf}`;
    return { path, about: 'missing', message };
  }
  const guess = typeof given === 'string' ? didYouMean(given, options) : '';
  const message = `${formatPath(path)} must be ${oneOf}, got ${formatValue(given)}${guess}`;
  return { path, about: 'value', message };
}

function suggestion(issue: z.core.$ZodIssue): string {
  if (issue.code !== 'invalid_value' || typeof issue.input !== 'string') return '';
  return didYouMean(issue.input, issue.values.map(String));
}

const KIND_WORDS: Readonly<Record<string, string>> = {
  string: 'a text in quotes',
  number: 'a finite number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'an object in braces',
};

function expected(issue: z.core.$ZodIssueInvalidType): string {
  return KIND_WORDS[issue.expected] ?? issue.expected;
}

/** `must be > 0`: what the field asks of its value. */
function demand(issue: z.core.$ZodIssue): string {
  if (issue.code === 'invalid_type') return `must be ${expected(issue)}`;
  if (issue.code === 'invalid_value')
    return `must be one of ${issue.values.map(String).join(', ')}`;
  if (issue.code === 'too_small') {
    return bound(issue.origin, issue.minimum, issue.inclusive === false ? '>' : '>=');
  }
  if (issue.code === 'too_big') {
    return bound(issue.origin, issue.maximum, issue.inclusive === false ? '<' : '<=');
  }
  return issue.message;
}

function bound(origin: string, limit: number | bigint, sign: '>' | '>=' | '<' | '<='): string {
  const unit = { string: ' characters', array: ' entries' }[origin];
  if (unit === undefined) return `must be ${sign} ${limit}`;
  return `must have ${sign.startsWith('>') ? 'at least' : 'at most'} ${limit}${unit}`;
}
