/** What a person has chosen in this view; kept by the host across reloads, so it is checked when it comes back. */
import { NO_SWEEP_CHOICES, readSweepChoices } from './sweepChoices';
import type { SweepChoices } from './sweepChoices';

export type Unit = 'steps' | 'seconds';
export type ChartKind = 'sorted' | 'profile' | 'sweep';

/** A column of the task table; an optimizer's is `optimizer:LABEL`. */
export type SortKey =
  'name' | 'family' | 'numParams' | 'bestLearningRate' | 'baselineLoss' | `optimizer:${string}`;

export interface Sort {
  readonly key: SortKey;
  readonly descending: boolean;
}

const SECTIONS = [
  'chart',
  'detail',
  'sweep',
  'tasks',
  // Of the sweep's own tab.
  'parallel',
  'curves',
  'settings',
] as const;
export type SectionName = (typeof SECTIONS)[number];

export interface ViewChoices {
  readonly unit: Unit;
  readonly chart: ChartKind;
  /** Label of the optimizer in front; undefined: the first. */
  readonly front?: string | undefined;
  /** Name of the chosen task; undefined: the front optimizer's best; null: none, its detail is closed. */
  readonly task?: string | null | undefined;
  /** Undefined: by the front optimizer's speedup. */
  readonly sort?: Sort | undefined;
  readonly filter: string;
  /** Folded sections. */
  readonly closed: readonly SectionName[];
  /** Of the sweep's own tab. */
  readonly sweep: SweepChoices;
}

export const DEFAULT_CHOICES: ViewChoices = {
  unit: 'steps',
  chart: 'sorted',
  filter: '',
  closed: [],
  sweep: NO_SWEEP_CHOICES,
};

/** The choices inside a kept state; whatever is missing or out of range has its default. */
export function readChoices(kept: unknown): ViewChoices {
  const { unit, chart, front, task, sort, filter, closed, sweep } = isRecord(kept) ? kept : {};
  const known = readSort(sort);
  return {
    unit: unit === 'seconds' ? 'seconds' : 'steps',
    chart: chart === 'profile' || chart === 'sweep' ? chart : 'sorted',
    ...(typeof front === 'string' ? { front } : {}),
    ...(typeof task === 'string' || task === null ? { task } : {}),
    ...(known === undefined ? {} : { sort: known }),
    filter: typeof filter === 'string' ? filter : '',
    closed: Array.isArray(closed) ? SECTIONS.filter((name) => closed.includes(name)) : [],
    sweep: readSweepChoices(sweep),
  };
}

const COLUMN_KEYS = ['name', 'family', 'numParams', 'bestLearningRate', 'baselineLoss'] as const;

function readSort(value: unknown): Sort | undefined {
  if (!isRecord(value) || typeof value['key'] !== 'string') return undefined;
  const text = value['key'];
  const key = COLUMN_KEYS.find((candidate) => candidate === text) ?? optimizerKey(text);
  return key === undefined ? undefined : { key, descending: value['descending'] === true };
}

function optimizerKey(text: string): SortKey | undefined {
  return text.startsWith('optimizer:') ? `optimizer:${text.slice('optimizer:'.length)}` : undefined;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
