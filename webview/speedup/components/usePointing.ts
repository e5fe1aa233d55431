/** What the pointer does on parallel coordinates: brushes along an axis, points at a line, chooses it. */
import { useRef } from 'preact/hooks';
import { brushBetween, lineAt } from '../figures/parallel';
import type { ParallelFigure, PlacedAxis } from '../figures/parallel';
import type { SweepShown } from './useSweep';

/** Pixels from an axis within which a drag brushes it. */
const GRAB = 16;

interface Drag {
  readonly key: string;
  readonly from: number;
}

export interface Place {
  readonly x: number;
  readonly y: number;
}

type Pointed = PointerEvent & { readonly currentTarget: HTMLElement };

export interface PointingOptions {
  readonly sweep: SweepShown;
  readonly figure: ParallelFigure;
  /** Axes lie below each other. */
  readonly isNarrow: boolean;
  /** Where the pointer is on the screen while it points at a line. */
  readonly setPointer: (place: Place | undefined) => void;
}

/** Handlers for the element that the figure fills. */
export function usePointing({ sweep, figure, isNarrow, setPointer }: PointingOptions) {
  const { act, hover } = sweep;
  const drag = useRef<Drag | undefined>(undefined);
  const placeOf = (event: Pointed): Place => {
    const box = event.currentTarget.getBoundingClientRect();
    return { x: event.clientX - box.left, y: event.clientY - box.top };
  };
  const along = ({ x, y }: Place) => (isNarrow ? x : y);
  const axisNear = ({ x, y }: Place): PlacedAxis | undefined =>
    figure.axes.find(({ at }) => Math.abs(at - (isNarrow ? y : x)) <= GRAB);
  return {
    onPointerDown(event: Pointed): void {
      const place = placeOf(event);
      const near = axisNear(place);
      if (near === undefined || event.button !== 0) return;
      event.currentTarget.setPointerCapture(event.pointerId);
      drag.current = { key: near.axis.key, from: gripOrigin(event, near) ?? along(place) };
    },
    onPointerMove(event: Pointed): void {
      const place = placeOf(event);
      const { current } = drag;
      if (current === undefined) {
        const line = axisNear(place) === undefined ? lineAt(figure, place) : undefined;
        hover(line?.id);
        setPointer(line && { x: event.clientX, y: event.clientY });
        return;
      }
      const axis = figure.axes.find((one) => one.axis.key === current.key);
      const brush = axis && brushBetween(axis, current.from, along(place));
      if (brush !== undefined) act({ type: 'brush', axis: current.key, brush });
    },
    onPointerUp(event: Pointed): void {
      const place = placeOf(event);
      const { current } = drag;
      drag.current = undefined;
      if (current !== undefined) {
        const axis = figure.axes.find((one) => one.axis.key === current.key);
        const brush = axis && brushBetween(axis, current.from, along(place));
        act({ type: 'brush', axis: current.key, brush });
        return;
      }
      const line = lineAt(figure, place);
      if (line) act({ type: 'choose', changes: { setting: line.id } });
    },
    onPointerLeave(): void {
      hover(undefined);
      setPointer(undefined);
    },
  };
}

/** Where the brush begins that a grip at one of its ends is drawn from: at its other end. */
function gripOrigin({ target }: PointerEvent, place: PlacedAxis): number | undefined {
  const grip = target instanceof Element ? target.closest<HTMLElement>('[data-end]') : null;
  if (grip === null) return undefined;
  const { low, high, beyond, brush } = place;
  return grip.dataset['end'] === 'low' ? (brush?.to ?? beyond ?? high) : (brush?.from ?? low);
}
