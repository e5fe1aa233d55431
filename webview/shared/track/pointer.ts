/** What the pointer does on a track: hover, click, drag along x (or y), double click. Knows pixels only. */

export interface PointerPlace {
  readonly x: number;
  readonly y: number;
}
export type DragAxis = 'x' | 'y';

export interface PointerHandlers {
  readonly onMove: (place: PointerPlace) => void;
  readonly onLeave: () => void;
  readonly onClick: (place: PointerPlace) => void;
  /** While a drag lasts; undefined when it was given up. */
  readonly onDrag: (axis: DragAxis, from: number, to: number) => void;
  readonly onDragEnd: (axis: DragAxis, from: number, to: number) => void;
  readonly onDragCancel: () => void;
  readonly onDoubleClick: () => void;
}

interface Press {
  readonly pointerId: number;
  readonly start: PointerPlace;
  axis: DragAxis | undefined;
}

/** Pixels that the pointer may move during a click. */
const CLICK_SLACK = 4;

/**
 * Listens on `element`; the handlers are read at each event, so they may change.
 * @param axes  which drags there are
 * @returns ends it
 */
export function trackPointer(
  element: HTMLElement,
  axes: () => readonly DragAxis[],
  handlers: () => PointerHandlers,
): () => void {
  const ending = new AbortController();
  const { signal } = ending;
  let press: Press | undefined;
  const cancel = () => {
    if (press === undefined) return;
    press = undefined;
    handlers().onDragCancel();
  };
  const on = <Name extends keyof HTMLElementEventMap>(
    name: Name,
    listener: (event: HTMLElementEventMap[Name]) => void,
  ) => {
    element.addEventListener(name, listener, { signal });
  };
  on('pointerdown', (event) => {
    if (event.button !== 0) return;
    press = { pointerId: event.pointerId, start: placeOf(element, event), axis: undefined };
  });
  on('pointermove', (event) => {
    const place = placeOf(element, event);
    handlers().onMove(place);
    if (press === undefined) return;
    press.axis ??= dragAxis(press.start, place, axes());
    if (press.axis === undefined) return;
    element.setPointerCapture(press.pointerId);
    handlers().onDrag(press.axis, press.start[press.axis], place[press.axis]);
  });
  on('pointerup', (event) => {
    if (press === undefined) return;
    const { axis, start } = press;
    const place = placeOf(element, event);
    press = undefined;
    if (axis === undefined) handlers().onClick(place);
    else handlers().onDragEnd(axis, start[axis], place[axis]);
  });
  on('pointerleave', () => {
    handlers().onLeave();
  });
  on('pointercancel', cancel);
  on('keydown', (event) => {
    if (event.key !== 'Escape' || press === undefined) return;
    event.stopImmediatePropagation();
    cancel();
  });
  on('dblclick', () => {
    handlers().onDoubleClick();
  });
  return () => {
    ending.abort();
  };
}

function placeOf(element: HTMLElement, event: MouseEvent): PointerPlace {
  const box = element.getBoundingClientRect();
  return { x: event.clientX - box.left, y: event.clientY - box.top };
}

function dragAxis(
  start: PointerPlace,
  now: PointerPlace,
  axes: readonly DragAxis[],
): DragAxis | undefined {
  const dx = Math.abs(now.x - start.x);
  const dy = Math.abs(now.y - start.y);
  if (Math.max(dx, dy) < CLICK_SLACK) return undefined;
  const wanted: DragAxis = dx >= dy ? 'x' : 'y';
  return axes.includes(wanted) ? wanted : axes[0];
}
