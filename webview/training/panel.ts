/** What every part of the panel needs: data, choices, the shared step axis and cursor. */
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { TrainingViewMessage } from '../../src/protocol/live/index';
import { num } from '../shared/format';
import { stepScale, zoomRange } from '../shared/scales';
import type { Range, StepScale, Tick } from '../shared/scales';
import { createCursor } from '../shared/track';
import type { CursorStore, TrackProps } from '../shared/track';
import { trackGutters, useBreakpoint } from '../shared/useSize';
import type { Breakpoint, Gutters } from '../shared/useSize';
import { lossCurves } from './figures/loss';
import type { LossCurves } from './figures/loss';
import { lossReadout, newestStep, tensorReadouts } from './figures/readouts';
import type { Training } from './model';
import { SECTIONS, toggled } from './view';
import type { SectionId, View } from './view';

/** The step axis that all tracks share. */
export interface Axis {
  readonly breakpoint: Breakpoint;
  /** Of the tracks, in pixels; 0 while the panel is hidden. */
  readonly width: number;
  readonly gutters: Gutters;
  readonly scale: StepScale;
  readonly ticks: readonly Tick[];
  /** The ticks without their labels, for tracks that leave these to the ones below. */
  readonly bareTicks: readonly Tick[];
}

export interface Panel {
  readonly data: Training;
  readonly curves: LossCurves;
  readonly view: View;
  readonly change: (patch: Partial<View>) => void;
  readonly post: (message: TrainingViewMessage) => void;
  readonly cursor: CursorStore;
  readonly axis: Axis;
  /** What all tracks have in common. */
  readonly track: Pick<
    TrackProps,
    'width' | 'scale' | 'cursor' | 'valueText' | 'onBrush' | 'onReset' | 'onZoom'
  >;
}

export interface PanelOptions {
  readonly data: Training;
  readonly initialView: View;
  readonly post: (message: TrainingViewMessage) => void;
  /** Keeps the view for the next time. */
  readonly keep: (view: View) => void;
  /** Width of the whole panel and of its tracks. */
  readonly panelWidth: number;
  readonly trackWidth: number;
}

export function usePanel(options: PanelOptions): Panel {
  const { data, post, panelWidth, trackWidth } = options;
  const { view, change, cursor } = useKeptView(options);
  const axis = useAxis(data.main.entry.numSteps, view, panelWidth, trackWidth);
  const { main, series, shown, trace, run } = data;
  const curves = useMemo(
    () => lossCurves(data, view.smoothing),
    [main, series, shown, run, view.smoothing],
  );
  useEffect(() => {
    cursor.setPoints(trace?.steps.length ? trace.steps : main.steps, newestStep(data));
  }, [cursor, trace?.steps, main.steps, main.heldOutSteps]);
  useSelection(data, view, post);

  const bounds: Range = [0, data.main.entry.numSteps];
  const zoomTo = (range: Range | undefined) => {
    const whole = range === undefined || (range[0] <= bounds[0] && range[1] >= bounds[1]);
    change({ range: whole ? undefined : [range[0], range[1]] });
  };
  return {
    data,
    curves,
    view,
    change,
    post,
    cursor,
    axis,
    track: {
      width: axis.width,
      scale: axis.scale,
      cursor,
      valueText: (step) => spokenValues(data, curves, view, step),
      onBrush: ([from, to]) => {
        zoomTo([from, Math.max(to, from + 5)]);
      },
      onReset: () => {
        zoomTo(undefined);
      },
      onZoom: (factor, step) => {
        zoomTo(zoomRange(view.range ?? bounds, factor, step, bounds));
      },
    },
  };
}

/** The view as state, kept a moment after it or the pinned step changed. */
function useKeptView({ initialView, keep }: PanelOptions) {
  const [view, setView] = useState(initialView);
  const cursor = useMemo(() => {
    const created = createCursor();
    if (initialView.pinned !== undefined) created.pin(initialView.pinned);
    return created;
  }, []);
  const latest = useRef(view);
  latest.current = view;
  const keepSoon = useMemo(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    return () => {
      clearTimeout(timer);
      timer = setTimeout(() => {
        keep({ ...latest.current, pinned: cursor.pinned });
      }, 200);
    };
  }, []);
  useEffect(keepSoon, [view]);
  useEffect(() => {
    let { pinned } = cursor;
    return cursor.subscribe(() => {
      if (cursor.pinned === pinned) return;
      pinned = cursor.pinned;
      keepSoon();
    });
  }, [cursor]);
  const change = useMemo(
    () => (patch: Partial<View>) => {
      setView((current) => ({ ...current, ...patch }));
    },
    [],
  );
  return { view, change, cursor };
}

function useAxis(numSteps: number, view: View, panelWidth: number, width: number): Axis {
  const breakpoint = useBreakpoint(panelWidth);
  const { stepAxis } = view;
  const [from, to] = view.range ?? [0, numSteps];
  return useMemo(() => {
    const gutters = trackGutters(breakpoint);
    const left = gutters.left;
    const right = Math.max(left + 1, width - gutters.right);
    const scale = stepScale({ kind: stepAxis, from, to, left, right });
    const ticks = scale.axisTicks(Math.max(3, (right - left) / 110));
    return {
      breakpoint,
      width,
      gutters,
      scale,
      ticks,
      bareTicks: ticks.map(({ value }) => ({ value, label: '' })),
    };
  }, [breakpoint, stepAxis, from, to, width]);
}

/** Tells the host which part of the trace is drawn; the rest isn't sent. */
function useSelection(data: Training, view: View, post: PanelOptions['post']): void {
  const { quantity } = view;
  const tensor = chosenTensor(data, view);
  const sent = useRef<string>(undefined);
  const hasTrace = data.trace !== undefined;
  useEffect(() => {
    if (!hasTrace) return;
    const known = data.trace.distribution?.quantity;
    const wanted = quantity === 'ratio' ? (known ?? 'update') : quantity;
    const key = `${wanted} ${tensor}`;
    const isThere = known === wanted && data.trace.detail?.tensor === tensor;
    if (sent.current === key || (sent.current === undefined && isThere)) return;
    sent.current = key;
    post({ type: 'select', selection: { quantity: wanted, tensor } });
  }, [hasTrace, quantity, tensor]);
}

/** The chosen tensor, inside what the trace has. */
export function chosenTensor({ trace }: Training, { tensor }: Pick<View, 'tensor'>): number {
  return Math.max(0, Math.min(tensor, (trace?.meta.tensors.length ?? 1) - 1));
}

/** `Step 866, train loss 0.411, held-out 0.512, layer0/w multiplier −0.338` */
function spokenValues(data: Training, curves: LossCurves, view: View, step: number): string {
  const { train, heldOut } = lossReadout(data, curves, step);
  const parts = [`Step ${step}`, `train loss ${num(train)}`];
  if (heldOut) parts.push(`held-out ${num(heldOut.loss)}`);
  const tensor = data.trace && tensorReadouts(data.trace, step)[chosenTensor(data, view)];
  if (tensor && Number.isFinite(tensor.multiplier))
    parts.push(`${tensor.name} multiplier ${num(tensor.multiplier)}`);
  return parts.join(', ');
}

/** Whether a section is open, and how to change that. */
export function sectionState({ view, change }: Panel, id: SectionId) {
  return {
    open: !view.collapsed.includes(id),
    onToggle: () => {
      change({ collapsed: toggled(view.collapsed, id).filter((one) => SECTIONS.includes(one)) });
    },
  };
}
