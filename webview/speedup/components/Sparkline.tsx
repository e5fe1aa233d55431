/** A task's curves in a table cell: the optimizer's over the tuned baseline's, loss logarithmic. */
import { sparkPaths } from '../figures/spark';

export interface SparklineProps {
  readonly baseline: Float32Array;
  readonly own: Float32Array;
  /** Token of the optimizer's colour. */
  readonly color: string;
  readonly width?: number;
  readonly height?: number;
}

export function Sparkline({ baseline, own, color, width = 92, height = 20 }: SparklineProps) {
  const paths = sparkPaths([baseline, own], { width, height });
  return (
    <svg class="sparkline" width={width} height={height} aria-hidden="true">
      <path
        d={paths[0]}
        fill="none"
        style={{ stroke: 'var(--velo-baseline)' }}
        stroke-width="1.25"
        stroke-dasharray="3 2"
      />
      <path d={paths[1]} fill="none" style={{ stroke: `var(${color})` }} stroke-width="1.5" />
    </svg>
  );
}
