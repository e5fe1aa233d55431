/** What is done to an axis: its name is dragged to move it and clicked to flip it, two grips at its ends brush it. */
import { Fragment } from 'preact';
import { useRef } from 'preact/hooks';
import { px } from '../../shared/px';
import { brushOfStops, brushStops, placeAt, stopText, stopsOf } from '../figures/parallel';
import type { ParallelFigure, PlacedAxis } from '../figures/parallel';
import type { SweepShown } from './useSweep';

export interface AxisControlsProps {
  readonly sweep: SweepShown;
  readonly figure: ParallelFigure;
  readonly place: PlacedAxis;
  readonly index: number;
  /** Room for the name, in pixels, and the name as it is broken into it. */
  readonly room: number;
  readonly lines: readonly string[];
}

export function AxisControls(props: AxisControlsProps) {
  return (
    <>
      <AxisName {...props} />
      <Grip {...props} end="low" />
      <Grip {...props} end="high" />
    </>
  );
}

const DRAG_SLACK = 6;
/** With less room for a name its arrow stands below it. */
export const CRAMPED = 90;

function AxisName({ sweep, figure, place, index, room, lines }: AxisControlsProps) {
  const { axes, act } = sweep;
  const { axis, at, isFlipped } = place;
  const { isNarrow } = figure;
  const drag = useRef<{ readonly from: number; isMoving: boolean } | undefined>(undefined);
  const keys = axes.map(({ key }) => key);
  const move = (to: number) => {
    if (to !== index) act({ type: 'move', axis: axis.key, to, axes: keys });
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const by = { ArrowLeft: -1, ArrowUp: -1, ArrowRight: 1, ArrowDown: 1 }[event.key];
    if (by !== undefined) move(index + by);
    else if (event.key === 'Delete' || event.key === 'Backspace')
      act({ type: 'brush', axis: axis.key, brush: undefined });
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  const style = isNarrow
    ? { left: px(7), top: px(at - 38), maxWidth: px(room) }
    : { left: px(at - room / 2), top: px(0), width: px(room) };
  return (
    <button
      type="button"
      class={room < CRAMPED ? 'axis-name cramped' : 'axis-name'}
      style={style}
      title={`${axis.title}: drag to move, click to flip`}
      aria-label={`${axis.title}, axis ${index + 1} of ${axes.length}${isFlipped ? ', flipped' : ''}: Enter flips it, arrow keys move it`}
      onKeyDown={onKeyDown}
      onPointerDown={(event) => {
        event.stopPropagation();
        event.currentTarget.setPointerCapture(event.pointerId);
        drag.current = { from: isNarrow ? event.clientY : event.clientX, isMoving: false };
      }}
      onPointerMove={(event) => {
        const { current } = drag;
        if (current === undefined) return;
        const now = isNarrow ? event.clientY : event.clientX;
        current.isMoving ||= Math.abs(now - current.from) > DRAG_SLACK;
        const box = event.currentTarget.parentElement?.getBoundingClientRect();
        if (current.isMoving && box)
          move(placeAt(figure, now - (isNarrow ? box.top - 30 : box.left)));
      }}
      onLostPointerCapture={() => {
        // The click that ends a drag comes after this.
        setTimeout(() => {
          drag.current = undefined;
        });
      }}
      onClick={() => {
        if (drag.current?.isMoving !== true) act({ type: 'flip', axis: axis.key });
      }}
    >
      <span class="axis-title">
        {lines.map((line) => (
          <Fragment key={line}>
            {line}
            <wbr />
          </Fragment>
        ))}
      </span>
      <span aria-hidden="true">{arrowOf(isNarrow, isFlipped)}</span>
    </button>
  );
}

/** Where values rise to. */
function arrowOf(isNarrow: boolean, isFlipped: boolean): string {
  if (isNarrow) return isFlipped ? '←' : '→';
  return isFlipped ? '↓' : '↑';
}

const GRIP = 24;

function Grip(props: AxisControlsProps & { readonly end: 'low' | 'high' }) {
  const { sweep, figure, place, end } = props;
  const { axis, at, low, high, beyond, brush } = place;
  const { isNarrow } = figure;
  const brushed = sweep.choices.brushes[axis.key];
  const stops = stopsOf(axis, sweep.settings);
  const range = brushStops(stops, brushed);
  const sign = Math.sign(high - low);
  const edge = end === 'low' ? (brush?.from ?? low) : (brush?.to ?? beyond ?? high);
  const along = edge + (end === 'low' ? -sign : sign) * (GRIP / 2);
  const centre = isNarrow ? { x: along, y: at } : { x: at, y: along };
  const onKeyDown = (event: KeyboardEvent) => {
    const next = moved(event.key, { at: range[end], last: stops.length - 1 });
    if (next !== undefined) {
      const changed = { ...range, [end]: next };
      if (changed.low <= changed.high)
        sweep.act({ type: 'brush', axis: axis.key, brush: brushOfStops(stops, changed) });
    } else if (event.key === 'Delete' || event.key === 'Backspace')
      sweep.act({ type: 'brush', axis: axis.key, brush: undefined });
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  const stop = stops[range[end]];
  return (
    <span
      class={brushed === undefined ? 'axis-grip' : 'axis-grip brushed'}
      role="slider"
      tabIndex={0}
      style={{ left: px(centre.x - GRIP / 2), top: px(centre.y - GRIP / 2) }}
      aria-label={`${axis.title}: ${end === 'low' ? 'lowest' : 'highest'} shown`}
      aria-orientation={isNarrow ? 'horizontal' : 'vertical'}
      aria-valuemin={0}
      aria-valuemax={Math.max(0, stops.length - 1)}
      aria-valuenow={range[end]}
      aria-valuetext={stop === undefined ? 'none' : stopText(axis, stop)}
      data-end={end}
      onKeyDown={onKeyDown}
    >
      <svg width={GRIP} height={GRIP} aria-hidden="true">
        <path d="M7 15L12 9L17 15Z" transform={`rotate(${turnOf(isNarrow, sign, end)} 12 12)`} />
      </svg>
    </span>
  );
}

/** It points away from its brush. */
function turnOf(isNarrow: boolean, sign: number, end: 'low' | 'high'): number {
  const outward = end === 'high' ? sign : -sign;
  if (isNarrow) return outward > 0 ? 90 : -90;
  return outward > 0 ? 180 : 0;
}

/** The stop that a key leads to. */
function moved(
  key: string,
  { at, last }: { readonly at: number; readonly last: number },
): number | undefined {
  const next = {
    ...{ ArrowUp: at + 1, ArrowRight: at + 1, ArrowDown: at - 1, ArrowLeft: at - 1 },
    ...{ PageUp: at + 10, PageDown: at - 10, Home: 0, End: last },
  }[key];
  return next === undefined ? undefined : Math.min(last, Math.max(0, next));
}
