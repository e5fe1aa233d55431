/** What a person has chosen in this view; kept by the host across reloads, so it is checked when it comes back. */
import * as z from 'zod/mini';

export const SECTIONS = [
  ...['losses', 'speedup', 'pairs', 'gradient', 'lengths', 'throughput'],
  ...['multiplier', 'tasks', 'drift', 'sensitivity', 'checkpoints'],
] as const;

const GROUPINGS = ['length', 'family', 'task'] as const;
export type Grouping = (typeof GROUPINGS)[number];

const fields = {
  grouping: z.enum(GROUPINGS),
  /** In [0, 1): of what changes with each outer iteration. */
  smoothing: z.number().check(z.minimum(0), z.maximum(0.99)),
  closed: z.array(z.string()),
  /** Curves that legends hide. */
  hidden: z.array(z.string()),
};
export type ViewChoices = {
  readonly [Name in keyof typeof fields]: Readonly<z.output<(typeof fields)[Name]>>;
};

const DEFAULT_CHOICES: ViewChoices = {
  grouping: 'length',
  smoothing: 0.9,
  closed: [],
  hidden: [],
};

/** The choices inside a kept state; whatever is missing or out of range has its default. */
export function readChoices(kept: unknown): ViewChoices {
  const known = typeof kept === 'object' && kept !== null ? (kept as Record<string, unknown>) : {};
  const entries = Object.entries(fields).flatMap(([name, schema]) => {
    const value = schema.safeParse(known[name]);
    return value.success ? [[name, value.data] as const] : [];
  });
  return { ...DEFAULT_CHOICES, ...Object.fromEntries(entries) };
}

/** `list` without `item` when it is in it, else with it. */
export function toggled<T>(list: readonly T[], item: T): T[] {
  return list.includes(item) ? list.filter((other) => other !== item) : [...list, item];
}
