/** What a StridedSlice of tfjs takes, by the attributes of its kernel. */
import { slice_util } from '@tensorflow/tfjs-core';
import type { StridedSliceAttrs } from '@tensorflow/tfjs-core';

export function stridedSliceInfo(
  shape: readonly number[],
  attrs: StridedSliceAttrs,
): ReturnType<typeof slice_util.sliceInfo> {
  const { begin, end, strides, beginMask, endMask } = attrs;
  const { ellipsisMask, newAxisMask, shrinkAxisMask } = attrs;
  return slice_util.sliceInfo(
    [...shape],
    begin,
    end,
    strides,
    beginMask,
    endMask,
    ellipsisMask,
    newAxisMask,
    shrinkAxisMask,
  );
}
