/** What all parts of the view need to draw, and to change what is drawn. */
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { MetaViewMessage } from '../../src/protocol/live/index';
import { stepScale, zoomRange } from '../shared/scales';
import type { Range, StepScale, Tick } from '../shared/scales';
import { createCursor } from '../shared/track';
import type { CursorStore, TrackProps } from '../shared/track';
import { trackGutters } from '../shared/useSize';
import type { Breakpoint, Gutters } from '../shared/useSize';
import { spokenAt } from './figures/words';
import type { MetaData } from './model';
import { toggled } from './view';
import type { SECTIONS, ViewChoices } from './view';

export interface Axis {
  readonly width: number;
  readonly gutters: Gutters;
  readonly scale: StepScale;
  readonly ticks: readonly Tick[];
}

export interface Panel {
  readonly data: MetaData;
  readonly canControl: boolean;
  readonly choices: ViewChoices;
  readonly breakpoint: Breakpoint;
  readonly cursor: CursorStore;
  /** Of the charts over outer iterations. */
  readonly axis: Axis;
  /** Width of the column at the right; the whole width where there is one column. */
  readonly sideWidth: number;
  readonly track: Omit<TrackProps, 'title' | 'height'>;
  readonly change: (changes: Partial<ViewChoices>) => void;
  readonly post: (message: MetaViewMessage) => void;
}

export interface PanelOptions {
  readonly data: MetaData;
  readonly canControl: boolean;
  readonly breakpoint: Breakpoint;
  readonly width: number;
  readonly initial: ViewChoices;
  readonly post: (message: MetaViewMessage) => void;
  readonly keep: (choices: ViewChoices) => void;
}

/** Of the column at the right, in pixels, without its line. */
const SIDE_WIDTH = 420;

export function usePanel(options: PanelOptions): Panel {
  const { data, canControl, breakpoint, width, initial, post, keep } = options;
  const [choices, setChoices] = useState(initial);
  const [zoom, setZoom] = useState<Range>();
  const cursor = useRef<CursorStore>(undefined);
  cursor.current ??= createCursor();
  const store = cursor.current;
  useEffect(() => {
    keep(choices);
  }, [choices]);
  const newest = Math.max(1, newestOf(data));
  const points = useMemo(() => pointsOf(data), [data.iterations, data.validations]);
  useEffect(() => {
    store.setPoints(points, newestOf(data));
  }, [points]);
  const axisWidth = breakpoint === 'wide' ? width - SIDE_WIDTH - 1 : width;
  // Room for half a mark at either end.
  const room = Math.min(0.4, 0.01 * newest);
  const whole: Range = [-room, newest + room];
  const [from, to] = zoom ?? whole;
  const axis = useMemo(
    () => axisOf(axisWidth, breakpoint, [from, to]),
    [...[axisWidth, breakpoint, from, to]],
  );
  const latest = useRef(data);
  latest.current = data;
  const track = {
    width: axis.width,
    scale: axis.scale,
    cursor: store,
    valueText: (step: number) => spokenAt(latest.current, step),
    onBrush: setZoom,
    onReset: () => {
      setZoom(undefined);
    },
    onZoom: (factor: number, step: number) => {
      const range = zoomRange([from, to], factor, step, whole);
      setZoom(range[0] <= whole[0] && range[1] >= whole[1] ? undefined : range);
    },
  };
  return {
    ...{ data, canControl, choices, breakpoint, axis, track, post },
    cursor: store,
    sideWidth: breakpoint === 'wide' ? SIDE_WIDTH : width,
    change: (changes) => {
      setChoices((before) => ({ ...before, ...changes }));
    },
  };
}

function axisOf(width: number, breakpoint: Breakpoint, [from, to]: Range): Axis {
  const gutters = gutterOf(breakpoint);
  const [left, right] = [gutters.left, Math.max(gutters.left + 1, width - gutters.right)];
  const scale = stepScale({ kind: 'linear', from, to, left, right });
  return { width, gutters, scale, ticks: scale.axisTicks(breakpoint === 'narrow' ? 4 : 8) };
}

/** Its charts have short labels at the left: 64 pixels are enough. */
function gutterOf(breakpoint: Breakpoint): Gutters {
  const gutters = trackGutters(breakpoint);
  return { ...gutters, left: Math.min(gutters.left, 64), right: 30 };
}

/** The newest outer iteration that something is known of. */
export function newestOf({ iterations, validations }: MetaData): number {
  return Math.max(iterations.iteration.at(-1) ?? 0, validations.at(-1)?.iteration ?? 0);
}

function pointsOf(data: MetaData): ArrayLike<number> {
  const { iteration } = data.iterations;
  const last = data.validations.at(-1)?.iteration;
  const isAhead = last !== undefined && last > (iteration.at(-1) ?? -1);
  return isAhead ? [...iteration, last] : iteration;
}

export function sectionState({ choices, change }: Panel, id: (typeof SECTIONS)[number]) {
  return {
    open: !choices.closed.includes(id),
    onToggle: () => {
      change({ closed: toggled(choices.closed, id) });
    },
  };
}

/** Edges of a chart without ticks below: another one with the same axis follows. */
export function withoutTicks(gutters: Gutters): Gutters {
  return { ...gutters, bottom: 4 };
}
