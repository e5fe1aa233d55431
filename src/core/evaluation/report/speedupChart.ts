/**
 * The speedup chart: each optimizer's tasks sorted by its own speedup, on a log2 axis, with lines at 1, 4 and 16 times and the
 * shares above them. The first optimizer is in front: filled marks, intervals, shares. Failures lie in a strip below.
 */
import type { Aggregate } from '../aggregate';
import { factorText, intervalText, speedupText } from './format';
import { baselineName, displayName } from './input';
import type { ReportInput } from './input';
import { censoredMark, divergedMark, measuredMark, seriesClass, worseMark } from './marks';
import { shareText } from './summary';
import { chart, element, escapeHtml, label, linearScale, segment } from './svg';
import type { Point } from './svg';
import { speedupOrder } from './taskOrder';
import type { PlacedSpeedup, SpeedupUnit } from './taskOrder';

const WIDTH = 980;
const HEIGHT = 430;
const EDGE = { left: 52, right: 168, top: 14, bottom: 42 };
/** Height of the strip for failures, and of the gap above it. */
const STRIP = 22;
/** The axis never ends above 1/4 or below 16 times, nor does it go further down than this power of two. */
const [LOWEST, HIGHEST] = [-2, 4];
const FLOOR = -8;

interface Frame {
  readonly x: (share: number) => number;
  readonly y: (factor: number) => number;
  /** Powers of two at the ends of the axis. */
  readonly powers: Point;
  /** Middle of the strip for failures. */
  readonly stripY: number;
}

/** @returns an svg element; undefined where no optimizer has a speedup in the unit */
export function speedupChart(input: ReportInput, unit: SpeedupUnit): string | undefined {
  const { optimizers, tasks } = input.score;
  const orders = optimizers.map(({ optimizer }) => speedupOrder(tasks, optimizer, unit));
  if (orders.every((order) => order.length === 0)) return undefined;
  const frame = frameFor(orders);
  const front = optimizers[0]!;
  const aggregate = unit === 'steps' ? front.steps : front.seconds;
  const series = orders.map((order, index) => seriesMarks(order, index, frame));
  return chart(
    [WIDTH, HEIGHT],
    descriptionOf(input, unit),
    'chart',
    axes(frame),
    factorLines(frame, `tuned ${baselineName(input)}`, aggregate),
    // The front optimizer is drawn last.
    intervals(orders[0]!, frame),
    ...series.toReversed(),
  );
}

function descriptionOf(input: ReportInput, unit: SpeedupUnit): string {
  const parts = input.score.optimizers.map(({ optimizer, steps, seconds }) => {
    const aggregate = unit === 'steps' ? steps : seconds;
    const median = aggregate === undefined ? '–' : factorText(aggregate.median.value);
    return `${displayName(input, optimizer)} median ${median}`;
  });
  return `Speedup in ${unit} over tuned ${baselineName(input)}, tasks sorted by speedup: ${parts.join(', ')}.`;
}

function frameFor(orders: readonly (readonly PlacedSpeedup[])[]): Frame {
  const factors = orders.flat().flatMap(({ speedup }) => {
    if (speedup.kind === 'measured') return [speedup.factor];
    return speedup.kind === 'censored' ? [speedup.atLeast] : [];
  });
  const ends = (orders[0] ?? []).flatMap(({ interval }) =>
    interval === undefined ? [] : [interval.low, interval.high],
  );
  const powers = [...factors, ...ends].filter((factor) => factor > 0).map(Math.log2);
  const low = Math.max(FLOOR, Math.min(LOWEST, ...powers.map(Math.floor)));
  const high = Math.max(HIGHEST, ...powers.map(Math.ceil)) + 0.4;
  const bottom = HEIGHT - EDGE.bottom - STRIP;
  const y = linearScale([low, high], [bottom - 4, EDGE.top]);
  return {
    x: linearScale([0, 1], [EDGE.left, WIDTH - EDGE.right]),
    y: (factor) => y(Math.log2(factor)),
    powers: [low, high],
    stripY: bottom + STRIP / 2,
  };
}

