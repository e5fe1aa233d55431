/**
 * One chart over the step axis: what it draws is its children's business; this adds the cursor line, the pointer and
 * the keyboard. For assistive technology a track is a slider over steps whose value is spoken; canvas and SVG inside
 * are hidden from it.
 */
import type { ComponentChildren } from 'preact';
import { useEffect, useLayoutEffect, useRef } from 'preact/hooks';
import { integer } from '../format';
import { px, sizePx } from '../px';
import type { Range, StepScale } from '../scales';
import type { CursorStore } from './cursor';
import { trackKey } from './keys';
import { type DragAxis, type PointerHandlers, trackPointer } from './pointer';

export interface TrackProps {
  /** The section's title; names the slider. */
  readonly title: string;
  readonly width: number;
  readonly height: number;
  readonly scale: StepScale;
  readonly cursor: CursorStore;
  /** What is spoken at a step: `Step 866, train loss 0.411, …`. */
  readonly valueText: (step: number) => string;
  /** Edges above and below the drawn area; the cursor line spans what is between. Default 0 and 0. */
  readonly top?: number | undefined;
  readonly bottom?: number | undefined;
  /** Whether the cursor line carries its step; on the uppermost track only. */
  readonly flag?: boolean | undefined;
  /** A click, after the step was pinned; `y` in pixels of the track. */
  readonly onPick?: ((step: number, y: number) => void) | undefined;
  /** A drag along x; whole steps, from < to. */
  readonly onBrush?: ((range: Range) => void) | undefined;
  /** A drag along y; pixels of the track, from < to. */
  readonly onBrushY?: ((range: Range) => void) | undefined;
  /** A double click, or the key 0. */
  readonly onReset?: (() => void) | undefined;
  /** The keys + (factor < 1) and − (factor > 1), around the cursor's step. */
  readonly onZoom?: ((factor: number, step: number) => void) | undefined;
  /** Where the pointer is; undefined when it left. For tooltips. */
  readonly onPointer?:
    ((place: { step: number; x: number; y: number } | undefined) => void) | undefined;
  /** Further keys (↑ ↓ [ ]); true when it was one. */
  readonly onKey?: ((event: KeyboardEvent) => boolean) | undefined;
  readonly children?: ComponentChildren;
}

export function Track(props: TrackProps) {
  const { title, width, height, scale, cursor, top = 0, bottom = 0, flag = false } = props;
  const element = useRef<HTMLDivElement>(null);
  const line = useRef<HTMLDivElement>(null);
  const brush = useRef<HTMLDivElement>(null);
  const latest = useRef(props);
  latest.current = props;

  useLayoutEffect(() => {
    const track = element.current;
    if (track === null) return;
    return trackPointer(track, () => dragAxes(latest.current), pointerHandlers(latest, brush));
  }, []);
  useCursorLine(cursor, scale, line);
  useSpokenValue(cursor, element, latest);

  return (
    <div
      ref={element}
      class="track"
      role="slider"
      tabIndex={0}
      aria-label={title}
      aria-valuemin={Math.round(scale.from)}
      aria-valuemax={Math.round(scale.to)}
      aria-valuenow={cursor.step}
      style={sizePx(width, height)}
      onKeyDown={(event) => {
        trackKey(event, latest.current);
      }}
    >
      <div class="track-content" aria-hidden="true">
        {props.children}
      </div>
      <div
        class="track-brush"
        ref={brush}
        hidden
        aria-hidden="true"
        style={{ top: px(top), bottom: px(bottom) }}
      />
      <div
        class="track-cursor"
        ref={line}
        hidden
        aria-hidden="true"
        style={{ top: px(top), bottom: px(bottom) }}
      >
        {flag && <span class="track-flag" />}
      </div>
    </div>
  );
}

interface Ref<T> {
  current: T;
}

function dragAxes({ onBrush, onBrushY }: TrackProps): DragAxis[] {
  return [...(onBrush ? (['x'] as const) : []), ...(onBrushY ? (['y'] as const) : [])];
}

/** The whole step under a pixel, inside the scale and not after the newest. */
function stepAt({ scale, cursor }: TrackProps, x: number): number {
  const from = Math.ceil(scale.from);
  const to = Math.max(from, Math.min(Math.floor(scale.to), cursor.newest));
  return Math.min(to, Math.max(from, Math.round(scale.toStep(x))));
}

