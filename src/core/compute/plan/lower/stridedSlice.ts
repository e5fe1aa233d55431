/** What a StridedSlice takes, by the masks of its attributes. */
import { slice_util } from '@tensorflow/tfjs-core';

export interface SliceRange {
  readonly begin: readonly number[];
  readonly size: readonly number[];
  readonly step: readonly number[];
}

/** Without the axes that the masks add or drop; those are a reshape of the result. */
export function stridedSlice(
  shape: readonly number[],
  attrs: Readonly<Record<string, unknown>>,
): SliceRange {
  const mask = (name: string): number => (attrs[name] as number | undefined) ?? 0;
  const { begin, end, strides } = slice_util.sliceInfo(
    [...shape],
    attrs['begin'] as number[],
    attrs['end'] as number[],
    attrs['strides'] as number[],
    mask('beginMask'),
    mask('endMask'),
    mask('ellipsisMask'),
    mask('newAxisMask'),
    mask('shrinkAxisMask'),
  );
  const size = begin.map((start, axis) => {
    const steps = (end[axis]! - start) / strides[axis]!;
    return Math.max(0, Math.ceil(steps));
  });
  return { begin, size, step: strides };
}