function axes({ x, y, powers: [low, high], stripY }: Frame): string {
  const [left, right, bottom] = [x(0), x(1), stripY + STRIP / 2];
  const ticks: string[] = [];
  for (let power = Math.ceil(low); power <= high; power++) {
    const at = y(2 ** power);
    ticks.push(segment([left, at], [right, at], 'grid'));
    const text = power < 0 ? `1/${2 ** -power}×` : `${2 ** power}×`;
    ticks.push(label(text, [left - 6, at + 4], 'end'));
  }
  for (const share of [0, 0.25, 0.5, 0.75, 1]) {
    ticks.push(segment([x(share), EDGE.top], [x(share), bottom], 'grid'));
    ticks.push(label(`${share * 100} %`, [x(share), bottom + 15], 'middle'));
  }
  return [
    element('rect', {
      x: left,
      y: stripY - STRIP / 2,
      width: right - left,
      height: STRIP,
      class: 'strip',
    }),
    ...ticks,
    segment([left, bottom], [right, bottom], 'axis'),
    segment([left, EDGE.top], [left, bottom], 'axis'),
    label(
      'share of tasks, each optimizer’s sorted by its own speedup',
      [(left + right) / 2, bottom + 32],
      'middle',
    ),
    label('failed', [right + 8, stripY + 4], 'start', 'tick bad-text'),
  ].join('');
}

/** Lines at 1, 4 and 16 times with the front optimizer's shares at their right ends. */
function factorLines(frame: Frame, baseline: string, aggregate: Aggregate | undefined): string {
  const { x, y } = frame;
  const lines = [1, 4, 16].map((factor) =>
    segment([x(0), y(factor)], [x(1), y(factor)], factor === 1 ? 'line one' : 'line'),
  );
  const shares = (aggregate?.shares ?? []).map((share) =>
    label(
      `≥ ${factorText(share.factor).replace('.00', '')}: ${shareText(share, aggregate!)}`,
      [x(1) + 8, y(share.factor) + 4],
      'start',
      `tick share ${seriesClass(0)}`,
    ),
  );
  return [...lines, ...shares, label(baseline, [x(1) - 4, y(1) - 5], 'end')].join('');
}

function xOf(rank: number, count: number, { x }: Frame): number {
  return x((rank + 0.5) / count);
}

function intervals(order: readonly PlacedSpeedup[], frame: Frame): string {
  const low = 2 ** frame.powers[0];
  return order
    .map(({ interval }, rank) => {
      if (interval === undefined || interval.high < low) return '';
      const at = xOf(rank, order.length, frame);
      return segment(
        [at, frame.y(Math.max(low, interval.low))],
        [at, frame.y(interval.high)],
        `interval ${seriesClass(0)}`,
      );
    })
    .join('');
}

function seriesMarks(order: readonly PlacedSpeedup[], series: number, frame: Frame): string {
  const crowded = order.length > 60;
  return order
    .map(({ task, speedup, interval }, rank) => {
      const x = xOf(rank, order.length, frame);
      const options = {
        series,
        radius: series === 0 ? (crowded ? 3.6 : 4.5) : crowded ? 2.6 : 3.2,
        filled: series === 0,
        title: escapeHtml(`${task}: ${speedupText(speedup)} ${intervalText(interval)}`.trim()),
      };
      const inStrip = { ...options, at: [x, frame.stripY] as const };
      switch (speedup.kind) {
        case 'measured': {
          const visible = speedup.factor >= 2 ** frame.powers[0];
          return visible
            ? measuredMark({ ...options, at: [x, frame.y(speedup.factor)] })
            : worseMark(inStrip);
        }
        case 'censored':
          return censoredMark({ ...options, at: [x, frame.y(speedup.atLeast)] });
        case 'worseThanStart':
          return worseMark(inStrip);
        case 'diverged':
          return divergedMark(inStrip);
        case 'noBaseline':
          return '';
      }
    })
    .join('');
}
