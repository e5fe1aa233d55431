/** `--set a.b=c`: changes to a config as written, before it is checked and its defaults are filled in. */
import type { z } from 'zod';
import { UserError } from '../base/index';
import type { PathSegment } from './configFields';
import { placeAt } from './configFields';
import { formatPath } from './configProblems';
import { didYouMean } from './suggest';

/**
 * Lays overrides over a config, in order. The value is JSON, or else plain text; a union may be given by its
 * tag alone (`optimizer=adam`), which starts it afresh.
 * @param schema  of such a config
 * @returns a changed copy
 * @throws UserError('config') for an override that is no `path=value` or names no setting
 */
export function applyOverrides(
  config: unknown,
  overrides: readonly string[],
  schema: z.core.$ZodType,
): unknown {
  // Something else than an object is reported as such, not covered up.
  const isObject = typeof config === 'object' && config !== null && !Array.isArray(config);
  if (!isObject) return config;
  return overrides.reduce<unknown>(
    (laid, override) => applyOverride(laid, override, schema),
    config,
  );
}

/** The last override that set the value at `path` or something around it. */
export function overrideOf(
  path: readonly PathSegment[],
  overrides: readonly string[],
): string | undefined {
  const name = formatPath(path);
  return overrides.findLast((override) => {
    const set = override.slice(0, override.indexOf('='));
    return name === set || name.startsWith(`${set}.`);
  });
}

function applyOverride(config: unknown, override: string, schema: z.core.$ZodType): unknown {
  const separator = override.indexOf('=');
  if (separator < 1) {
    throw new UserError('config', `--set ${override}: expected a setting and a value, a.b=c`);
  }
  const path = override.slice(0, separator).split('.');
  const text = override.slice(separator + 1);
  const place = placeAt(path, config, schema);
  if (place === undefined) throw unknownPath({ config, schema }, path, override);
  return replaceAt(config, path, overrideValue(text, place));
}

function overrideValue(text: string, place: NonNullable<ReturnType<typeof placeAt>>): unknown {
  const value = jsonOrText(text);
  if (place.kind === 'text' && typeof value !== 'string') return text;
  if (place.kind === 'union' && typeof value === 'string' && place.tags.includes(value)) {
    return { [place.discriminator]: value };
  }
  return value;
}

function jsonOrText(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}

function unknownPath(
  { config, schema }: { readonly config: unknown; readonly schema: z.core.$ZodType },
  path: readonly string[],
  override: string,
): UserError {
  const depth = path.findIndex(
    (_, index) => placeAt(path.slice(0, index + 1), config, schema) === undefined,
  );
  const around = path.slice(0, depth);
  const place = placeAt(around, config, schema);
  const key = path[depth] ?? '';
  const inside = formatPath(around);
  if (place === undefined || !('fields' in place)) {
    const message = `--set ${override}: ${inside} is a single value and has nothing inside`;
    return new UserError('config', message, {
      remedy: `Set it as a whole: --set ${inside}=VALUE.`,
    });
  }
  const known = `${inside} has ${place.fields.join(', ')}`;
  const guess = didYouMean(key, place.fields);
  const message = `--set ${override}: there is no ${formatPath(path.slice(0, depth + 1))}; ${known}`;
  return new UserError('config', message + guess);
}

function replaceAt(config: unknown, path: readonly string[], value: unknown): unknown {
  const [key, ...rest] = path;
  if (key === undefined) return value;
  const isObject = typeof config === 'object' && config !== null && !Array.isArray(config);
  const fields = isObject ? (config as Record<string, unknown>) : {};
  return { ...fields, [key]: replaceAt(fields[key], rest, value) };
}
