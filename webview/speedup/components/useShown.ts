/** What all parts of the view need to draw, and to change what is drawn. */
import { useEffect, useMemo, useState } from 'preact/hooks';
import type { EvaluationOverview, SpeedupViewMessage } from '../../../src/protocol/live/index';
import { looksOf } from '../looks';
import type { Look } from '../looks';
import { listTasks, resolveChoices } from '../ranking';
import type { Chosen } from '../ranking';
import type { SectionName, ViewChoices } from '../view';

export interface Shown {
  readonly overview: EvaluationOverview;
  readonly looks: readonly Look[];
  readonly choices: ViewChoices;
  readonly chosen: Chosen;
  /** Indices of the tasks in the order of the table. */
  readonly listed: readonly number[];
  readonly narrow: boolean;
  readonly change: (changes: Partial<ViewChoices>) => void;
  /** Chooses a task, and the optimizer that it was pointed at by. */
  readonly choose: (task: number, optimizer?: number) => void;
  readonly openTask: (task: number) => void;
  readonly isOpen: (section: SectionName) => boolean;
  readonly toggle: (section: SectionName) => (open: boolean) => void;
}

export interface ShownOptions {
  readonly overview: EvaluationOverview;
  readonly breakpoint: 'wide' | 'middle' | 'narrow';
  /** Choices that the host kept. */
  readonly initial: ViewChoices;
  readonly post: (message: SpeedupViewMessage) => void;
  readonly keep: (choices: ViewChoices) => void;
}

export function useShown({ overview, breakpoint, initial, post, keep }: ShownOptions): Shown {
  const [choices, setChoices] = useState(initial);
  useEffect(() => {
    keep(choices);
  }, [choices]);
  const change = (changes: Partial<ViewChoices>) => {
    setChoices((before) => ({ ...before, ...changes }));
  };
  const chosen = useMemo(() => resolveChoices(overview, choices), [overview, choices]);
  const listed = useMemo(
    () => listTasks(overview, chosen.sort, choices),
    [overview, chosen.sort, choices],
  );
  const looks = useMemo(() => looksOf(overview), [overview]);
  return {
    ...{ overview, looks, choices, chosen, listed, change },
    narrow: breakpoint === 'narrow',
    choose: (task, optimizer) => {
      const front = optimizer === undefined ? choices.front : overview.optimizers[optimizer]?.label;
      change({ task: overview.tasks[task]?.name, front });
    },
    openTask: (task) => {
      post({ type: 'trainTask', task });
    },
    isOpen: (section) => !choices.closed.includes(section),
    toggle: (section) => (open) => {
      const others = choices.closed.filter((name) => name !== section);
      change({ closed: open ? others : [...others, section] });
    },
  };
}
