/** What a person has chosen in the sweep: a pure reducer, and the reader of what the host kept. */

/** Part of an axis, in its own values (of categories, their numbers); null: open to that side, the place beyond included. */
export interface Brush {
  readonly low: number | null;
  readonly high: number | null;
}

export interface SweepChoices {
  /** Name of the task; null: all tasks. */
  readonly task: string | null;
  /** Whose settings; null: everybody's; undefined: the baseline's, or of whoever is swept. */
  readonly optimizer?: string | null | undefined;
  /** Key of the outcome that colours the lines; undefined: the first. */
  readonly color?: string | undefined;
  /** Keys of axes that were moved, first to last; others follow where they always are. */
  readonly order: readonly string[];
  readonly flipped: readonly string[];
  readonly brushes: Readonly<Record<string, Brush>>;
  /** The setting whose curves stand out. */
  readonly setting?: string | undefined;
  /** Key of the column that sorts the table; undefined: the outcome that colours. */
  readonly sort?: { readonly key: string; readonly descending: boolean } | undefined;
}

export const NO_SWEEP_CHOICES: SweepChoices = { task: null, order: [], flipped: [], brushes: {} };

export type SweepAction =
  | {
      readonly type: 'choose';
      readonly changes: Partial<
        Pick<SweepChoices, 'task' | 'optimizer' | 'color' | 'setting' | 'sort'>
      >;
    }
  /** Without a brush, that of the axis is taken away. */
  | { readonly type: 'brush'; readonly axis: string; readonly brush: Brush | undefined }
  | { readonly type: 'clear' }
  | { readonly type: 'flip'; readonly axis: string }
  /** Puts an axis at a place among `axes`, which is what is shown, in order. */
  | {
      readonly type: 'move';
      readonly axis: string;
      readonly to: number;
      readonly axes: readonly string[];
    };

export function changeSweep(choices: SweepChoices, action: SweepAction): SweepChoices {
  switch (action.type) {
    case 'choose': {
      const { optimizer, task } = action.changes;
      const isOther = optimizer !== undefined && optimizer !== choices.optimizer;
      // Brushes are of axes that others may not have; a task has other losses.
      const brushes = isOther || task !== undefined ? settingBrushes(choices, isOther) : {};
      return { ...choices, ...action.changes, ...brushes };
    }
    case 'brush': {
      const others = Object.fromEntries(
        Object.entries(choices.brushes).filter(([axis]) => axis !== action.axis),
      );
      const isOpen = action.brush?.low === null && action.brush.high === null;
      const brushes =
        action.brush === undefined || isOpen ? others : { ...others, [action.axis]: action.brush };
      return { ...choices, brushes };
    }
    case 'clear':
      return { ...choices, brushes: {} };
    case 'flip': {
      const others = choices.flipped.filter((key) => key !== action.axis);
      const flipped = others.length < choices.flipped.length ? others : [...others, action.axis];
      return { ...choices, flipped };
    }
    case 'move': {
      const others = action.axes.filter((key) => key !== action.axis);
      const to = Math.min(others.length, Math.max(0, action.to));
      return { ...choices, order: others.toSpliced(to, 0, action.axis) };
    }
  }
}

/** Outcomes, whose values another task does not share. */
const OUTCOMES: readonly string[] = [
  ...['finalTrain', 'finalHeldOut', 'lowest', 'stepsToTarget', 'seconds'],
  ...['meanRank', 'ratio', 'divergedTasks', 'reached'],
];

function settingBrushes(
  { brushes }: SweepChoices,
  isOther: boolean,
): Pick<SweepChoices, 'brushes'> {
  const kept = Object.entries(brushes).filter(([key]) => !isOther && !OUTCOMES.includes(key));
  return { brushes: Object.fromEntries(kept) };
}

/** The keys in the order that was chosen; those that were never moved keep their places among each other. */
export function orderAxes(keys: readonly string[], order: readonly string[]): string[] {
  const moved = order.filter((key) => keys.includes(key));
  return [...moved, ...keys.filter((key) => !moved.includes(key))];
}

/** The choices inside a kept state; whatever is missing or out of shape has its default. */
export function readSweepChoices(kept: unknown): SweepChoices {
  const { task, optimizer, color, order, flipped, brushes, setting, sort } = recordOf(kept);
  const sortOf = recordOf(sort);
  return {
    task: typeof task === 'string' ? task : null,
    ...(typeof optimizer === 'string' || optimizer === null ? { optimizer } : {}),
    ...(typeof color === 'string' ? { color } : {}),
    order: textsOf(order),
    flipped: textsOf(flipped),
    brushes: Object.fromEntries(
      Object.entries(recordOf(brushes)).flatMap(([key, brush]) => {
        const { low, high } = recordOf(brush);
        return isEnd(low) && isEnd(high) ? [[key, { low, high }] as const] : [];
      }),
    ),
    ...(typeof setting === 'string' ? { setting } : {}),
    ...(typeof sortOf['key'] === 'string'
      ? { sort: { key: sortOf['key'], descending: sortOf['descending'] === true } }
      : {}),
  };
}

function isEnd(value: unknown): value is number | null {
  return value === null || (typeof value === 'number' && Number.isFinite(value));
}

function textsOf(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((one) => typeof one === 'string') : [];
}

function recordOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : {};
}
