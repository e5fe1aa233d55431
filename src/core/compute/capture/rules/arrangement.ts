/** Kernels that move elements without computing, and those that make tensors from attributes. */
import { backend_util, slice_util, util } from '@tensorflow/tfjs-core';
import type {
  BatchToSpaceNDAttrs,
  ConcatAttrs,
  DepthToSpaceAttrs,
  ExpandDimsAttrs,
  FillAttrs,
  LinSpaceAttrs,
  PackAttrs,
  PadV2Attrs,
  RangeAttrs,
  ReshapeAttrs,
  SliceAttrs,
  SpaceToBatchNDAttrs,
  SplitVAttrs,
  StridedSliceAttrs,
  TileAttrs,
  TransposeAttrs,
  UnpackAttrs,
} from '@tensorflow/tfjs-core';
import { stridedSliceInfo } from '../../stridedSlice';
import { assertThat, asTensor, axisOf, first, forAll, like, withAxis } from './rule';
import type { Inputs, Rules, Shaped } from './rule';

export const arrangementRules: Rules = {
  Reshape: ({ x }, { shape }: ReshapeAttrs) => {
    const size = util.sizeFromShape(x!.shape);
    const full = util.inferFromImplicitShape(shape, size);
    assertThat(util.sizeFromShape(full) === size, () => mismatch(x!.shape, full));
    return { shape: full, dtype: x!.dtype };
  },
  ExpandDims: ({ input }, { dim }: ExpandDimsAttrs) => {
    const shape = [...input!.shape];
    shape.splice(axisOf(dim, shape.length + 1), 0, 1);
    return { shape, dtype: input!.dtype };
  },
  Transpose: ({ x }, { perm }: TransposeAttrs) => ({
    shape: perm.map((axis) => x!.shape[axis]!),
    dtype: x!.dtype,
  }),
  ...forAll(['Reverse'], like()),
  Concat: (inputs, { axis }: ConcatAttrs) => concatenated(inputs, axis),
  Pack: (inputs, { axis }: PackAttrs) => {
    const { shape, dtype } = first(inputs);
    const place = axisOf(axis, shape.length + 1);
    const count = Object.keys(inputs).length;
    return { shape: [...shape.slice(0, place), count, ...shape.slice(place)], dtype };
  },
  Unpack: ({ value }, { axis }: UnpackAttrs) => {
    const place = axisOf(axis, value!.shape.length);
    const part = { shape: withAxis(value!.shape, place), dtype: value!.dtype };
    return Array.from({ length: value!.shape[place]! }, () => part);
  },
  SplitV: ({ x }, { numOrSizeSplits, axis }: SplitVAttrs) => {
    const place = axisOf(axis, x!.shape.length);
    // Only the shape of the tensor is looked at.
    const sides = backend_util.prepareSplitSize(asTensor(x!), numOrSizeSplits, place);
    return sides.map((side) => ({ shape: withAxis(x!.shape, place, side), dtype: x!.dtype }));
  },
  Slice: ({ x }, { begin, size }: SliceAttrs) => {
    const [from = [], shape = []] = slice_util.parseSliceParams(asTensor(x!), begin, size);
    slice_util.assertParamsValid(asTensor(x!), from, shape);
    return { shape, dtype: x!.dtype };
  },
  StridedSlice: ({ x }, attrs: StridedSliceAttrs) => ({
    shape: stridedSliceInfo(x!.shape, attrs).finalShape,
    dtype: x!.dtype,
  }),
  ...forAll(['PadV2', 'MirrorPad'], ({ x }, { paddings }: PadV2Attrs) => ({
    shape: x!.shape.map((side, i) => side + paddings[i]![0] + paddings[i]![1]),
    dtype: x!.dtype,
  })),
  Tile: ({ x }, { reps }: TileAttrs) => ({
    shape: x!.shape.map((side, i) => side * reps[i]!),
    dtype: x!.dtype,
  }),
  Diag: ({ x }) => ({ shape: [...x!.shape, ...x!.shape], dtype: x!.dtype }),
  DepthToSpace: ({ x }, { blockSize, dataFormat }: DepthToSpaceAttrs) => {
    assertThat(dataFormat === 'NHWC', () => `depthToSpace: expected NHWC, got ${dataFormat}`);
    const [batch = 1, height = 1, width = 1, depth = 1] = x!.shape;
    const shape = [batch, height * blockSize, width * blockSize, depth / blockSize ** 2];
    return { shape, dtype: x!.dtype };
  },
  SpaceToBatchND: ({ x }, { blockShape, paddings }: SpaceToBatchNDAttrs) => {
    const padded = x!.shape.map((side, i) => {
      const [before = 0, after = 0] = paddings[i - 1] ?? [];
      return side + before + after;
    });
    const count = util.sizeFromShape(blockShape);
    const shape = backend_util.getReshapedPermuted(padded, blockShape, count, false);
    return { shape, dtype: x!.dtype };
  },
  BatchToSpaceND: ({ x }, { blockShape, crops }: BatchToSpaceNDAttrs) => {
    const count = util.sizeFromShape(blockShape);
    const whole = backend_util.getReshapedPermuted([...x!.shape], blockShape, count);
    const cropped = backend_util.getSliceSize(whole, crops, blockShape.length);
    return { shape: [...cropped, ...whole.slice(cropped.length)], dtype: x!.dtype };
  },
  // The type may be left out, whatever tfjs's declaration says.
  Fill: (_, { shape, value, dtype }: Omit<FillAttrs, 'dtype'> & Partial<FillAttrs>) => ({
    shape,
    dtype: dtype ?? util.inferDtype(value),
  }),
  Range: (_, { start, stop, step, dtype }: RangeAttrs) => {
    const empty = start === stop || (start < stop && step < 0) || (stop < start && step > 1);
    const count = empty ? 0 : Math.abs(Math.ceil((stop - start) / step));
    return { shape: [count], dtype };
  },
  LinSpace: (_, { num }: LinSpaceAttrs) => ({ shape: [num], dtype: 'float32' }),
};

function concatenated(inputs: Inputs, axis: number): Shaped {
  const parts = Object.values(inputs);
  const shapes = parts.map(({ shape }) => shape);
  const place = axisOf(axis, shapes[0]!.length);
  backend_util.assertParamsConsistent(shapes, place);
  return { shape: backend_util.computeOutShape(shapes, place), dtype: parts[0]!.dtype };
}

function mismatch(from: readonly number[], to: readonly number[]): string {
  return `reshape: [${String(from)}] does not have as many elements as [${String(to)}]`;
}
