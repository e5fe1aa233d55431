/** The small pictures of the table of tasks: curves, and a bar that shows a speedup on a log2 axis around 1. */
import type { MeanCurve } from '../reference';
import type { TaskScore } from '../scoreTask';
import { speedupNumber } from '../speedup';
import type { Speedup } from '../speedup';
import { seriesClass } from './marks';
import { chart, element, linePath, linearScale, segment } from './svg';
import type { Point } from './svg';

const [WIDTH, HEIGHT] = [132, 30];
/** More points than a sparkline's pixels can't be seen. */
const MOST_POINTS = 60;

/** Smoothed losses of the best baseline and of all optimizers, up to the optimizers' length, on a log axis. */
export function sparkline({ task, baseline, optimizers }: TaskScore): string {
  const length = Math.max(...optimizers.map((score) => score.length));
  const curves = optimizers.map(({ curve }, i) => ({ curve, className: seriesClass(i) }));
  if (baseline.best !== undefined) {
    curves.push({ curve: baseline.best.curve, className: 'baseline' });
  }
  const lines = curves.map(({ curve, className }) => ({
    className,
    points: pointsOf(curve, length),
  }));
  const finite = lines
    .flatMap(({ points }) => points.map(([, loss]) => loss))
    .filter(Number.isFinite);
  const x = linearScale([0, length], [1, WIDTH - 1]);
  const y = linearScale([Math.min(...finite), Math.max(...finite)], [HEIGHT - 2, 2]);
  return chart(
    [WIDTH, HEIGHT],
    `Loss of ${task} over steps`,
    'spark',
    ...lines.map(({ points, className }) =>
      element('path', {
        d: linePath(points.map(([step, loss]) => [x(step), y(loss)])),
        class: `series thin ${className}`,
      }),
    ),
  );
}

/** Steps and log losses, thinned; a loss that has no logarithm is left out. */
function pointsOf({ steps, smoothed }: MeanCurve, length: number): Point[] {
  const last = steps.findLastIndex((step) => step <= length);
  const every = Math.max(1, Math.ceil(last / MOST_POINTS));
  const points: Point[] = [];
  for (let i = 0; i <= last; i += every) points.push([steps[i]!, Math.log(smoothed[i]!)]);
  if (last % every !== 0) points.push([steps[last]!, Math.log(smoothed[last]!)]);
  return points.map(([step, loss]) => [step, Number.isFinite(loss) ? loss : NaN]);
}

const BAR: Point = [64, 10];
/** Powers of two at the ends of a bar. */
const BAR_POWER = 4;

/** To the right of the middle is faster than the baseline, a whole half is 16 times; empty for failures. */
export function speedupBar(speedup: Speedup, series: number): string {
  const x = linearScale([-BAR_POWER, BAR_POWER], [0, BAR[0]]);
  const factor = speedupNumber(speedup) ?? 0;
  const power = Math.max(-BAR_POWER, Math.min(BAR_POWER, Math.log2(factor)));
  const [from, to] = [x(Math.min(0, power)), x(Math.max(0, power))];
  const bar =
    factor > 0
      ? [
          element('rect', {
            x: from,
            y: 1,
            width: to - from,
            height: 8,
            class: `fill ${seriesClass(series)}`,
          }),
        ]
      : [];
  return element(
    'svg',
    { viewBox: `0 0 ${BAR[0]} ${BAR[1]}`, class: 'bar', 'aria-hidden': 'true' },
    element('rect', { x: 0, y: 1, width: BAR[0], height: 8, class: 'track' }),
    ...bar,
    segment([x(0), 0], [x(0), BAR[1]], 'axis'),
  );
}
