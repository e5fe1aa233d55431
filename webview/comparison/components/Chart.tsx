/** The curves of all runs over the full width, with the target line on them. */
import type { RefObject } from 'preact';
import { useMemo, useRef, useState } from 'preact/hooks';
import { Tooltip } from '../../shared/components';
import { LinePlot } from '../../shared/plot';
import { px } from '../../shared/px';
import { textWidth } from '../../shared/text';
import { useThemeVersion } from '../../shared/theme';
import { useSize } from '../../shared/useSize';
import { comparisonFigure, nearestPoint } from '../figures';
import { inkColor } from '../inks';
import { describeComparison } from '../rows';
import type { Comparison } from '../rows';
import type { Axis } from '../view';
import { Annotations } from './Annotations';
import { TargetLine } from './TargetLine';

export interface ChartProps {
  readonly comparison: Comparison;
  readonly axis: Axis;
  readonly narrow: boolean;
  readonly highlighted: string | undefined;
  readonly onHighlight: (runId: string | undefined) => void;
  readonly onTarget: (target: number | undefined) => void;
  /** The element that an export takes its picture of. */
  readonly frame: RefObject<HTMLDivElement | null>;
}

const MAX_LABEL_WIDTH = 190;

interface Pointed {
  readonly text: string;
  readonly x: number;
  readonly y: number;
}

export function Chart(props: ChartProps) {
  const { comparison, axis, narrow, highlighted, onHighlight, onTarget, frame } = props;
  const { rows, target } = comparison;
  const measured = useRef<HTMLDivElement>(null);
  const { width } = useSize(measured);
  const theme = useThemeVersion();
  const [pointed, setPointed] = useState<Pointed>();
  const height = narrow ? 320 : 400;
  const figure = useMemo(() => {
    const labelWidth = Math.max(0, ...rows.map(({ label }) => textWidth(label)));
    const fitted = Math.min(MAX_LABEL_WIDTH, labelWidth);
    return comparisonFigure({
      ...{ rows, axis, width, height, narrow, highlighted, inkColor },
      labelWidth: fitted,
    });
  }, [rows, axis, width, height, narrow, highlighted, theme]);
  const reached = rows.filter(({ stepsToTarget }) => stepsToTarget !== null).length;
  const leave = () => {
    setPointed(undefined);
    onHighlight(undefined);
  };
  return (
    <div ref={measured} class="chart-room">
      <div
        ref={frame}
        class="chart"
        style={{ height: px(height) }}
        onPointerMove={(event) => {
          const box = event.currentTarget.getBoundingClientRect();
          const pointer = { x: event.clientX - box.left, y: event.clientY - box.top };
          const found = nearestPoint(figure, rows, axis, pointer);
          onHighlight(found?.runId);
          setPointed(found && { text: found.text, x: event.clientX, y: event.clientY });
        }}
        onPointerLeave={leave}
      >
        {width > 0 && (
          <>
            <LinePlot
              width={width}
              height={height}
              gutters={figure.gutters}
              xRange={figure.x.range}
              xTicks={figure.x.ticks}
              xTitle={figure.x.title}
              y={figure.y}
              lines={figure.lines}
              label={describeComparison(comparison)}
              urgent={`${highlighted ?? ''} ${axis} ${comparison.quantity}`}
            />
            <Annotations figure={figure} width={width} height={height} highlighted={highlighted} />
            {target !== undefined && (
              <TargetLine
                figure={figure}
                target={target}
                reached={`reached by ${reached} of ${rows.length} runs`}
                width={width}
                onChange={onTarget}
              />
            )}
          </>
        )}
        {pointed && (
          <Tooltip x={pointed.x} y={pointed.y}>
            {pointed.text}
          </Tooltip>
        )}
      </div>
      {figure.untimed.length > 0 && (
        <p class="chart-note dim small">
          No times were written for {figure.untimed.join(', ')}: no line by seconds.
        </p>
      )}
    </div>
  );
}
