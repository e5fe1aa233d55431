/** tfjs kernels that are matrix products or convolutions. */
import { backend_util } from '@tensorflow/tfjs-core';
import { sizeOf } from '../../../../base/index';
import { convWorkspace } from '../convWorkspace';
import type { ConvDirection, ConvGeometry } from '../convWorkspace';
import type { Operand } from '../builder';
import { broadcast, transpose } from '../builder';
import type { KernelArg } from '../nodes';
import type { View } from '../view';
import { broadcastView, transposeView } from '../view';
import type { Call, LowerTable } from './call';

export const PRODUCTS: LowerTable = {
  BatchMatMul: (call) => product(call),
  _FusedMatMul: (call) => activated(call, product(call)),
  Conv2D: (call) => convolution(call, 'conv.forward', ['x', 'filter']),
  FusedConv2D: (call) => activated(call, convolution(call, 'conv.forward', ['x', 'filter'])),
  Conv2DBackpropInput: (call) => convolution(call, 'conv.input', ['dy', 'filter']),
  Conv2DBackpropFilter: (call) => convolution(call, 'conv.filter', ['x', 'dy']),
  DepthwiseConv2dNative: (call) => convolution(call, 'depthwise.forward', ['x', 'filter']),
  FusedDepthwiseConv2D: (call) =>
    activated(call, convolution(call, 'depthwise.forward', ['x', 'filter'])),
  DepthwiseConv2dNativeBackpropInput: (call) =>
    convolution(call, 'depthwise.input', ['dy', 'filter']),
  DepthwiseConv2dNativeBackpropFilter: (call) => convolution(call, 'depthwise.filter', ['x', 'dy']),
  MaxPool: (call) => pooling(call, 'pool.max', ['x']),
  AvgPool: (call) => pooling(call, 'pool.avg', ['x']),
  MaxPoolGrad: (call) => pooling(call, 'pool.maxGrad', ['input', 'dy']),
  AvgPoolGrad: (call) => pooling(call, 'pool.avgGrad', ['dy']),
};

function product(call: Call): Operand {
  const { builder } = call;
  const shape = call.shape();
  const matrix = (name: 'a' | 'b', isTransposed: boolean): View => {
    const view = builder.inMemory(call.input(name));
    const rank = view.shape.length;
    const swapped = [...Array(rank - 2).keys(), rank - 1, rank - 2];
    const right = isTransposed ? transposeView(view, swapped) : view;
    return broadcastView(right, [...shape.slice(0, -2), ...right.shape.slice(-2)]);
  };
  const a = matrix('a', call.attr<boolean>('transposeA'));
  const b = matrix('b', call.attr<boolean>('transposeB'));
  if (a.shape.at(-1) === 0) return { fill: 0, shape };
  return builder.matmul(a, b, shape);
}

/** Bias and activation of tfjs's fused kernels. */
function activated(call: Call, product: Operand): Operand {
  const { builder } = call;
  const shape = call.shape();
  const sum = call.has('bias')
    ? builder.map('add', [product, broadcast(call.input('bias'), shape)], shape)
    : product;
  const activation = call.attr<string | undefined>('activation') ?? 'linear';
  switch (activation) {
    case 'linear':
      return sum;
    case 'prelu':
      return builder.map('prelu', [sum, call.input('preluActivationWeights')], shape);
    case 'leakyrelu': {
      const alpha = { fill: Math.fround(call.attr<number>('leakyreluAlpha')), shape: [] };
      return builder.map('prelu', [sum, alpha], shape);
    }
    default:
      return builder.map(activation, [sum], shape);
  }
}

interface ConvAttributes {
  readonly strides: number | [number, number];
  readonly pad:
    | 'valid'
    | 'same'
    | number
    | [[number, number], [number, number], [number, number], [number, number]];
  readonly dataFormat?: 'NHWC' | 'NCHW';
  readonly dilations?: number | [number, number];
  readonly dimRoundingMode?: 'floor' | 'round' | 'ceil';
  readonly inputShape?: [number, number, number, number];
  readonly filterShape?: [number, number, number, number];
}

/** Images with channels first are turned round; kernels know one layout. */
const TO_LAST = [0, 2, 3, 1];
const TO_FIRST = [0, 3, 1, 2];

function convolution(call: Call, op: string, inputs: readonly [string, string]): Operand {
  const isFirst = (call.node.attrs as unknown as ConvAttributes).dataFormat === 'NCHW';
  const arrays = inputs.map((name) => {
    const array = call.input(name);
    return isFirst && name !== 'filter' ? transpose(array, TO_LAST) : array;
  });
  const out = convolveLast(call, op, inputs, arrays);
  return isFirst && !op.endsWith('filter') ? transpose(out, TO_FIRST) : out;
}

