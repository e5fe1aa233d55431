/** Each optimizer's tasks by its own speedup: axes by plotly.js, marks as SVG over them. */
import type { RefObject } from 'preact';
import { useMemo, useRef, useState } from 'preact/hooks';
import { Tooltip } from '../../shared/components';
import { LinePlot } from '../../shared/plot';
import type { PlotShape } from '../../shared/plot';
import { px } from '../../shared/px';
import { useSize } from '../../shared/useSize';
import { markAt, sortedFigure } from '../figures/sorted';
import type { SortedFigure, TaskMark } from '../figures/sorted';
import { describeChart, speedupText } from '../figures/words';
import type { Shown } from './useShown';
import { Marks } from './Marks';
import { TaskTip } from './TaskTip';

export interface SortedChartProps {
  readonly shown: Shown;
  readonly frame: RefObject<HTMLDivElement | null>;
}

interface Pointed {
  readonly mark: TaskMark;
  readonly x: number;
  readonly y: number;
}

export const CHART_HEIGHT = { wide: 392, narrow: 330 } as const;
const NO_LINES = [] as const;

export function SortedChart({ shown, frame }: SortedChartProps) {
  const { overview, choices, chosen, narrow, choose, openTask } = shown;
  const { unit } = choices;
  const room = useRef<HTMLDivElement>(null);
  const { width } = useSize(room);
  const [pointed, setPointed] = useState<Pointed>();
  const height = narrow ? CHART_HEIGHT.narrow : CHART_HEIGHT.wide;
  const figure = useMemo(
    () => sortedFigure({ overview, unit, front: chosen.front, width, height, narrow }),
    [overview, unit, chosen.front, width, height, narrow],
  );
  const shapes = useMemo(() => shareShapes(figure), [figure]);
  const find = (event: MouseEvent & { readonly currentTarget: HTMLElement }) => {
    const box = event.currentTarget.getBoundingClientRect();
    return markAt(figure, { x: event.clientX - box.left, y: event.clientY - box.top });
  };
  return (
    <div ref={room} class="chart-room">
      <div
        ref={frame}
        class={pointed ? 'chart pointing' : 'chart'}
        style={{ height: px(height) }}
        {...sliderOf(shown)}
        onPointerMove={(event) => {
          const mark = find(event);
          setPointed(mark && { mark, x: event.clientX, y: event.clientY });
        }}
        onPointerLeave={() => {
          setPointed(undefined);
        }}
        onClick={(event) => {
          const mark = find(event);
          if (mark) choose(mark.task, mark.optimizer);
        }}
        onDblClick={(event) => {
          const mark = find(event);
          if (mark) openTask(mark.task);
        }}
      >
        {width > 0 && (
          <>
            <LinePlot
              {...{ width, height, shapes }}
              gutters={figure.gutters}
              xRange={[0, 1]}
              xTicks={figure.xTicks}
              xTitle="share of tasks"
              y={figure.axis.plot}
              lines={NO_LINES}
              urgent={`${unit} ${chosen.front}`}
            />
            <Marks {...{ figure, shown, width, height }} pointed={pointed?.mark} />
          </>
        )}
        {pointed && (
          <Tooltip x={pointed.x} y={pointed.y}>
            <TaskTip shown={shown} mark={pointed.mark} />
          </Tooltip>
        )}
      </div>
    </div>
  );
}

function shareShapes({ lines }: SortedFigure): PlotShape[] {
  return lines.map(({ factor }) => ({
    kind: 'horizontal',
    y: factor,
    color: factor === 1 ? '--velo-baseline' : '--velo-axis',
    width: factor === 1 ? 1.5 : 1,
    dash: factor === 1 ? 'dash' : 'dot',
  }));
}

/** A position among the front optimizer's tasks, moved by the keys of the view. */
function sliderOf({ overview, choices, chosen }: Shown) {
  const { ranked, front, task } = chosen;
  const label = describeChart(overview, choices.unit, front);
  const at = ranked.findIndex(({ index }) => index === task);
  const current = ranked[at];
  if (ranked.length === 0) return { role: 'img' as const, 'aria-label': label };
  const name = overview.optimizers[front]?.label ?? '';
  const text = current
    ? `${current.task.name}, ${at + 1} of ${ranked.length}: ${name} ${speedupText(current.speedup)}`
    : `no task chosen, of ${ranked.length}`;
  return {
    role: 'slider' as const,
    tabIndex: 0,
    'aria-label': label,
    'aria-valuemin': 1,
    'aria-valuemax': ranked.length,
    'aria-valuenow': Math.max(1, at + 1),
    'aria-valuetext': text,
  };
}
