/** Kernels that read or write at places given by a tensor of indices. Their shapes don't depend on the indices. */
import { backend_util } from '@tensorflow/tfjs-core';
import type {
  BincountAttrs,
  DenseBincountAttrs,
  GatherV2Attrs,
  OneHotAttrs,
  ScatterNdAttrs,
  TensorInfo,
  UnsortedSegmentSumAttrs,
} from '@tensorflow/tfjs-core';
import { asTensor, axisOf } from './rule';
import type { Rules } from './rule';

export const indexingRules: Rules = {
  GatherV2: ({ x, indices }, { axis, batchDims }: GatherV2Attrs) => ({
    shape: gatheredShape(x!, indices!, axisOf(axis, x!.shape.length), batchDims),
    dtype: x!.dtype,
  }),
  GatherNd: ({ params, indices }) => {
    const [shape] = backend_util.prepareAndValidate(asTensor(params!), indices!);
    return { shape, dtype: params!.dtype };
  },
  ScatterNd: ({ indices, updates }, { shape }: ScatterNdAttrs) => {
    backend_util.calculateShapes(updates!, indices!, shape);
    return { shape, dtype: updates!.dtype };
  },
  TensorScatterUpdate: ({ tensor, indices, updates }) => {
    backend_util.calculateShapes(updates!, indices!, tensor!.shape);
    return { shape: tensor!.shape, dtype: tensor!.dtype };
  },
  UnsortedSegmentSum: ({ x, segmentIds }, { numSegments }: UnsortedSegmentSumAttrs) => ({
    shape: [numSegments, ...x!.shape.slice(segmentIds!.shape.length)],
    // tfjs-cpu sums x times a mask of floats.
    dtype: 'float32',
  }),
  OneHot: ({ indices }, { depth, dtype }: OneHotAttrs) => ({
    shape: [...indices!.shape, depth],
    dtype,
  }),
  Bincount: ({ weights }, { size }: BincountAttrs) => ({
    shape: [size],
    dtype: weights!.dtype,
  }),
  DenseBincount: ({ x, weights }, { size }: DenseBincountAttrs) => ({
    shape: [...x!.shape.slice(0, -1), size],
    dtype: weights!.dtype,
  }),
  SearchSorted: ({ values }) => ({ shape: values!.shape, dtype: 'int32' }),
};

function gatheredShape(
  x: TensorInfo,
  indices: TensorInfo,
  axis: number,
  batchDims: number,
): number[] {
  const info = backend_util.segment_util.collectGatherOpShapeInfo(
    asTensor(x),
    asTensor(indices),
    axis,
    batchDims,
  );
  return info.outputShape;
}
