/** Keys of the whole panel; a track handles its own first (webview/shared/track). None is the only way to anything. */
import type { RunAction } from '../../src/protocol/live/index';
import { canDo, runControls } from './actions';
import { chosenTensor } from './panel';
import type { Panel } from './panel';

/** What needs no key: where something is typed, chosen or already opened. */
const INPUTS = 'input, select, textarea, dialog, [role=menu], [role=radiogroup]';

/** Handles a key press anywhere in the panel; true when it was one of ours. */
export function panelKey(event: KeyboardEvent, panel: Panel, openTable: () => void): boolean {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return false;
  const { target } = event;
  if (target instanceof Element && target.closest(INPUTS) !== null) return false;
  if (target instanceof HTMLButtonElement && event.key === ' ') return false;
  return (
    cursorKey(event, panel) ||
    zoomKey(event, panel) ||
    tensorKey(event, panel) ||
    runKey(event, panel) ||
    tableKey(event, openTable)
  );
}

function cursorKey({ key, shiftKey }: KeyboardEvent, { cursor }: Panel): boolean {
  const distance = shiftKey ? 10 : 1;
  if (key === 'ArrowLeft') cursor.move(-distance);
  else if (key === 'ArrowRight') cursor.move(distance);
  else if (key === 'Home') cursor.moveToStart();
  else if (key === 'End') cursor.moveToEnd();
  else if (key === 'Escape') cursor.unpin();
  else return false;
  return true;
}

function zoomKey({ key }: KeyboardEvent, { track, cursor }: Panel): boolean {
  if (key === '0') track.onReset?.();
  else if (key === '+' || key === '=') track.onZoom?.(0.5, cursor.step);
  else if (key === '-') track.onZoom?.(2, cursor.step);
  else return false;
  return true;
}

function tensorKey({ key }: KeyboardEvent, { data, view, change }: Panel): boolean {
  const distance = { '[': -1, ']': 1 }[key];
  const count = data.trace?.meta.tensors.length ?? 0;
  if (distance === undefined || count === 0) return false;
  change({ tensor: (chosenTensor(data, view) + distance + count) % count });
  return true;
}

function runKey({ key }: KeyboardEvent, { data, post }: Panel): boolean {
  const controls = runControls(data);
  const action: RunAction | undefined =
    key === '.' ? 'step' : key === ' ' && controls.main !== 'resume' ? controls.main : undefined;
  if (action === undefined || !canDo(controls, action)) return false;
  post({ type: 'control', action });
  return true;
}

function tableKey({ key }: KeyboardEvent, openTable: () => void): boolean {
  if (key.toLowerCase() !== 't') return false;
  openTable();
  return true;
}
