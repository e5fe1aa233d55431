/** What stands beside and on the lines: names at their ends, where runs diverged. SVG with resolved colours, so that an exported picture has it too. */
import { num } from '../../shared/format';
import { Words } from '../../shared/plot';
import { fitText } from '../../shared/text';
import { color } from '../../shared/theme';
import type { DivergenceMark, EndLabel, Figure } from '../figures';
import { LABEL_OFFSET } from '../figures';
import { inkColor } from '../inks';
import { strokeDashes } from '../looks';

export interface AnnotationsProps {
  readonly figure: Figure;
  readonly width: number;
  readonly height: number;
  readonly highlighted: string | undefined;
}

const CROSS = 5;
const DIMMED = 0.35;

export function Annotations({ figure, width, height, highlighted }: AnnotationsProps) {
  const right = width - figure.gutters.right;
  const opacityOf = (runId: string) =>
    highlighted === undefined || highlighted === runId ? 1 : DIMMED;
  return (
    <svg class="annotations" width={width} height={height} aria-hidden="true">
      {figure.labels.map((label) => (
        <g key={label.runId} opacity={opacityOf(label.runId)}>
          <EndName label={label} room={(label.isEarly ? right : width) - label.fromX} />
        </g>
      ))}
      {figure.marks.map((mark) => (
        <g key={mark.runId} opacity={opacityOf(mark.runId)}>
          <Divergence mark={mark} right={right} />
        </g>
      ))}
      {figure.clippedAt !== undefined && (
        <Words x={right - 4} y={figure.gutters.top + 8} anchor="end" color="--velo-fg-2">
          clipped at {num(figure.clippedAt, 2)}
        </Words>
      )}
    </svg>
  );
}

function EndName({ label, room }: { readonly label: EndLabel; readonly room: number }) {
  const { fromX, fromY, x, y } = label;
  const stroke = inkColor(label.look.ink);
  return (
    <>
      <path d={`M${fromX} ${fromY} L${x} ${y}`} stroke={stroke} stroke-width="1" fill="none" />
      <path
        d={`M${x} ${y} H${x + 16}`}
        stroke={stroke}
        stroke-width="2"
        stroke-dasharray={strokeDashes(label.look.dash)}
        fill="none"
      />
      <Words x={x + 20} y={y} color="--velo-fg">
        {fitText(label.text, Math.max(40, room - LABEL_OFFSET))}
      </Words>
    </>
  );
}

function Divergence({ mark, right }: { readonly mark: DivergenceMark; readonly right: number }) {
  const { x, y, text } = mark;
  const room = right - x - CROSS - 8;
  return (
    <>
      <path
        d={`M${x - CROSS} ${y - CROSS} l${2 * CROSS} ${2 * CROSS} m0 ${-2 * CROSS} l${-2 * CROSS} ${2 * CROSS}`}
        stroke={color('--velo-bad')}
        stroke-width="2.5"
      />
      <Words x={x + CROSS + 5} y={y} color="--velo-bad-text">
        {fitText(text, Math.max(60, room))}
      </Words>
    </>
  );
}
