/**
 * Views: how a value lies in a buffer. Reshapes, transposes, slices and broadcasts only make another view of the same
 * words; kernels that take strides read them in place.
 */
import { sizeOf } from '../../../base/index';

/** Place in the list of a plan's buffers. */
export type BufferId = number;

/** Element [i, j, …] is word `offset + i·strides[0] + j·strides[1] + …` of the buffer. */
export interface View {
  readonly buffer: BufferId;
  readonly offset: number;
  readonly shape: readonly number[];
  /** In words; 0 repeats, negative runs backwards. */
  readonly strides: readonly number[];
}

export function contiguousStrides(shape: readonly number[]): number[] {
  const strides = shape.map(() => 1);
  for (let axis = shape.length - 2; axis >= 0; axis--) {
    strides[axis] = strides[axis + 1]! * shape[axis + 1]!;
  }
  return strides;
}

/** The whole of a buffer, in row-major order. */
export function wholeView(buffer: BufferId, shape: readonly number[]): View {
  return { buffer, offset: 0, shape, strides: contiguousStrides(shape) };
}

/** Whether its elements lie one behind the other in row-major order. */
export function isContiguous({ shape, strides }: View): boolean {
  const packed = contiguousStrides(shape);
  return shape.every((side, axis) => side === 1 || strides[axis] === packed[axis]);
}

/** Another shape over the same elements in row-major order, or undefined where only a copy has it. */
export function reshapeView(view: View, shape: readonly number[]): View | undefined {
  if (sizeOf(shape) === 0) return { ...view, shape, strides: contiguousStrides(shape) };
  const strides = reshapedStrides(withoutOnes(view), shape);
  return strides && { ...view, shape, strides };
}

interface Layout {
  readonly shape: readonly number[];
  readonly strides: readonly number[];
}

function withoutOnes({ shape, strides }: Layout): Layout {
  const axes = shape.flatMap((side, axis) => (side === 1 ? [] : [axis]));
  return { shape: axes.map((axis) => shape[axis]!), strides: axes.map((axis) => strides[axis]!) };
}

/** Matches runs of old axes with runs of new ones of the same size; each run must be evenly spaced in memory. */
function reshapedStrides(old: Layout, shape: readonly number[]): number[] | undefined {
  const strides = shape.map(() => 0);
  let from = 0;
  let to = 0;
  while (to < shape.length) {
    if (shape[to] === 1) {
      to++;
      continue;
    }
    const run = matchRun(old.shape, from, shape, to);
    if (run === undefined || !isEvenlySpaced(old, from, run.from)) return undefined;
    let stride = old.strides[run.from - 1]!;
    for (let axis = run.to - 1; axis >= to; axis--) {
      strides[axis] = stride;
      stride *= shape[axis]!;
    }
    from = run.from;
    to = run.to;
  }
  return strides;
}

/** The ends of the shortest runs from `from` and `to` that have the same number of elements. */
function matchRun(
  old: readonly number[],
  from: number,
  shape: readonly number[],
  to: number,
): { readonly from: number; readonly to: number } | undefined {
  let have = old[from++] ?? 0;
  let want = shape[to++] ?? 0;
  while (have !== want) {
    if (have < want) have *= old[from++] ?? 0;
    else want *= shape[to++] ?? 0;
    if (have === 0 || want === 0) return undefined;
  }
  while (shape[to] === 1) to++;
  return { from, to };
}

function isEvenlySpaced({ shape, strides }: Layout, start: number, end: number): boolean {
  for (let axis = start; axis < end - 1; axis++) {
    if (strides[axis] !== strides[axis + 1]! * shape[axis + 1]!) return false;
  }
  return true;
}

export function transposeView(view: View, permutation: readonly number[]): View {
  return {
    ...view,
    shape: permutation.map((axis) => view.shape[axis]!),
    strides: permutation.map((axis) => view.strides[axis]!),
  };
}

/** The part [begin, begin + size) of each axis, every `step`-th element; a negative step runs backwards. */
export function sliceView(
  view: View,
  begin: readonly number[],
  size: readonly number[],
  step: readonly number[] = view.shape.map(() => 1),
): View {
  const offset = view.strides.reduce(
    (sum, stride, axis) => sum + stride * begin[axis]!,
    view.offset,
  );
  return { ...view, offset, shape: size, strides: view.strides.map((s, axis) => s * step[axis]!) };
}

/** Repeated over the axes that it lacks or has with one element, aligned at the last axis. */
export function broadcastView(view: View, shape: readonly number[]): View {
  const missing = shape.length - view.shape.length;
  const strides = shape.map((side, axis) => {
    const own = view.shape[axis - missing];
    return own === undefined || (own === 1 && side !== 1) ? 0 : view.strides[axis - missing]!;
  });
  return { ...view, shape, strides };
}

/** Without axis `axis`, at place `index` of it. */
export function pickView(view: View, axis: number, index: number): View {
  const without = (list: readonly number[]): number[] => list.filter((_, i) => i !== axis);
  return {
    ...view,
    offset: view.offset + index * view.strides[axis]!,
    shape: without(view.shape),
    strides: without(view.strides),
  };
}

export function sameView(a: View, b: View): boolean {
  return (
    a.buffer === b.buffer &&
    a.offset === b.offset &&
    a.shape.length === b.shape.length &&
    a.shape.every((side, axis) => side === b.shape[axis]) &&
    a.strides.every((stride, axis) => stride === b.strides[axis] || a.shape[axis] === 1)
  );
}
