/** The parallel coordinates with what the pointer does on them: brushes along an axis, points at a line, chooses it. */
import { useMemo, useRef, useState } from 'preact/hooks';
import { Tooltip } from '../../shared/components';
import { px } from '../../shared/px';
import { textWidth } from '../../shared/text';
import { useThemeVersion } from '../../shared/theme';
import { useSize } from '../../shared/useSize';
import { lyingHeight, parallelFigure } from '../figures/parallel';
import type { PlacedAxis } from '../figures/parallel';
import type { SweepAxis } from '../figures/sweepAxes';
import { describeSweep } from '../figures/sweepWords';
import { AxisControls } from './AxisControls';
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
  const figure = useMemo(
    () =>
      parallelFigure({
        ...{ settings, axes, flipped, brushes, color },
        ...{ width, height, left, isNarrow },
      }),
    [settings, axes, flipped, brushes, color, width, height, left, isNarrow],
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
