/** All that the parts of the sweep draw and change. */
import type { RefObject } from 'preact';
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { SweepTable, SweptSetting } from '../../../src/protocol/live/index';
import { idOf, passes } from '../figures/parallel';
import { sweepAxes } from '../figures/sweepAxes';
import type { SweepAxis } from '../figures/sweepAxes';
import { wantsSweep } from '../model';
import type { SpeedupModel } from '../model';
import { changeSweep, orderAxes } from '../sweepChoices';
import type { SweepAction, SweepChoices } from '../sweepChoices';
import { sortSettings } from '../sweepTable';
import type { ShownOptions } from './useShown';
import type { Shown } from './useShown';

export interface SweepShown {
  readonly shown: Shown;
  /** Undefined until it has come. */
  readonly table: SweepTable | undefined;
  readonly choices: SweepChoices;
  /** Index of the task; undefined: all. */
  readonly task: number | undefined;
  /** Optimizers that are swept; those with one setting are seen among everybody's. */
  readonly swept: readonly string[];
  /** Whose settings are shown; null: everybody's. */
  readonly optimizer: string | null;
  readonly settings: readonly SweptSetting[];
  /** In the order in which they are drawn. */
  readonly axes: readonly SweepAxis[];
  readonly outcomes: readonly SweepAxis[];
  readonly color: SweepAxis;
  /** Those inside of every brush, as the table sorts them. */
  readonly brushed: readonly SweptSetting[];
  readonly act: (action: SweepAction) => void;
  /** Ids of what is pointed at, and of what was chosen. */
  readonly hovered: string | undefined;
  readonly hover: (id: string | undefined) => void;
  /** The chart for pictures. */
  readonly frame: RefObject<SVGSVGElement | null>;
}

export function useSweep(
  model: SpeedupModel,
  shown: Shown,
  post: ShownOptions['post'],
): SweepShown {
  const { overview, choices: view, change } = shown;
  const { sweep: choices } = view;
  const [hovered, hover] = useState<string>();
  const frame = useRef<SVGSVGElement>(null);
  const named = overview.tasks.findIndex(({ name }) => name === choices.task);
  const task = named < 0 ? undefined : named;
  const isAsked = view.chart === 'sweep' && wantsSweep(model, task);
  useEffect(() => {
    if (isAsked) post({ type: 'sweep', ...(task === undefined ? {} : { task }) });
  }, [isAsked, task, overview]);
  const table = model.sweeps.get(task)?.sweep;
  const derived = useMemo(() => derive(table, choices), [table, choices]);
  return {
    ...{ shown, table, choices, task, hovered, hover, frame, ...derived },
    act: (action) => {
      change({ sweep: changeSweep(choices, action) });
    },
  };
}

function derive(table: SweepTable | undefined, choices: SweepChoices) {
  const all = table?.settings ?? [];
  const counts = new Map<string, number>();
  for (const { optimizer } of all) counts.set(optimizer, (counts.get(optimizer) ?? 0) + 1);
  const swept = [...counts].filter(([, count]) => count > 1).map(([optimizer]) => optimizer);
  const wanted = choices.optimizer;
  const isKnown = wanted === null || (wanted !== undefined && swept.includes(wanted));
  const optimizer = isKnown ? wanted : (swept[0] ?? null);
  const settings = all.filter((one) =>
    // One alone has nothing to be ranked among.
    optimizer === null
      ? table?.task !== undefined || swept.includes(one.optimizer)
      : one.optimizer === optimizer,
  );
  const known = sweepAxes(settings, table?.task !== undefined);
  const keys = orderAxes(
    known.map(({ key }) => key),
    choices.order,
  );
  const axes = keys.map((key) => known.find((axis) => axis.key === key)!);
  const outcomes = known.filter(({ isOutcome }) => isOutcome);
  const color = outcomes.find(({ key }) => key === choices.color) ?? outcomes[0]!;
  const inside = settings.filter((setting) => passes(setting, axes, choices.brushes));
  const sort = choices.sort ?? { key: color.key, descending: color.better === 'high' };
  const brushed = sortSettings(inside, known, sort);
  return { swept, optimizer, settings, axes, outcomes, color, brushed };
}

/** The setting whose curves stand out: what is pointed at, else what was chosen. */
export function frontOf({ settings, hovered, choices }: SweepShown): SweptSetting | undefined {
  const id = hovered ?? choices.setting;
  return settings.find((setting) => idOf(setting) === id);
}
