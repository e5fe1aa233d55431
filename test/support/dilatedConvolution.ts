/** Derivatives of dilated convolutions, straight from their definition: the kernels of tfjs overlook dilations there. */
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';

type Shape = [number, number, number, number];

interface Attrs {
  readonly strides: number | [number, number];
  readonly pad: 'same' | 'valid' | number;
  readonly dilations?: number | [number, number];
  readonly inputShape?: Shape;
  readonly filterShape?: Shape;
}

const KERNEL = /^(Conv2D|DepthwiseConv2dNative)Backprop(Input|Filter)$/;

/** The result of a derivative of a dilated NHWC convolution; undefined for every other node. */
export function dilatedConvolution(
  op: string,
  inputs: Readonly<Record<string, Tensor>>,
  attrs: object,
): Tensor | undefined {
  const [, kind, wanted] = KERNEL.exec(op) ?? [];
  const { dilations = 1, strides, pad, inputShape, filterShape } = attrs as Attrs;
  if (wanted === undefined || [dilations].flat().every((rate) => rate === 1)) return undefined;
  const depthwise = kind !== 'Conv2D';
  const x = inputShape ?? (inputs.x!.shape as Shape);
  const filter = filterShape ?? (inputs.filter!.shape as Shape);
  const info = tf.backend_util.computeConv2DInfo(
    x,
    filter,
    strides,
    dilations,
    pad,
    undefined,
    depthwise,
  );
  const dy = tf.buffer(info.outShape, 'float32', inputs.dy!.dataSync<'float32'>());
  const shape = wanted === 'Input' ? x : filter;
  const out = tf.buffer(shape, 'float32');
  const other = wanted === 'Input' ? inputs.filter! : inputs.x!;
  const known = tf.buffer(other.shape, 'float32', other.dataSync<'float32'>());
  const visit = (at: { x: Shape; filter: Shape; y: Shape }): void => {
    const place = wanted === 'Input' ? at.x : at.filter;
    const factor = known.get(...(wanted === 'Input' ? at.filter : at.x));
    out.set(out.get(...place) + factor * dy.get(...at.y), ...place);
  };
  visitProducts(info, filter, depthwise, visit);
  return out.toTensor();
}

/** All triples of places with y[at.y] += x[at.x] · filter[at.filter]. */
function visitProducts(
  info: tf.backend_util.Conv2DInfo,
  [height, width, channels, last]: Shape,
  depthwise: boolean,
  visit: (at: { x: Shape; filter: Shape; y: Shape }) => void,
): void {
  const sides = [info.batchSize, info.outHeight, info.outWidth, height, width, channels, last];
  const count = sides.reduce((product, side) => product * side, 1);
  for (let i = 0; i < count; i++) {
    const [n, oy, ox, fy, fx, c, m] = placeOf(i, sides) as [number, ...number[]] & number[];
    const iy = oy! * info.strideHeight - info.padInfo.top + fy! * info.dilationHeight;
    const ix = ox! * info.strideWidth - info.padInfo.left + fx! * info.dilationWidth;
    if (iy < 0 || iy >= info.inHeight || ix < 0 || ix >= info.inWidth) continue;
    const channel = depthwise ? c! * last + m! : m!;
    visit({ x: [n, iy, ix, c!], filter: [fy!, fx!, c!, m!], y: [n, oy!, ox!, channel] });
  }
}

function placeOf(index: number, sides: readonly number[]): number[] {
  const place: number[] = [];
  let rest = index;
  for (const side of [...sides].reverse()) {
    place.unshift(rest % side);
    rest = Math.floor(rest / side);
  }
  return place;
}
