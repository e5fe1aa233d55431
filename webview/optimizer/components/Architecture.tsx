/** The drawing of one update, as SVG in the theme's colours. */
import { useId } from 'preact/hooks';
import { Section } from '../../shared/components';
import { drawArchitecture } from '../architecture';
import type { Box } from '../architecture';
import { sectionState } from '../editor';
import type { Editor } from '../editor';

export function Architecture({ editor }: { readonly editor: Editor }) {
  const drawing = drawArchitecture(editor.inspection);
  const arrow = useId();
  const { width, height, boxHeight, boxes, arrows, label } = drawing;
  return (
    <Section
      title="Architecture"
      unit="one step of one tensor"
      {...sectionState(editor, 'architecture')}
    >
      <svg
        class="architecture"
        viewBox={`-1 0 ${width + 2} ${height}`}
        role="img"
        aria-label={label}
      >
        <defs>
          <marker
            id={arrow}
            viewBox="0 0 8 8"
            refX="7"
            refY="4"
            markerWidth="7"
            markerHeight="7"
            orient="auto"
          >
            <path class="arrow-head" d="M0 0L8 4L0 8z" />
          </marker>
        </defs>
        {arrows.map((path) => (
          <path key={path} class="arrow" d={path} marker-end={`url(#${arrow})`} />
        ))}
        {boxes.map((box) => (
          <BoxWithText key={box.id} box={box} height={boxHeight} />
        ))}
      </svg>
    </Section>
  );
}

function BoxWithText({ box, height }: { readonly box: Box; readonly height: number }) {
  const { x, y, width, title, detail, kind } = box;
  const middle = x + width / 2;
  return (
    <g class={`box ${kind}`}>
      <rect x={x} y={y} width={width} height={height} rx="4" />
      <text class="box-title" x={middle} y={y + height / 2 - 3}>
        {title}
      </text>
      <text class="box-detail" x={middle} y={y + height / 2 + 11}>
        {detail}
      </text>
    </g>
  );
}
