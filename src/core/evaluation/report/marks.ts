/** The marks of optimizers and of what happened: a shape and a hue for each optimizer, so that hue is never alone. */
import { element, linePath } from './svg';
import type { Point } from './svg';

/** Number of hues of the page's style. */
const SERIES = 5;

/** Class that gives an optimizer its hue. @param index  of the optimizer, from 0 */
export function seriesClass(index: number): string {
  return `s${(index % SERIES) + 1}`;
}

/** Outlines around 0, by optimizer, of about equal area. */
const SHAPES: readonly ((r: number) => string)[] = [
  (r) => `M${-r} 0A${r} ${r} 0 1 1 ${r} 0A${r} ${r} 0 1 1 ${-r} 0Z`,
  (r) => polygon([-0.9, -0.9], [0.9, -0.9], [0.9, 0.9], [-0.9, 0.9])(r),
  (r) => polygon([0, -1.3], [1.3, 0], [0, 1.3], [-1.3, 0])(r),
  (r) => polygon([-1.15, -0.8], [1.15, -0.8], [0, 1.2])(r),
  (r) => polygon([0, -1.2], [1.15, -0.35], [0.7, 1], [-0.7, 1], [-1.15, -0.35])(r),
];

function polygon(...corners: Point[]): (r: number) => string {
  return (r) => `${linePath(corners.map(([x, y]) => [x * r, y * r]))}Z`;
}

interface MarkOptions {
  readonly at: Point;
  /** Which optimizer. */
  readonly series: number;
  readonly radius: number;
  readonly filled: boolean;
  /** Shown by the browser when the pointer rests on the mark. Markup. */
  readonly title: string;
}

/** A measured speedup. */
export function measuredMark(options: MarkOptions): string {
  const shape = SHAPES[options.series % SHAPES.length]!;
  return mark(options, element('path', { d: shape(options.radius), class: fillClass(options) }));
}

/** A censored one: an arrow that stands on the cap and points to where the truth is. */
export function censoredMark(options: MarkOptions): string {
  const r = options.radius;
  const head = linePath([
    [-1.2 * r, -r],
    [0, -3.2 * r],
    [1.2 * r, -r],
  ]);
  return mark(
    options,
    element('path', { d: `${head}Z`, class: fillClass(options) }),
    element('path', { d: `M0 ${-r}V${r}M${-r} ${r}H${r}`, class: 'stroke' }),
  );
}

/** A loss above the first one: an arrow downwards. */
export function worseMark(options: MarkOptions): string {
  const r = options.radius;
  const d = `M0 ${-1.2 * r}V${1.2 * r}M${-r} ${0.2 * r}L0 ${1.2 * r}L${r} ${0.2 * r}`;
  return mark(options, element('path', { d, class: 'stroke' }));
}

/** A training that diverged: a cross. */
export function divergedMark(options: MarkOptions): string {
  const r = options.radius;
  const d = `M${-r} ${-r}L${r} ${r}M${-r} ${r}L${r} ${-r}`;
  return mark(options, element('path', { d, class: 'stroke bad' }));
}

function mark({ at: [x, y], series, title }: MarkOptions, ...children: string[]): string {
  const group = {
    transform: `translate(${x.toFixed(1)} ${y.toFixed(1)})`,
    class: `mark ${seriesClass(series)}`,
  };
  return element('g', group, element('title', {}, title), ...children);
}

function fillClass({ filled }: MarkOptions): string {
  return filled ? 'filled' : 'hollow';
}
