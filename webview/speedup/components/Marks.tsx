/** Marks, seed bars, shares and the strip of failures. SVG with resolved colours, so that an exported picture has them. */
import { Words } from '../../shared/plot';
import { fitText, textWidth } from '../../shared/text';
import { color, useThemeVersion, withAlpha } from '../../shared/theme';
import { factorLabel } from '../figures/axis';
import type { SortedFigure, TaskMark } from '../figures/sorted';
import { factorText } from '../figures/words';
import type { Look } from '../looks';
import { markPath } from '../looks';
import type { Shown } from './useShown';

export interface MarksProps {
  readonly figure: SortedFigure;
  readonly shown: Shown;
  readonly width: number;
  readonly height: number;
  readonly pointed: TaskMark | undefined;
}

const FRONT_SIZE = 9;
const BACK_SIZE = 6.5;
/** Marks shrink where there are many tasks. */
const MANY_TASKS = 48;
const RING = 8.5;

export function Marks({ figure, shown, width, height, pointed }: MarksProps) {
  const { looks, chosen } = shown;
  useThemeVersion();
  const chosenMark = figure.marks.find(
    ({ optimizer, task }) => optimizer === chosen.front && task === chosen.task,
  );
  const isMany = chosen.ranked.length > MANY_TASKS;
  return (
    <svg class="annotations" width={width} height={height} aria-hidden="true">
      <Strip figure={figure} width={width} narrow={shown.narrow} />
      <Shares figure={figure} shown={shown} width={width} />
      {figure.marks.map((mark) => (
        <MarkShape
          key={`${mark.optimizer} ${mark.task}`}
          mark={mark}
          look={looks[mark.optimizer]!}
          isFront={mark.optimizer === chosen.front}
          scale={isMany ? 0.8 : 1}
        />
      ))}
      <PictureLegend figure={figure} shown={shown} />
      {pointed && <Ring mark={pointed} token="--velo-fg" />}
      {chosenMark && <Ring mark={chosenMark} token="--velo-cursor" />}
    </svg>
  );
}

function Ring({ mark, token }: { readonly mark: TaskMark; readonly token: string }) {
  return (
    <circle
      cx={mark.x}
      cy={mark.y}
      r={RING}
      fill="none"
      stroke={color(token)}
      stroke-width={token === '--velo-cursor' ? 2 : 1}
    />
  );
}

interface MarkShapeProps {
  readonly mark: TaskMark;
  readonly look: Look;
  readonly isFront: boolean;
  readonly scale: number;
}

function MarkShape({ mark, look, isFront, scale }: MarkShapeProps) {
  const { x, y, kind, bar } = mark;
  const stroke = color(look.color);
  const shape = kind === 'measured' ? look.mark : kind;
  const isOpen = kind !== 'measured' || !isFront;
  return (
    <g data-mark={kind} data-task={mark.name}>
      {bar && <path d={`M${x} ${bar.top}V${bar.bottom}`} stroke={stroke} stroke-width="1.5" />}
      <path
        d={markPath(shape, scale * (isFront ? FRONT_SIZE : BACK_SIZE))}
        transform={`translate(${x} ${y})`}
        fill={kind === 'failed' ? 'none' : isOpen ? color('--velo-bg') : stroke}
        fill-opacity={isOpen ? 0.6 : 1}
        stroke={stroke}
        stroke-width={isFront ? 1.5 : 1.25}
      />
    </g>
  );
}

interface StripProps {
  readonly figure: SortedFigure;
  readonly width: number;
  readonly narrow: boolean;
}

/** Named beside it; where there is no room beside, inside, unless a mark is there. */
function Strip({ figure, width, narrow }: StripProps) {
  const { gutters, axis, marks } = figure;
  const { top, bottom, middle } = axis.strip;
  const edge = width - gutters.right;
  const below = `below ${factorLabel(Math.round(Math.log2(axis.floor)))}`;
  const inside = `failed, or ${below}`;
  const end = gutters.left + 12 + textWidth(inside);
  const isFree = marks.every(({ x, y }) => y < top || x > end + RING);
  const ink = '--velo-bad-text';
  return (
    <>
      <rect
        x={gutters.left}
        y={top}
        width={Math.max(0, edge - gutters.left)}
        height={bottom - top}
        fill={withAlpha('--velo-bad', 0.13)}
      />
      {narrow && isFree && (
        <Words x={gutters.left + 6} y={middle} color={ink}>
          {inside}
        </Words>
      )}
      {!narrow &&
        ['failed, or', below].map((text, line) => (
          <Words key={text} x={edge + 6} y={middle - 6 + 13 * line} color={ink}>
            {text}
          </Words>
        ))}
    </>
  );
}

type SharesProps = Pick<MarksProps, 'figure' | 'shown' | 'width'>;

/** Beside the lines; where there is no room beside, on them, without that at 1x, which the chip has too. */
function Shares({ figure, shown, width }: SharesProps) {
  const { overview, looks, chosen, narrow } = shown;
  const edge = width - figure.gutters.right;
  const front = looks[chosen.front]?.color ?? '--velo-fg';
  const lines = narrow ? figure.lines.filter(({ factor }) => factor !== 1) : figure.lines;
  return (
    <>
      {lines.map(({ factor, y, text }) => (
        <Words
          key={factor}
          x={narrow ? edge - 2 : edge + 6}
          y={narrow ? y - 9 : y}
          anchor={narrow ? 'end' : 'start'}
          color={factor === 1 ? textInk(front) : '--velo-fg-2'}
        >
          {text}
        </Words>
      ))}
      {!narrow && (
        <Words x={edge + 6} y={figure.axis.toY(1) + 14} color="--velo-fg-2">
          {fitText(`tuned ${overview.protocol.baseline}`, figure.gutters.right - 8)}
        </Words>
      )}
    </>
  );
}

const LEGEND_LINE = 16;

/** Who is who, for the chart as a file: on the page the chips say it. */
function PictureLegend({ figure, shown }: Pick<MarksProps, 'figure' | 'shown'>) {
  const { overview, looks, choices, chosen } = shown;
  const { gutters } = figure;
  const title = `${overview.suite}: speedup over tuned ${overview.protocol.baseline} by ${choices.unit}`;
  return (
    <g data-picture-only display="none">
      <Words x={gutters.left + 8} y={gutters.top + 8} color="--velo-fg">
        {title}
      </Words>
      {overview.optimizers.map(({ label, [choices.unit]: { median } }, index) => {
        const y = gutters.top + 8 + LEGEND_LINE * (index + 1);
        const { mark, color: token } = looks[index]!;
        return (
          <g key={label}>
            <path
              d={markPath(mark, 8)}
              transform={`translate(${gutters.left + 14} ${y})`}
              fill={index === chosen.front ? color(token) : color('--velo-bg')}
              stroke={color(token)}
              stroke-width="1.25"
            />
            <Words x={gutters.left + 24} y={y} color="--velo-fg">
              {`${label}: median ${factorText(median)}`}
            </Words>
          </g>
        );
      })}
    </g>
  );
}

/** The neutral ink of the baseline is also that of text. */
function textInk(token: string): string {
  return token === '--velo-baseline' ? '--velo-fg' : token;
}