function pointerHandlers(latest: Ref<TrackProps>, brush: Ref<HTMLElement | null>) {
  let pinnedBefore: number | undefined;
  const hideBrush = () => {
    if (brush.current) brush.current.hidden = true;
  };
  const handlers: PointerHandlers = {
    onMove: ({ x, y }) => {
      const { cursor, onPointer } = latest.current;
      const step = stepAt(latest.current, x);
      cursor.hover(step);
      onPointer?.({ step, x, y });
    },
    onLeave: () => {
      latest.current.cursor.hover(undefined);
      latest.current.onPointer?.(undefined);
    },
    onClick: ({ x, y }) => {
      const { cursor, onPick } = latest.current;
      const step = stepAt(latest.current, x);
      if (cursor.pinned !== step) pinnedBefore = cursor.pinned;
      cursor.pin(step);
      onPick?.(step, y);
    },
    onDrag: (axis, from, to) => {
      if (brush.current) placeBrush(brush.current, axis, from, to, latest.current);
    },
    onDragEnd: (axis, from, to) => {
      hideBrush();
      endBrush(latest.current, axis, from, to);
    },
    onDragCancel: hideBrush,
    onDoubleClick: () => {
      const { cursor, onReset } = latest.current;
      if (onReset === undefined) return;
      if (pinnedBefore === undefined) cursor.unpin();
      else cursor.pin(pinnedBefore);
      onReset();
    },
  };
  return () => handlers;
}

function placeBrush(
  element: HTMLElement,
  axis: DragAxis,
  from: number,
  to: number,
  { scale, top = 0, bottom = 0, height }: TrackProps,
): void {
  const [low, high] = axis === 'x' ? [scale.left, scale.right] : [top, height - bottom];
  const clamp = (value: number) => Math.min(high, Math.max(low, value));
  const start = clamp(Math.min(from, to));
  const length = clamp(Math.max(from, to)) - start;
  const box =
    axis === 'x'
      ? { left: start, width: length, top, height: height - top - bottom }
      : { left: scale.left, width: scale.right - scale.left, top: start, height: length };
  element.hidden = false;
  for (const [name, value] of Object.entries(box)) element.style.setProperty(name, px(value));
}

function endBrush(props: TrackProps, axis: DragAxis, from: number, to: number): void {
  const { scale, onBrush, onBrushY, height } = props;
  const low = Math.min(from, to);
  const high = Math.max(from, to);
  if (axis === 'y') {
    onBrushY?.([Math.max(0, low), Math.min(height, high)]);
    return;
  }
  const first = Math.round(Math.max(scale.from, scale.toStep(low)));
  const last = Math.round(Math.min(scale.to, scale.toStep(high)));
  if (last > first) onBrush?.([first, last]);
}

/** Moves the line without rendering: a pinned one is solid, a hovering one dotted, none while the run is followed. */
function useCursorLine(cursor: CursorStore, scale: StepScale, line: Ref<HTMLElement | null>): void {
  useLayoutEffect(() => {
    const place = () => {
      const element = line.current;
      if (element === null) return;
      const { step, pinned, hovering } = cursor;
      const shown = hovering || pinned !== undefined;
      element.hidden = !shown || step < scale.from || step > scale.to;
      if (element.hidden) return;
      element.style.translate = px(scale.toPixel(step));
      element.classList.toggle('hovering', hovering);
      const flag = element.firstElementChild;
      if (flag) flag.textContent = `step ${integer(step)}`;
    };
    place();
    return cursor.subscribe(place);
  }, [cursor, scale]);
}

/** Milliseconds after which a track without focus learns of the cursor's last move. */
const SPOKEN_DELAY_MS = 300;

function useSpokenValue(
  cursor: CursorStore,
  element: Ref<HTMLElement | null>,
  latest: Ref<TrackProps>,
): void {
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const write = () => {
      timer = undefined;
      element.current?.setAttribute('aria-valuenow', String(cursor.step));
      element.current?.setAttribute('aria-valuetext', latest.current.valueText(cursor.step));
    };
    const update = () => {
      if (document.activeElement === element.current) write();
      else timer ??= setTimeout(write, SPOKEN_DELAY_MS);
    };
    const track = element.current;
    track?.addEventListener('focus', write);
    write();
    const unsubscribe = cursor.subscribe(update);
    return () => {
      track?.removeEventListener('focus', write);
      clearTimeout(timer);
      unsubscribe();
    };
  }, [cursor]);
  // What is said also depends on what was chosen, as a cell or a tensor.
  useEffect(() => {
    if (document.activeElement === element.current)
      element.current?.setAttribute('aria-valuetext', latest.current.valueText(cursor.step));
  });
}
