/**
 * What a person chose to look at: survives hiding, reloading and restarting the window. `readView` takes whatever
 * an older version kept and falls back to the default, field by field.
 */
import * as z from 'zod/mini';
import { CELL_STATES, QUANTITIES } from '../../src/protocol/live/index';

export const SECTIONS = ['loss', 'multiplier', 'distributions', 'cells', 'bank'] as const;
export type SectionId = (typeof SECTIONS)[number];

const CELL_ORDERS = ['none', 'cluster', 'variance', 'peak'] as const;
export type CellOrderKind = (typeof CELL_ORDERS)[number];

/** Rows of the distributions: each tensor, or tensors added up. `auto`: by layer when there are many. */
const GROUPINGS = ['auto', 'none', 'layer', 'kind'] as const;
export type Grouping = (typeof GROUPINGS)[number];

const DISTRIBUTION_VIEWS = ['heat', 'ridge', 'bands'] as const;
export type DistributionView = (typeof DISTRIBUTION_VIEWS)[number];

const SHOWN_QUANTITIES = [...QUANTITIES, 'ratio'] as const;
/** What the distributions show; `ratio` is RMS update over RMS parameter, drawn as lines. */
export type ShownQuantity = (typeof SHOWN_QUANTITIES)[number];

const count = () => z.int().check(z.minimum(0));
const range = z.tuple([z.number(), z.number()]);

const fields = {
  /** The pinned step; absent: the newest. */
  pinned: z.optional(count()),
  /** Steps from and to; absent: the whole run. */
  range: z.optional(range),
  stepAxis: z.enum(['linear', 'log']),
  lossAxis: z.enum(['log', 'linear']),
  smoothing: z.number().check(z.minimum(0), z.maximum(0.99)),
  tensor: count(),
  cell: count(),
  cellState: z.enum(CELL_STATES),
  cellOrder: z.enum(CELL_ORDERS),
  /** Rows of the ordered cells that are shown, from and to; absent: all. */
  cellRows: z.optional(range),
  quantity: z.enum(SHOWN_QUANTITIES),
  distributionView: z.enum(DISTRIBUTION_VIEWS),
  grouping: z.enum(GROUPINGS),
  /** Groups that are opened to their tensors. */
  opened: z.array(z.string()),
  collapsed: z.array(z.enum(SECTIONS)),
  /** Curves that the legend hides: `train`, `heldOut`, ids of runs, names of tensors. */
  hidden: z.array(z.string()),
};
const viewSchema = z.object(fields);
export type View = Readonly<z.output<typeof viewSchema>>;

export const DEFAULT_VIEW: View = {
  stepAxis: 'linear',
  lossAxis: 'log',
  smoothing: 0.9,
  tensor: 0,
  cell: 0,
  cellState: 'h',
  cellOrder: 'cluster',
  quantity: 'update',
  distributionView: 'heat',
  grouping: 'auto',
  opened: [],
  collapsed: [],
  hidden: [],
};

const keptSchema = z.object({ runId: z.string(), view: z.record(z.string(), z.unknown()) });

/** The view that was kept for `runId`, or the default. */
export function readView(kept: unknown, runId: string): View {
  const parsed = keptSchema.safeParse(kept);
  if (!parsed.success || parsed.data.runId !== runId) return DEFAULT_VIEW;
  const entries = Object.entries(fields).flatMap(([name, schema]) => {
    const value = schema.safeParse(parsed.data.view[name]);
    return value.success && value.data !== undefined ? [[name, value.data] as const] : [];
  });
  const merged = viewSchema.safeParse({ ...DEFAULT_VIEW, ...Object.fromEntries(entries) });
  return merged.success ? merged.data : DEFAULT_VIEW;
}

/** `list` without `item` when it is in it, else with it. */
export function toggled<T>(list: readonly T[], item: T): T[] {
  return list.includes(item) ? list.filter((other) => other !== item) : [...list, item];
}
