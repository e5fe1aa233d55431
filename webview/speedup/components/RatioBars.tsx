/** A setting's loss by the best of each task, task by task, in small: no bar is the best, a cross diverged. */
import { color } from '../../shared/theme';
import { markPath } from '../looks';

export interface RatioBarsProps {
  /** ln(loss / best); Infinity where it diverged, NaN where the task doesn't count. */
  readonly ratios: Float32Array;
  readonly stroke: string;
}

const WIDTH = 92;
const HEIGHT = 20;
/** A full bar is this factor. */
const FULL = Math.log(16);

export function RatioBars({ ratios, stroke }: RatioBarsProps) {
  const each = WIDTH / Math.max(1, ratios.length);
  const bar = Math.max(1, Math.min(10, each - 1));
  return (
    <svg class="sparkline" width={WIDTH} height={HEIGHT} aria-hidden="true">
      <path d={`M0 ${HEIGHT - 1.5}H${WIDTH}`} stroke={color('--velo-axis')} />
      {Array.from(ratios, (ratio, index) => {
        const middle = (index + 0.5) * each;
        if (Number.isNaN(ratio)) return null;
        if (ratio === Infinity)
          return (
            <path
              key={index}
              d={markPath('failed', Math.min(7, each))}
              transform={`translate(${middle} ${HEIGHT / 2})`}
              stroke={color('--velo-bad')}
              stroke-width="1.5"
            />
          );
        const height = Math.max(1, Math.min(1, ratio / FULL) * (HEIGHT - 4));
        const y = HEIGHT - 2 - height;
        return (
          <rect key={index} x={middle - bar / 2} y={y} width={bar} height={height} fill={stroke} />
        );
      })}
    </svg>
  );
}
