/** The parallel coordinates with what the pointer does on them: brushes along an axis, points at a line, chooses it. */
import { useMemo, useRef, useState } from 'preact/hooks';
import { Tooltip } from '../../shared/components';
import { px } from '../../shared/px';
import { textWidth } from '../../shared/text';
import { useThemeVersion } from '../../shared/theme';
import { useSize } from '../../shared/useSize';
import { brushBetween, lineAt, lyingHeight, parallelFigure } from '../figures/parallel';
import type { PlacedAxis } from '../figures/parallel';
import type { SweepAxis } from '../figures/sweepAxes';
import { describeSweep } from '../figures/sweepWords';
import { AxisControls } from './AxisControls';
import { ParallelLines } from './ParallelLines';
import { SettingTip } from './SettingTip';
import type { SweepShown } from './useSweep';

const HEIGHT = 392;
/** Pixels from an axis within which a drag brushes it. */
const GRAB = 16;

interface Drag {
  readonly key: string;
  readonly from: number;
}

interface Place {
  readonly x: number;
  readonly y: number;
}

export function ParallelChart({ sweep }: { readonly sweep: SweepShown }) {
  const { shown, settings, axes, choices, color, act, hover, frame } = sweep;
  const room = useRef<HTMLDivElement>(null);
  const drag = useRef<Drag | undefined>(undefined);
  const [pointer, setPointer] = useState<Place>();
  const { width } = useSize(room);
  const isNarrow = shown.narrow;
  const height = isNarrow ? lyingHeight(axes.length) : HEIGHT;
  const { flipped, brushes } = choices;
  const theme = useThemeVersion();
  const left = useMemo(() => firstRoom(axes[0]), [axes, theme]);
  const figure = useMemo(
    () =>
      parallelFigure({
        ...{ settings, axes, flipped, brushes, color },
        ...{ width, height, left, isNarrow },
      }),
    [settings, axes, flipped, brushes, color, width, height, left, isNarrow],
  );
  const placeOf = (event: PointerEvent & { readonly currentTarget: HTMLElement }): Place => {
    const box = event.currentTarget.getBoundingClientRect();
    return { x: event.clientX - box.left, y: event.clientY - box.top };
  };
  const along = ({ x, y }: Place) => (isNarrow ? x : y);
  const axisNear = ({ x, y }: Place): PlacedAxis | undefined =>
    figure.axes.find(({ at }) => Math.abs(at - (isNarrow ? y : x)) <= GRAB);
  const front = sweep.hovered ?? choices.setting;
  const pointed = settings.find((_, index) => figure.lines[index]!.id === sweep.hovered);
  return (
    <div ref={room} class="chart-room">
      <div
        class={sweep.hovered === undefined ? 'chart parallel' : 'chart parallel pointing'}
        style={{ height: px(height) }}
        role="group"
        aria-label={describeSweep(sweep)}
        onPointerDown={(event) => {
          const place = placeOf(event);
          const near = axisNear(place);
          if (near === undefined || event.button !== 0) return;
          event.currentTarget.setPointerCapture(event.pointerId);
          drag.current = { key: near.axis.key, from: gripOrigin(event, near) ?? along(place) };
        }}
        onPointerMove={(event) => {
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
        }}
        onPointerUp={(event) => {
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
        }}
        onPointerLeave={() => {
          hover(undefined);
          setPointer(undefined);
        }}
      >
        {width > 0 && (
          <>
            <ParallelLines
              {...{ figure, width, height, front, frame }}
              caption={describeSweep(sweep)}
            />
            {figure.axes.map((place, index) => (
              <AxisControls
                key={place.axis.key}
                {...{ sweep, figure, place, index }}
                room={nameRoom(figure.axes, { width, isNarrow })}
              />
            ))}
          </>
        )}
        {pointer && pointed && (
          <Tooltip {...pointer}>
            <SettingTip sweep={sweep} setting={pointed} />
          </Tooltip>
        )}
      </div>
    </div>
  );
}

/** Where the brush begins that a grip at one of its ends is drawn from: at its other end. */
function gripOrigin({ target }: PointerEvent, place: PlacedAxis): number | undefined {
  const grip = target instanceof Element ? target.closest<HTMLElement>('[data-end]') : null;
  if (grip === null) return undefined;
  const { low, high, beyond, brush } = place;
  return grip.dataset['end'] === 'low' ? (brush?.to ?? beyond ?? high) : (brush?.from ?? low);
}

/** Its labels stand left of it. */
function firstRoom(axis: SweepAxis | undefined): number {
  const labels = axis?.ticks.map(({ label }) => textWidth(label)) ?? [];
  return Math.min(150, Math.max(56, 16 + Math.max(0, ...labels)));
}

/** As wide as the axes are apart. */
function nameRoom(
  axes: readonly PlacedAxis[],
  { width, isNarrow }: { readonly width: number; readonly isNarrow: boolean },
): number {
  if (isNarrow || axes.length < 2) return Math.max(60, width - 20);
  return Math.min(150, axes[1]!.at - axes[0]!.at - 4);
}
