/** Derivatives of the derivatives of pooling and resizing: the former are linear, so these are their transposes. */
import * as tf from '@tensorflow/tfjs-core';
import type {
  AvgPoolGradAttrs,
  GradConfig,
  MaxPoolGradAttrs,
  ResizeBilinearGradAttrs,
  Tensor,
  Tensor4D,
} from '@tensorflow/tfjs-core';
import { derivative, noSlope } from './derivative';

const averageSlope = derivative(
  'AvgPoolGrad',
  ['input'],
  (ddx, [input], { filterSize, strides, pad }: AvgPoolGradAttrs) => ({
    dy: () => tf.avgPool(ddx as Tensor4D, filterSize, strides, pad),
    input: () => noSlope(input!),
  }),
);

const maximumSlope = derivative(
  'MaxPoolGrad',
  ['input', 'output'],
  (ddx, [input, output], attrs: MaxPoolGradAttrs) => ({
    dy: () => atMaximum(input as Tensor4D, ddx as Tensor4D, attrs),
    input: () => noSlope(input!),
    output: () => noSlope(output!),
  }),
);

/**
 * The numbers of `values` that stand where the windows of `x` have their maximum, the first one row by row; 0 where a
 * window has no number above -infinity.
 */
function atMaximum(x: Tensor4D, values: Tensor4D, attrs: MaxPoolGradAttrs): Tensor {
  const { filterSize, strides, pad, dimRoundingMode } = attrs;
  const info = tf.backend_util.computePool2DInfo(
    ...([x.shape, filterSize, strides, 1, pad, dimRoundingMode] as const),
  );
  const { top, left } = info.padInfo;
  const down = (info.outHeight - 1) * info.strideHeight;
  const across = (info.outWidth - 1) * info.strideWidth;
  const margins = (before: number, side: number, whole: number): [number, number] => [
    before,
    Math.max(0, whole - side - before),
  ];
  const rows = margins(top, info.inHeight, down + info.filterHeight);
  const columns = margins(left, info.inWidth, across + info.filterWidth);
  const framed = (t: Tensor4D, value: number): Tensor4D =>
    tf.pad(t, [[0, 0], rows, columns, [0, 0]], value);
  const [xs, all] = [framed(x, -Infinity), framed(values, 0)];
  const tap = (t: Tensor4D, i: number, j: number): Tensor =>
    tf.stridedSlice(
      t,
      [0, i, j, 0],
      [info.batchSize, i + down + 1, j + across + 1, info.inChannels],
      [1, info.strideHeight, info.strideWidth, 1],
    );
  let most: Tensor = tf.fill(info.outShape, -Infinity);
  let found: Tensor = tf.zeros(info.outShape);
  for (let i = 0; i < info.filterHeight; i++) {
    for (let j = 0; j < info.filterWidth; j++) {
      const own = tap(xs, i, j);
      const isMore = tf.greater(own, most);
      found = tf.where(isMore, tap(all, i, j), found);
      most = tf.where(isMore, own, most);
    }
  }
  return found;
}

type Resize = (
  images: Tensor4D,
  size: [number, number],
  alignCorners?: boolean,
  halfPixelCenters?: boolean,
) => Tensor;

/** Of ours that tfjs passes on from the kernel whose derivative it is. */
type ResizeAttrs = ResizeBilinearGradAttrs & { readonly halfPixelCenters?: boolean };

function resizeSlope(kernel: string, resize: Resize): GradConfig {
  return derivative(
    kernel,
    ['images', 'dy'],
    (ddx, [images, dy], { alignCorners, halfPixelCenters }: ResizeAttrs) => ({
      dy: () => {
        const [, height, width] = dy!.shape;
        return resize(ddx as Tensor4D, [height!, width!], alignCorners, halfPixelCenters);
      },
      images: () => noSlope(images!),
    }),
  );
}

export const poolingDerivatives: readonly GradConfig[] = [
  averageSlope,
  maximumSlope,
  resizeSlope('ResizeBilinearGrad', tf.image.resizeBilinear),
  resizeSlope('ResizeNearestNeighborGrad', tf.image.resizeNearestNeighbor),
];
