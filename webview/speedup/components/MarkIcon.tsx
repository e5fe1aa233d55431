/** An optimizer's mark, as legends and tables show it. */
import { markPath } from '../looks';
import type { Mark } from '../looks';

export interface MarkIconProps {
  readonly mark: Mark | 'censored' | 'failed';
  /** A token. */
  readonly color: string;
  readonly hollow?: boolean;
}

export function MarkIcon({ mark, color, hollow = false }: MarkIconProps) {
  return (
    <svg
      class="mark-icon"
      width="12"
      height="12"
      viewBox="-6 -6 12 12"
      aria-hidden="true"
      style={{ color: `var(${color})` }}
    >
      <path
        d={markPath(mark, 8)}
        fill={hollow || mark === 'failed' ? 'none' : 'currentColor'}
        stroke="currentColor"
        stroke-width="1.5"
      />
    </svg>
  );
}
