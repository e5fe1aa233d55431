/** Keys of the whole view; a track handles its own first. None is the only way to anything. */
import type { RefObject } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import type { Panel } from '../panel';

/** What needs no key: where something is typed, chosen or already opened. */
const INPUTS = 'input, select, textarea, dialog, [role=menu], [role=radiogroup]';

export function useKeys(page: RefObject<HTMLElement | null>, panel: Panel): void {
  const newest = useRef(panel);
  newest.current = panel;
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
      const { target } = event;
      if (target instanceof Element && target.closest(INPUTS) !== null) return;
      if (act(event, newest.current) || openTable(event, page.current)) event.preventDefault();
    };
    window.addEventListener('keydown', onKey);
    return () => {
      window.removeEventListener('keydown', onKey);
    };
  }, []);
}

/** @returns whether the key meant something */
function act(event: KeyboardEvent, panel: Panel): boolean {
  return moveCursor(event, panel) || zoom(event, panel);
}

function moveCursor({ key, shiftKey }: KeyboardEvent, { cursor, data }: Panel): boolean {
  const distance = shiftKey ? 10 : 1;
  if (key === 'ArrowLeft') cursor.move(-distance);
  else if (key === 'ArrowRight') cursor.move(distance);
  else if (key === 'Home') cursor.moveToStart();
  else if (key === 'End') cursor.moveToEnd();
  else if (key === 'Escape') cursor.unpin();
  else if (key === '[' || key === ']') toValidation(key === ']', cursor, data.validations);
  else return false;
  return true;
}

function zoom({ key }: KeyboardEvent, { cursor, track }: Panel): boolean {
  if (key === '0') track.onReset?.();
  else if (key === '+' || key === '=') track.onZoom?.(0.5, cursor.step);
  else if (key === '-') track.onZoom?.(2, cursor.step);
  else return false;
  return true;
}

/** Puts the cursor on the validation before or after it. */
function toValidation(
  isForward: boolean,
  cursor: Panel['cursor'],
  validations: Panel['data']['validations'],
): void {
  const { step } = cursor;
  const next = isForward
    ? validations.find(({ iteration }) => iteration > step)
    : validations.findLast(({ iteration }) => iteration < step);
  if (next !== undefined) cursor.pin(next.iteration);
}

/** A section opens its own table; without one in focus, T means the first. */
function openTable({ key }: KeyboardEvent, page: HTMLElement | null): boolean {
  if (key.toLowerCase() !== 't') return false;
  page?.querySelector<HTMLElement>('button[aria-label$="as a table"]')?.click();
  return true;
}
