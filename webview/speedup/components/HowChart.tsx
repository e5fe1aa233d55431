/** One task's curves; the horizontal distance between optimizer and tuned baseline is the speedup. */
import { useMemo, useRef } from 'preact/hooks';
import type { TaskCurves } from '../../../src/protocol/live/index';
import { LinePlot, Words } from '../../shared/plot';
import { px } from '../../shared/px';
import { textWidth } from '../../shared/text';
import { color, useThemeVersion } from '../../shared/theme';
import { useSize } from '../../shared/useSize';
import { howFigure } from '../figures/how';
import type { Distance } from '../figures/how';
import { findingText } from '../figures/words';
import type { Shown } from './useShown';

export interface HowChartProps {
  readonly shown: Shown;
  readonly curves: TaskCurves;
}

const HEIGHT = 230;

export function HowChart({ shown, curves }: HowChartProps) {
  const { overview, looks, choices, chosen } = shown;
  const { unit } = choices;
  const room = useRef<HTMLDivElement>(null);
  const { width } = useSize(room);
  useThemeVersion();
  const figure = useMemo(
    () =>
      width > 0
        ? howFigure({
            ...{ overview, curves, looks, unit, front: chosen.front, width },
            height: HEIGHT,
          })
        : undefined,
    [overview, curves, looks, unit, chosen.front, width],
  );
  const task = overview.tasks[curves.task];
  if (task === undefined) return null;
  return (
    <div ref={room} class="chart-room">
      <div class="chart" style={{ height: px(HEIGHT) }}>
        {figure && (
          <>
            <LinePlot
              {...figure}
              {...{ width, height: HEIGHT }}
              label={`Training curves of ${task.name}: ${findingText(overview, task, chosen.front)}`}
              urgent={`${curves.task} ${unit} ${chosen.front}`}
            />
            <svg class="annotations" width={width} height={HEIGHT} aria-hidden="true">
              <Words x={width - 18} y={18} anchor="end" color="--velo-fg-2">
                train loss, smoothed
              </Words>
              {figure.distance && (
                <DistanceMark
                  distance={figure.distance}
                  left={figure.gutters.left}
                  right={width - figure.gutters.right}
                />
              )}
            </svg>
          </>
        )}
      </div>
      {width > 0 && figure === undefined && (
        <p class="detail-text dim">
          {unit === 'seconds'
            ? 'No seconds are known for this task.'
            : 'No curve of the baseline has come yet.'}
        </p>
      )}
    </div>
  );
}

interface DistanceMarkProps {
  readonly distance: Distance;
  /** First pixel and last of the frame. */
  readonly left: number;
  readonly right: number;
}

const GAP = 8;

/** Losses fall: to the left of the distance and below it no curve passes, nor to the right and above. */
function DistanceMark({ distance, left, right }: DistanceMarkProps) {
  const { y, ownX, baselineX, bottom, text, isOpen } = distance;
  const stroke = color('--velo-cursor');
  const [first, last] = [Math.min(ownX, baselineX), Math.max(ownX, baselineX)];
  const needed = textWidth(text) + 2 * GAP;
  const isAbove = right - last > needed;
  const at = isAbove ? last + GAP : Math.max(first - GAP, left + needed - GAP);
  const arrow = isOpen
    ? `M${baselineX - 5} ${y - 4}L${baselineX} ${y}L${baselineX - 5} ${y + 4}`
    : '';
  return (
    <>
      <path d={`M${ownX} ${y}H${baselineX}${arrow}`} stroke={stroke} stroke-width="2" fill="none" />
      <path
        d={`M${ownX} ${y}V${bottom}M${baselineX} ${y}V${bottom}`}
        stroke={stroke}
        stroke-dasharray="2 2"
        fill="none"
      />
      <Words
        x={at}
        y={isAbove ? y - 8 : Math.min(bottom - 8, y + 14)}
        anchor={isAbove ? 'start' : 'end'}
        color="--velo-fg"
      >
        {text}
      </Words>
    </>
  );
}
