/** Performance profiles as a chart: step lines over the factor to the best, labelled at their right ends. */
import { profileAt } from '../profiles';
import type { Profile } from '../profiles';
import { chart, element, escapeHtml, label, linePath, linearScale, segment } from './svg';
import type { Point } from './svg';
import { seriesClass } from './marks';

const WIDTH = 980;
const HEIGHT = 300;
const EDGE = { left: 52, right: 220, top: 12, bottom: 42 };
/** Largest factor that is drawn, and where AlgoPerf's score stops. */
const LARGEST = 16;
const SCORED = 4;
/** Least distance of two labels. */
const LABEL_HEIGHT = 15;

/**
 * @param profiles  the baseline first
 * @param names     as many, to be shown
 * @returns undefined where there is no task
 */
export function profileChart(
  profiles: readonly Profile[],
  names: readonly string[],
): string | undefined {
  if (profiles.length < 2 || profiles[0]!.tasks === 0) return undefined;
  const log = linearScale([0, Math.log2(LARGEST)], [EDGE.left, WIDTH - EDGE.right]);
  const x = (factor: number): number => log(Math.log2(factor));
  const y = linearScale([0, 1], [HEIGHT - EDGE.bottom, EDGE.top]);
  const lines = profiles.map((profile, i) =>
    element('path', { d: linePath(stepsOf(profile, x, y)), class: `series ${classOf(i)}` }),
  );
  const description = `Performance profiles: share of ${profiles[0]!.tasks} tasks on which each optimizer is within a factor of the best.`;
  return chart(
    [WIDTH, HEIGHT],
    description,
    'chart',
    grid(x, y),
    ...lines.toReversed(),
    endLabels(profiles, names, y),
  );
}

/** The baseline is neutral and dashed. */
function classOf(index: number): string {
  return index === 0 ? 'baseline' : seriesClass(index - 1);
}

function stepsOf(
  profile: Profile,
  x: (factor: number) => number,
  y: (share: number) => number,
): Point[] {
  const { ratios, tasks } = profile;
  const points: Point[] = [[x(1), y(0)]];
  let share = 0;
  for (const ratio of ratios) {
    if (ratio > LARGEST) break;
    points.push([x(ratio), y(share)]);
    share += 1 / tasks;
    points.push([x(ratio), y(share)]);
  }
  points.push([x(LARGEST), y(share)]);
  return points;
}

function grid(x: (factor: number) => number, y: (share: number) => number): string {
  const parts: string[] = [];
  for (const share of [0, 0.25, 0.5, 0.75, 1]) {
    parts.push(segment([x(1), y(share)], [x(LARGEST), y(share)], share === 0 ? 'axis' : 'grid'));
    parts.push(label(`${share * 100} %`, [x(1) - 6, y(share) + 4], 'end'));
  }
  for (let factor = 1; factor <= LARGEST; factor *= 2) {
    parts.push(segment([x(factor), y(0)], [x(factor), y(1)], factor === SCORED ? 'line' : 'grid'));
    parts.push(label(`${factor}×`, [x(factor), y(0) + 15], 'middle'));
  }
  parts.push(
    label(
      'within this factor of the best on the task',
      [(x(1) + x(LARGEST)) / 2, y(0) + 32],
      'middle',
    ),
  );
  return parts.join('');
}

/** Names at the ends of the lines, moved apart where they would overlap. */
function endLabels(
  profiles: readonly Profile[],
  names: readonly string[],
  y: (share: number) => number,
): string {
  const wanted = profiles
    .map((profile, index) => ({ index, at: y(profileAt(profile, LARGEST)) + 4 }))
    .sort((a, b) => a.at - b.at);
  let next = -Infinity;
  return wanted
    .map(({ index, at }) => {
      next = Math.max(at, next + LABEL_HEIGHT);
      const position: Point = [WIDTH - EDGE.right + 8, next];
      return element(
        'text',
        { x: position[0], y: position[1], class: `end ${classOf(index)}` },
        escapeHtml(names[index]!),
      );
    })
    .join('');
}
