/** What becomes of the loss difference of a pair before it weighs the pair's noise. */
import { checkPositive } from '../checks';

export type ShapeSpec =
  /** d itself. */
  | { readonly kind: 'raw' }
  /** scale·sign(d): only who won counts (VeLO, scale 1). */
  | { readonly kind: 'sign'; readonly scale: number }
  /** tanh(d/scale). */
  | { readonly kind: 'tanh'; readonly scale: number }
  /** d/(|d| + scale): a large difference still counts for more than a small one. */
  | { readonly kind: 'soft'; readonly scale: number }
  /** d, at most ±limit. */
  | { readonly kind: 'clip'; readonly limit: number };

export type Shape = (difference: number) => number;

/**
 * The function that a specification means. Differences that are no finite number come out as 0: a pair that says
 * nothing moves nothing.
 * @throws UserError('config') on a scale or limit that is not above 0
 */
export function createShape(spec: ShapeSpec): Shape {
  const shape = shapeOf(spec);
  return (difference) => (Number.isFinite(difference) ? shape(difference) : 0);
}

function shapeOf(spec: ShapeSpec): Shape {
  if (spec.kind === 'raw') return (d) => d;
  if (spec.kind === 'clip') {
    const limit = checkPositive('limit of shape clip', spec.limit);
    return (d) => Math.min(Math.max(d, -limit), limit);
  }
  const scale = checkPositive(`scale of shape ${spec.kind}`, spec.scale);
  switch (spec.kind) {
    case 'sign':
      return (d) => scale * Math.sign(d);
    case 'tanh':
      return (d) => Math.tanh(d / scale);
    case 'soft':
      return (d) => d / (Math.abs(d) + scale);
  }
}
