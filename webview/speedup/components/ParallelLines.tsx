/** Lines, axes and brushes of the parallel coordinates. SVG with resolved colours, so that an exported picture has them. */
import type { RefObject } from 'preact';
import { Words } from '../../shared/plot';
import { fitText, textWidth } from '../../shared/text';
import { color, paletteColor, useThemeVersion, withAlpha } from '../../shared/theme';
import { pathOf, pointsOf } from '../figures/parallel';
import type { ParallelFigure, ParallelLine, PlacedAxis } from '../figures/parallel';
import { markPath } from '../looks';

export interface ParallelLinesProps {
  readonly figure: ParallelFigure;
  readonly width: number;
  readonly height: number;
  /** Id of the line that stands out. */
  readonly front: string | undefined;
  readonly frame: RefObject<SVGSVGElement | null>;
  /** Of the axes, in lines. */
  readonly names: readonly (readonly string[])[];
  /** What a picture says that the page says beside the chart. */
  readonly caption: string;
}

export function ParallelLines(props: ParallelLinesProps) {
  const { figure, width, height, front, frame, names, caption } = props;
  useThemeVersion();
  const brushed = figure.lines
    .filter((line) => line.isBrushed)
    .toSorted((a, b) => (a.share ?? -1) - (b.share ?? -1));
  const others = figure.lines.filter((line) => !line.isBrushed);
  const line = figure.lines.find(({ id }) => id === front);
  return (
    <svg ref={frame} class="annotations" width={width} height={height} aria-hidden="true">
      <path
        d={others.map((other) => pathOf(figure, other)).join('')}
        fill="none"
        stroke={withAlpha('--velo-fg', 0.13)}
        stroke-width="1"
      />
      {brushed.map((each) => (
        <Line key={each.id} {...{ figure }} line={each} />
      ))}
      {figure.axes.map((place) => (
        <Axis key={place.axis.key} {...{ figure, place }} room={labelRoom(figure, place)} />
      ))}
      {line && <FrontLine {...{ figure, line }} />}
      <g data-picture-only display="none">
        {figure.axes.map(({ axis, at }, index) =>
          names[index]!.map((line, row) => (
            <Words
              key={`${axis.key} ${line}`}
              x={figure.isNarrow ? 8 : at}
              y={figure.isNarrow ? at - 26 : 12 + 14 * row}
              anchor={figure.isNarrow ? 'start' : 'middle'}
              color="--velo-fg"
            >
              {line}
            </Words>
          )),
        )}
        <Words x={8} y={height - 6} color="--velo-fg-2">
          {fitText(caption, width - 16)}
        </Words>
      </g>
    </svg>
  );
}

/** Diverged: red and dashed. Otherwise the ramp says how good it is. */
export function lineColor({
  isDiverged,
  share,
}: Pick<ParallelLine, 'isDiverged' | 'share'>): string {
  if (isDiverged) return color('--velo-bad');
  return share === undefined ? color('--velo-fg-2') : paletteColor('--velo-ramp', share);
}

interface LineProps {
  readonly figure: ParallelFigure;
  readonly line: ParallelLine;
}

function Line({ figure, line }: LineProps) {
  const stroke = lineColor(line);
  return (
    <g data-setting={line.id} data-diverged={line.isDiverged ? '' : undefined}>
      <path
        d={pathOf(figure, line)}
        fill="none"
        stroke={stroke}
        stroke-width="1.5"
        stroke-opacity="0.85"
        stroke-dasharray={line.isDiverged ? '5 3' : undefined}
      />
      {line.isDiverged && <Crosses {...{ figure, line, stroke }} />}
    </g>
  );
}

/** Where a diverged setting has no outcome. */
function Crosses({ figure, line, stroke }: LineProps & { readonly stroke: string }) {
  const points = pointsOf(figure, line);
  const isCross = (index: number): boolean => {
    const { axis, beyond } = figure.axes[index]!;
    return axis.isOutcome && beyond !== undefined && line.along[index] === beyond;
  };
  return (
    <>
      {points
        .filter((_, index) => isCross(index))
        .map(({ x, y }) => (
          <path
            key={`${x} ${y}`}
            d={markPath('failed', 8)}
            transform={`translate(${x} ${y})`}
            fill="none"
            stroke={stroke}
            stroke-width="1.5"
          />
        ))}
    </>
  );
}

