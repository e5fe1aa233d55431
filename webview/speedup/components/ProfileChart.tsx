/** Performance profiles of all optimizers and the tuned baseline, named at the ends of their lines. */
import type { RefObject } from 'preact';
import { useMemo, useRef } from 'preact/hooks';
import { LinePlot, Words } from '../../shared/plot';
import { px } from '../../shared/px';
import { fitText, textWidth } from '../../shared/text';
import { color, useThemeVersion } from '../../shared/theme';
import { useSize } from '../../shared/useSize';
import { profileFigure } from '../figures/profile';
import type { ProfileLabel } from '../figures/profile';
import { baselineName } from '../figures/words';
import type { Shown } from './useShown';
import { CHART_HEIGHT } from './SortedChart';

export interface ProfileChartProps {
  readonly shown: Shown;
  readonly frame: RefObject<HTMLDivElement | null>;
}

const MAX_LABEL_WIDTH = 170;

export function ProfileChart({ shown, frame }: ProfileChartProps) {
  const { overview, looks, choices, chosen, narrow } = shown;
  const { unit } = choices;
  const room = useRef<HTMLDivElement>(null);
  const { width } = useSize(room);
  const theme = useThemeVersion();
  const height = narrow ? CHART_HEIGHT.narrow : CHART_HEIGHT.wide;
  const figure = useMemo(() => {
    const names = [...overview.optimizers.map(({ label }) => label), baselineName(overview)];
    const widest = Math.max(...names.map(textWidth));
    return profileFigure({
      ...{ overview, looks, unit, front: chosen.front, width, height, narrow },
      labelWidth: Math.min(MAX_LABEL_WIDTH, widest),
    });
  }, [overview, looks, unit, chosen.front, width, height, narrow, theme]);
  return (
    <div ref={room} class="chart-room">
      <div ref={frame} class="chart" style={{ height: px(height) }}>
        {width > 0 && (
          <>
            <LinePlot
              {...{ width, height }}
              gutters={figure.gutters}
              xRange={figure.xRange}
              xTicks={figure.xTicks}
              xTitle="within this factor of the best on the task"
              y={figure.y}
              lines={figure.lines}
              label={describeProfile(shown)}
              urgent={`${unit} ${chosen.front}`}
            />
            <svg class="annotations" width={width} height={height} aria-hidden="true">
              {figure.labels.map((label) => (
                <EndName key={label.text} label={label} room={width - label.x - 4} />
              ))}
            </svg>
          </>
        )}
      </div>
    </div>
  );
}

function EndName({ label, room }: { readonly label: ProfileLabel; readonly room: number }) {
  const { x, y, fromX, fromY, text } = label;
  return (
    <>
      <path d={`M${fromX + 2} ${fromY}L${x - 2} ${y}`} stroke={color(label.color)} fill="none" />
      <Words x={x + 2} y={y} color="--velo-fg">
        {fitText(text, room)}
      </Words>
    </>
  );
}

function describeProfile({ overview, choices }: Shown): string {
  const shareText = (name: string, { shares }: { readonly shares: Float32Array }): string =>
    `${name} is the best on ${Math.round(100 * (shares[0] ?? 0))} % of the tasks`;
  const best = [
    ...overview.optimizers.map(({ label, [choices.unit]: { profile } }) =>
      shareText(label, profile),
    ),
    shareText(baselineName(overview), overview.baselineProfile[choices.unit]),
  ];
  return `Performance profiles by ${choices.unit}: ${best.join('; ')}`;
}