type Shape4 = [number, number, number, number];

function geometryOf(call: Call, op: string, shapes: Readonly<Record<string, Shape4>>) {
  const attrs = call.node.attrs as unknown as ConvAttributes;
  const turned = (shape: Shape4 | undefined): Shape4 | undefined =>
    shape && attrs.dataFormat === 'NCHW' ? (TO_LAST.map((axis) => shape[axis]!) as Shape4) : shape;
  return backend_util.computeConv2DInfo(
    [...(turned(attrs.inputShape) ?? shapes['x']!)],
    [...(attrs.filterShape ?? shapes['filter']!)],
    attrs.strides,
    attrs.dilations ?? 1,
    attrs.pad,
    attrs.dimRoundingMode,
    op.startsWith('depthwise'),
  );
}

function convolveLast(
  call: Call,
  op: string,
  names: readonly [string, string],
  arrays: readonly Operand[],
): Operand {
  const { builder } = call;
  const shapes = names.map((name, i) => [name, arrays[i]!.shape as Shape4] as const);
  const info = geometryOf(call, op, Object.fromEntries(shapes));
  const { filterHeight, filterWidth, outChannels, inChannels } = info;
  const geometry: ConvGeometry = {
    batch: info.batchSize,
    height: info.inHeight,
    width: info.inWidth,
    channels: inChannels,
    outHeight: info.outHeight,
    outWidth: info.outWidth,
    outChannels,
    filterHeight,
    filterWidth,
    strideHeight: info.strideHeight,
    strideWidth: info.strideWidth,
    dilationHeight: info.dilationHeight,
    dilationWidth: info.dilationWidth,
    padTop: info.padInfo.top,
    padLeft: info.padInfo.left,
  };
  const part = op.slice(op.indexOf('.') + 1) as ConvDirection;
  const x = [info.batchSize, info.inHeight, info.inWidth, inChannels];
  const filter = call.shape();
  const y = [info.batchSize, info.outHeight, info.outWidth, outChannels];
  const out = builder.temporary(part === 'forward' ? y : part === 'input' ? x : filter);
  const perOutput = filterHeight * filterWidth * (op.startsWith('depthwise') ? 1 : inChannels);
  builder.kernel({
    op,
    inputs: arrays.map((array) => builder.contiguous(array)),
    outputs: [out],
    args: [
      { output: 0 },
      { input: 0 },
      { input: 1 },
      'workspace',
      'workspaceWords',
      ...(Object.values(geometry) as number[]),
      ...(op === 'conv.forward' ? [-1] : []),
      // All rows of the filter as a matrix.
      ...(op === 'conv.filter' ? [0, sizeOf(filter.slice(0, -1))] : []),
    ],
    workspace: convWorkspace(geometry, part),
    flops: 2 * sizeOf(y) * perOutput,
  });
  return out;
}

interface PoolAttributes {
  readonly filterSize: number | [number, number];
  readonly strides: number | [number, number];
  readonly pad: 'valid' | 'same' | number;
  readonly dimRoundingMode?: 'floor' | 'round' | 'ceil';
}

function pooling(call: Call, op: string, inputs: readonly string[]): Operand {
  const { builder } = call;
  const { filterSize, strides, pad, dimRoundingMode } = call.node
    .attrs as unknown as PoolAttributes;
  const arrays = inputs.map((name) => builder.contiguous(call.input(name)));
  const isGradient = op.endsWith('Grad');
  const shape = (isGradient ? call.shape() : arrays[0]!.shape) as [number, number, number, number];
  const info = backend_util.computePool2DInfo(
    [...shape],
    filterSize,
    strides,
    1,
    pad,
    dimRoundingMode,
  );
  const dy: KernelArg = op === 'pool.maxGrad' ? { input: 1 } : 0;
  const out = builder.temporary(call.shape());
  builder.kernel({
    op,
    inputs: arrays,
    outputs: [out],
    args: [
      ...[{ output: 0 }, { input: 0 }],
      ...[info.batchSize, info.inHeight, info.inWidth, info.inChannels],
      ...[info.outHeight, info.outWidth, info.effectiveFilterHeight, info.effectiveFilterWidth],
      ...[info.strideHeight, info.strideWidth, info.dilationHeight, info.dilationWidth],
      ...[info.padInfo.top, info.padInfo.left],
      ...[dy, 0, 0],
    ],
    workspace: 0,
    flops: sizeOf(shape) * info.filterHeight * info.filterWidth,
  });
  return out;
}
