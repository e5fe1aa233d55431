/**
 * Colour and mark of each optimizer. Hue says who; whatever the baseline's own algorithm is at one setting is neutral
 * and dashed like the ruler itself. Marks differ too: hue is never alone.
 */
import type { EvaluationOverview } from '../../src/protocol/live/index';
import type { PlotDash } from '../shared/plot';
import { seriesToken } from '../shared/theme';

const MARKS = ['circle', 'square', 'diamond', 'triangle', 'pentagon'] as const;
export type Mark = (typeof MARKS)[number];

export interface Look {
  /** A token. */
  readonly color: string;
  readonly mark: Mark;
  readonly dash: PlotDash;
}

/** One for each optimizer, in their order. */
export function looksOf({ optimizers, protocol }: EvaluationOverview): Look[] {
  let hues = 0;
  return optimizers.map(({ label }, index) => {
    // From the sixth on hues start over, with other marks.
    const mark = MARKS[(index + Math.floor(index / MARKS.length)) % MARKS.length]!;
    if (isBaseline(label, protocol.baseline))
      return { color: '--velo-baseline', mark, dash: 'dot' };
    hues++;
    return { color: seriesToken(hues), mark, dash: 'solid' };
  });
}

function isBaseline(label: string, baseline: string): boolean {
  return label === baseline || label.startsWith(`${baseline} `);
}

/** SVG path of a mark around 0, for a mark about `size` wide. */
export function markPath(mark: Mark | 'censored' | 'failed', size: number): string {
  const r = size / 2;
  switch (mark) {
    case 'circle':
      return `M${r} 0A${r} ${r} 0 1 1 ${-r} 0A${r} ${r} 0 1 1 ${r} 0Z`;
    case 'square':
      return polygon(4, 1.25 * r, Math.PI / 4);
    case 'diamond':
      return polygon(4, 1.3 * r, 0);
    case 'triangle':
      return polygon(3, 1.35 * r, Math.PI / 2);
    case 'pentagon':
      return polygon(5, 1.2 * r, -Math.PI / 2);
    case 'censored':
      return polygon(3, 1.35 * r, -Math.PI / 2);
    case 'failed':
      return `M${-r} ${-r}L${r} ${r}M${r} ${-r}L${-r} ${r}`;
  }
}

/** @param turn  angle of the first corner; y points down */
function polygon(corners: number, radius: number, turn: number): string {
  const points = Array.from({ length: corners }, (_, i) => {
    const angle = turn + (2 * Math.PI * i) / corners;
    return `${(radius * Math.cos(angle)).toFixed(2)} ${(radius * Math.sin(angle)).toFixed(2)}`;
  });
  return `M${points.join('L')}Z`;
}
