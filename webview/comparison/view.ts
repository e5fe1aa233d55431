/** What a person has chosen in this view; kept by the host across reloads, so it is checked when it comes back. */
export type Quantity = 'heldOut' | 'train';
export type Axis = 'step' | 'seconds';

const SORT_KEYS = [
  'name',
  'optimizer',
  'setting',
  'state',
  'finalTrain',
  'finalHeldOut',
  'bestHeldOut',
  'bestStep',
  'stepsToTarget',
  'secondsToTarget',
  'msPerStep',
] as const;
export type SortKey = (typeof SORT_KEYS)[number];

export interface Sort {
  readonly key: SortKey;
  readonly descending: boolean;
}

export interface ViewChoices {
  /** Undefined: held-out where any run has it, else train. */
  readonly quantity?: Quantity;
  readonly axis: Axis;
  /** Weight of the moving average over training losses, in [0, 0.99]. */
  readonly smoothing: number;
  /** Undefined: found from the curves. */
  readonly target?: number | undefined;
  readonly sort: Sort;
  /** Folded sections. */
  readonly closed: { readonly loss: boolean; readonly runs: boolean };
}

export const DEFAULT_CHOICES: ViewChoices = {
  axis: 'step',
  smoothing: 0.9,
  sort: { key: 'bestHeldOut', descending: false },
  closed: { loss: false, runs: false },
};

/** What the host keeps: it opens the panel again with the same runs. */
export interface KeptState {
  readonly runIds: readonly string[];
  readonly view: ViewChoices;
}

/** The choices inside a kept state; whatever is missing or out of range has its default. */
export function readChoices(kept: unknown): ViewChoices {
  const view = isRecord(kept) && isRecord(kept['view']) ? kept['view'] : {};
  const { quantity, axis, smoothing, target, sort, closed } = view;
  return {
    ...(quantity === 'heldOut' || quantity === 'train' ? { quantity } : {}),
    axis: axis === 'seconds' ? 'seconds' : 'step',
    smoothing: inRange(smoothing, 0, 0.99) ? smoothing : DEFAULT_CHOICES.smoothing,
    ...(typeof target === 'number' && Number.isFinite(target) ? { target } : {}),
    sort: readSort(sort),
    closed: {
      loss: isRecord(closed) && closed['loss'] === true,
      runs: isRecord(closed) && closed['runs'] === true,
    },
  };
}

function readSort(value: unknown): Sort {
  if (!isRecord(value)) return DEFAULT_CHOICES.sort;
  const key = SORT_KEYS.find((candidate) => candidate === value['key']);
  if (key === undefined) return DEFAULT_CHOICES.sort;
  return { key, descending: value['descending'] === true };
}

function inRange(value: unknown, low: number, high: number): value is number {
  return typeof value === 'number' && value >= low && value <= high;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
