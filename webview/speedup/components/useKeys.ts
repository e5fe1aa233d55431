/** Keys of the whole view: from task to task, from optimizer to optimizer. None is the only way to anything. */
import type { RefObject } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import type { Shown } from './useShown';

/** The task that a key leads to, by rank of the front optimizer. */
const RANKS: Readonly<Record<string, (at: number, count: number) => number>> = {
  ArrowDown: (at) => at + 1,
  ArrowRight: (at) => at + 1,
  ArrowUp: (at) => at - 1,
  ArrowLeft: (at) => at - 1,
  Home: () => 0,
  End: (_, count) => count - 1,
};

/** Listens while the view has the focus and nothing is typed. Controls that use a key themselves keep it. */
export function useKeys(page: RefObject<HTMLElement | null>, shown: Shown): void {
  const newest = useRef(shown);
  newest.current = shown;
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
      if (!isOurs(event, page.current)) return;
      if (act(event, newest.current)) event.preventDefault();
    };
    window.addEventListener('keydown', onKey);
    return () => {
      window.removeEventListener('keydown', onKey);
    };
  }, []);
}

function isOurs({ target }: KeyboardEvent, page: HTMLElement | null): boolean {
  if (!(target instanceof Element)) return false;
  if (target.closest('input, select, textarea, dialog, [role=menu]') !== null) return false;
  return target === document.body || page?.contains(target) === true;
}

/** @returns whether the key meant something */
function act({ key, target }: KeyboardEvent, shown: Shown): boolean {
  const { chosen, overview, choices, choose, openTask, change } = shown;
  // There a task is one choice among several, and arrows belong to axes and rows.
  if (choices.chart === 'sweep') return false;
  if (key === '[' || key === ']') return turn(shown, key === ']' ? 1 : -1);
  if (key === 'Escape' && chosen.task !== undefined) {
    change({ task: null });
    return true;
  }
  const isOnButton = target instanceof Element && target.closest('button') !== null;
  if (key === 'Enter' && !isOnButton && chosen.task !== undefined) {
    openTask(chosen.task);
    return true;
  }
  const rank = RANKS[key];
  const count = chosen.ranked.length;
  if (rank === undefined || count === 0 || overview.tasks.length === 0) return false;
  const at = chosen.ranked.findIndex(({ index }) => index === chosen.task);
  const next = Math.min(count - 1, Math.max(0, rank(at, count)));
  choose(chosen.ranked[next]!.index);
  return true;
}

function turn({ overview, chosen, change }: Shown, by: number): boolean {
  const { optimizers } = overview;
  const next = optimizers[(chosen.front + by + optimizers.length) % optimizers.length];
  if (next === undefined) return false;
  change({ front: next.label });
  return true;
}
