/** Text in an SVG that lies over a chart. */
import type { ComponentChildren } from 'preact';
import { color } from '../theme';

interface WordsProps {
  readonly x: number;
  readonly y: number;
  readonly color: string;
  readonly anchor?: 'start' | 'middle' | 'end';
  readonly children: ComponentChildren;
}

/** Text with a halo of the background, over whatever lines are below it. */
export function Words({ x, y, color: token, anchor = 'start', children }: WordsProps) {
  return (
    <text
      x={x}
      y={y}
      dy="0.35em"
      font-size="11"
      text-anchor={anchor}
      fill={color(token)}
      stroke={color('--velo-bg')}
      stroke-width="3"
      paint-order="stroke"
    >
      {children}
    </text>
  );
}