function FrontLine({ figure, line }: LineProps) {
  const stroke = lineColor(line);
  const path = pathOf(figure, line);
  return (
    <g data-front={line.id}>
      <path d={path} fill="none" stroke={color('--velo-bg')} stroke-width="7" />
      <path
        d={path}
        fill="none"
        stroke={stroke}
        stroke-width="3"
        stroke-dasharray={line.isDiverged ? '7 4' : undefined}
      />
      {pointsOf(figure, line).map(({ x, y }, index) => (
        <circle
          key={index}
          cx={x}
          cy={y}
          r="4.5"
          fill={color('--velo-bg')}
          stroke={stroke}
          stroke-width="2"
        />
      ))}
    </g>
  );
}

/** To the axis before it, or to the edge. */
function labelRoom({ axes, isNarrow }: ParallelFigure, { at }: PlacedAxis): number {
  const before = axes.findLast((one) => one.at < at);
  return isNarrow ? 90 : at - (before?.at ?? 0) - 12;
}

interface AxisProps {
  readonly figure: ParallelFigure;
  readonly place: PlacedAxis;
  readonly room: number;
}

const BRUSH_WIDTH = 14;

function Axis({ figure: { isNarrow }, place, room }: AxisProps) {
  const { axis, at, low, high, beyond, ticks, brush } = place;
  const point = (along: number, across: number) =>
    isNarrow ? { x: along, y: across } : { x: across, y: along };
  const rule = (from: number, to: number) => {
    const [a, b] = [point(from, at), point(to, at)];
    return `M${a.x} ${a.y}L${b.x} ${b.y}`;
  };
  const isBad = axis.beyond === 'diverged';
  return (
    <>
      <path d={rule(low, high)} stroke={color('--velo-axis')} stroke-width="1.25" />
      {beyond !== undefined && (
        <path
          d={rule(high, beyond)}
          stroke={color(isBad ? '--velo-bad' : '--velo-axis')}
          stroke-dasharray="2 3"
        />
      )}
      {brush && <BrushBox {...{ isNarrow, at }} {...brush} />}
      {ticks.map((tick) => (
        <TickMark
          key={tick.label}
          {...point(tick.at, at)}
          {...{ isNarrow, room }}
          label={tick.label}
        />
      ))}
      {beyond !== undefined && (
        <TickMark
          {...point(beyond, at)}
          {...{ isNarrow, room }}
          label={axis.beyond ?? ''}
          ink={isBad ? '--velo-bad-text' : '--velo-fg-2'}
        />
      )}
    </>
  );
}

interface BrushBoxProps {
  readonly isNarrow: boolean;
  readonly at: number;
  readonly from: number;
  readonly to: number;
}

function BrushBox({ isNarrow, at, from, to }: BrushBoxProps) {
  const [start, length] = [Math.min(from, to), Math.abs(to - from)];
  const across = at - BRUSH_WIDTH / 2;
  const box = isNarrow
    ? { x: start, y: across, width: length, height: BRUSH_WIDTH }
    : { x: across, y: start, width: BRUSH_WIDTH, height: length };
  return (
    <rect
      {...box}
      data-brush
      rx="2"
      fill={withAlpha('--velo-cursor', 0.22)}
      stroke={color('--velo-cursor')}
    />
  );
}

interface TickMarkProps {
  readonly x: number;
  readonly y: number;
  readonly isNarrow: boolean;
  readonly label: string;
  readonly room: number;
  readonly ink?: string;
}

/** Lines pass behind the label, on a ground of its own. */
function TickMark({ x, y, isNarrow, label, room, ink = '--velo-fg-2' }: TickMarkProps) {
  const mark = isNarrow ? `M${x} ${y - 3}V${y + 3}` : `M${x - 3} ${y}H${x + 3}`;
  const text = fitText(label, room);
  const width = textWidth(text) + 4;
  const middle = isNarrow ? y + 13 : y;
  return (
    <>
      <path d={mark} stroke={color('--velo-axis')} />
      <rect
        x={isNarrow ? x - width / 2 : x - 5 - width}
        y={middle - 7}
        width={width}
        height="14"
        rx="2"
        fill={withAlpha('--velo-bg', 0.72)}
      />
      <Words x={isNarrow ? x : x - 7} y={middle} anchor={isNarrow ? 'middle' : 'end'} color={ink}>
        {text}
      </Words>
    </>
  );
}
