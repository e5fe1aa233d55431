/** Matrix products, convolutions, pooling, normalisation and resizing of images. */
import { backend_util } from '@tensorflow/tfjs-core';
import type {
  BatchMatMulAttrs,
  Conv2DAttrs,
  Conv2DBackpropFilterAttrs,
  Conv2DBackpropInputAttrs,
  Conv3DAttrs,
  CropAndResizeAttrs,
  MaxPool3DAttrs,
  MaxPoolAttrs,
  ResizeBilinearAttrs,
  TensorInfo,
} from '@tensorflow/tfjs-core';
import { assertThat, broadcast, forAll, like } from './rule';
import type { Rules } from './rule';

type Shape4D = [number, number, number, number];
type Shape5D = [number, number, number, number, number];

export const networkRules: Rules = {
  ...forAll(
    ['BatchMatMul', '_FusedMatMul'],
    ({ a, b }, { transposeA, transposeB }: BatchMatMulAttrs) => ({
      shape: productShape(a!.shape, b!.shape, transposeA, transposeB),
      dtype: a!.dtype,
    }),
  ),
  ...forAll(['Conv2D', 'FusedConv2D'], ({ x, filter }, attrs: Conv2DAttrs) => ({
    shape: convolvedShape(x!, filter!, attrs, false),
    dtype: x!.dtype,
  })),
  ...forAll(
    ['DepthwiseConv2dNative', 'FusedDepthwiseConv2D'],
    ({ x, filter }, attrs: Conv2DAttrs) => ({
      shape: convolvedShape(x!, filter!, attrs, true),
      dtype: x!.dtype,
    }),
  ),
  ...forAll(
    ['Conv2DBackpropInput', 'DepthwiseConv2dNativeBackpropInput', 'Conv3DBackpropInputV2'],
    (_, { inputShape }: Conv2DBackpropInputAttrs) => ({
      shape: inputShape,
      dtype: 'float32',
    }),
  ),
  ...forAll(
    ['Conv2DBackpropFilter', 'DepthwiseConv2dNativeBackpropFilter', 'Conv3DBackpropFilterV2'],
    (_, { filterShape }: Conv2DBackpropFilterAttrs) => ({
      shape: filterShape,
      dtype: 'float32',
    }),
  ),
  Conv3D: ({ x, filter }, { strides, pad, dilations }: Conv3DAttrs) => ({
    shape: backend_util.computeConv3DInfo(
      x!.shape as Shape5D,
      filter!.shape as Shape5D,
      strides,
      dilations,
      pad,
    ).outShape,
    dtype: x!.dtype,
  }),
  ...forAll(['MaxPool', 'AvgPool'], ({ x }, attrs: MaxPoolAttrs) => ({
    shape: pooledShape(x!, attrs),
    dtype: x!.dtype,
  })),
  MaxPoolWithArgmax: ({ x }, attrs: MaxPoolAttrs) => {
    const shape = pooledShape(x!, attrs);
    return [
      { shape, dtype: x!.dtype },
      { shape, dtype: 'int32' },
    ];
  },
  ...forAll(
    ['MaxPool3D', 'AvgPool3D'],
    ({ x }, { filterSize, strides, pad, dimRoundingMode, dataFormat }: MaxPool3DAttrs) => ({
      shape: backend_util.computePool3DInfo(
        x!.shape as Shape5D,
        filterSize,
        strides,
        1,
        pad,
        dimRoundingMode,
        dataFormat,
      ).outShape,
      dtype: 'float32',
    }),
  ),
  ...forAll(['MaxPoolGrad', 'AvgPoolGrad', 'MaxPool3DGrad', 'AvgPool3DGrad'], ({ input }) => ({
    shape: input!.shape,
    dtype: 'float32',
  })),
  FusedBatchNorm: like('x'),
  LRN: like('x'),
  LRNGrad: like('x'),
  ResizeBilinear: ({ images }, { size }: ResizeBilinearAttrs) => ({
    shape: resizedShape(images!, size),
    dtype: 'float32',
  }),
  ResizeNearestNeighbor: ({ images }, { size }: ResizeBilinearAttrs) => ({
    shape: resizedShape(images!, size),
    dtype: images!.dtype,
  }),
  ...forAll(['ResizeBilinearGrad', 'ResizeNearestNeighborGrad'], ({ images }) => ({
    shape: images!.shape,
    dtype: 'float32',
  })),
  CropAndResize: ({ image, boxes }, { cropSize }: CropAndResizeAttrs) => ({
    shape: [boxes!.shape[0]!, ...cropSize, image!.shape[3]!],
    dtype: 'float32',
  }),
  ...forAll(['FlipLeftRight', 'RotateWithOffset'], like('image')),
};

function resizedShape({ shape }: TensorInfo, size: readonly [number, number]): number[] {
  return [shape[0]!, ...size, shape[3]!];
}

function productShape(
  a: readonly number[],
  b: readonly number[],
  transposeA: boolean,
  transposeB: boolean,
): number[] {
  const [rows, innerA] = lastTwo(a, transposeA);
  const [innerB, columns] = lastTwo(b, transposeB);
  assertThat(
    innerA === innerB,
    () => `matMul: inner sides ${innerA} of [${String(a)}] and ${innerB} of [${String(b)}] differ`,
  );
  return [...broadcast(a.slice(0, -2), b.slice(0, -2)), rows, columns];
}

function lastTwo(shape: readonly number[], swapped: boolean): readonly [number, number] {
  const [first = 1, second = 1] = shape.slice(-2);
  return swapped ? [second, first] : [first, second];
}

function convolvedShape(
  x: TensorInfo,
  filter: TensorInfo,
  { strides, pad, dilations, dimRoundingMode, dataFormat }: Conv2DAttrs,
  depthwise: boolean,
): number[] {
  return backend_util.computeConv2DInfo(
    x.shape as Shape4D,
    filter.shape as Shape4D,
    strides,
    dilations,
    pad,
    dimRoundingMode,
    depthwise,
    // Depthwise convolutions of tfjs know one format.
    depthwise ? 'channelsLast' : backend_util.convertConv2DDataFormat(dataFormat),
  ).outShape;
}

function pooledShape(x: TensorInfo, attrs: MaxPoolAttrs): number[] {
  const { filterSize, strides, pad, dimRoundingMode } = attrs;
  const shape = x.shape as Shape4D;
  return backend_util.computePool2DInfo(shape, filterSize, strides, 1, pad, dimRoundingMode)
    .outShape;
}
