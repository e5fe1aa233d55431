/** The parallel coordinates with what the pointer does on them: brushes along an axis, points at a line, chooses it. */
import { useMemo, useRef, useState } from 'preact/hooks';
import { Tooltip } from '../../shared/components';
import { px } from '../../shared/px';
import { brokenText, textWidth } from '../../shared/text';
import { useThemeVersion } from '../../shared/theme';
import { useSize } from '../../shared/useSize';
import { axisGap, lyingHeight, parallelFigure } from '../figures/parallel';
import type { SweepAxis } from '../figures/sweepAxes';
import { describeSweep } from '../figures/sweepWords';
import { AxisControls, CRAMPED } from './AxisControls';
import { ParallelLines } from './ParallelLines';
import { SettingTip } from './SettingTip';
import { usePointing } from './usePointing';
import type { Place } from './usePointing';
import type { SweepShown } from './useSweep';

const HEIGHT = 392;
export function ParallelChart({ sweep }: { readonly sweep: SweepShown }) {
  const { shown, settings, axes, choices, color, frame } = sweep;
  const room = useRef<HTMLDivElement>(null);
  const [pointer, setPointer] = useState<Place>();
  const { width } = useSize(room);
  const isNarrow = shown.narrow;
  const height = isNarrow ? lyingHeight(axes.length) : HEIGHT;
  const { flipped, brushes } = choices;
  const theme = useThemeVersion();
  const left = useMemo(() => firstRoom(axes[0]), [axes, theme]);
  const names = useMemo(
    () => namesOf(axes, { width, left, isNarrow }),
    [axes, width, left, isNarrow, theme],
  );
  const { top } = names;
  const figure = useMemo(
    () =>
      parallelFigure({
        ...{ settings, axes, flipped, brushes, color },
        ...{ width, height, left, top, isNarrow },
      }),
    [settings, axes, flipped, brushes, color, width, height, left, top, isNarrow],
  );
  const pointing = usePointing({ sweep, figure, isNarrow, setPointer });
  const front = sweep.hovered ?? choices.setting;
  const pointed = settings.find((_, index) => figure.lines[index]!.id === sweep.hovered);
  return (
    <div ref={room} class="chart-room">
      <div
        class={sweep.hovered === undefined ? 'chart parallel' : 'chart parallel pointing'}
        style={{ height: px(height) }}
        role="group"
        aria-label={describeSweep(sweep)}
        {...pointing}
      >
        {width > 0 && (
          <>
            <ParallelLines
              {...{ figure, width, height, front, frame }}
              names={names.lines}
              caption={describeSweep(sweep)}
            />
            {figure.axes.map((place, index) => (
              <AxisControls
                key={place.axis.key}
                {...{ sweep, figure, place, index }}
                room={names.room}
                lines={names.lines[index]!}
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

/** Its labels stand left of it. */
function firstRoom(axis: SweepAxis | undefined): number {
  const labels = axis?.ticks.map(({ label }) => textWidth(label)) ?? [];
  return Math.min(150, Math.max(56, 16 + Math.max(0, ...labels)));
}

interface AxisNames {
  /** Pixels across for each of them. */
  readonly room: number;
  /** Of each axis. */
  readonly lines: readonly (readonly string[])[];
  /** Pixels above the axes. */
  readonly top: number;
}

/** Height of a line of a name, and of what stands between the names and the axes: a grip. */
const NAME_LINE = 14;
const BELOW_NAMES = 38;
/** Of its button: padding, and the arrow beside it. */
const NAME_FRAME = 20;
const CRAMPED_FRAME = 4;

/** Names are as wide as their axes are apart, in lines where that is little. */
function namesOf(
  axes: readonly SweepAxis[],
  options: { readonly width: number; readonly left: number; readonly isNarrow: boolean },
): AxisNames {
  const { width, isNarrow } = options;
  if (isNarrow || axes.length < 2) {
    const lines = axes.map(({ title }) => [title]);
    return { room: Math.max(60, width - 20), lines, top: NAME_LINE + BELOW_NAMES };
  }
  const room = Math.min(150, axisGap(axes.length, options) - 2);
  const isCramped = room < CRAMPED;
  const frame = isCramped ? CRAMPED_FRAME : NAME_FRAME;
  const lines = axes.map(({ title }) => brokenText(title, room - frame));
  const most = Math.max(...lines.map(({ length }) => length)) + (isCramped ? 1 : 0);
  return { room, lines, top: most * NAME_LINE + BELOW_NAMES };
}
