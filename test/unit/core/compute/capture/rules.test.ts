import * as tf from '@tensorflow/tfjs-core';
import type {
  Tensor,
  Tensor1D,
  Tensor2D,
  Tensor3D,
  Tensor4D,
  Tensor5D,
} from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, test } from 'vitest';
import { capture } from '../../../../../src/core/compute/capture/capture';
import { KERNEL_RULES } from '../../../../../src/core/compute/capture/rules/kernelRules';
import { useBackend } from '../../../../support/tfBackends';

const UNARY = [
  ...['abs', 'acos', 'acosh', 'asin', 'asinh', 'atan', 'atanh', 'erf', 'exp', 'expm1', 'isFinite'],
  ...['isInf', 'isNaN', 'leakyRelu', 'log1p', 'neg', 'onesLike', 'reciprocal', 'relu', 'relu6'],
  ...['round', 'selu', 'sign', 'sinh', 'softplus', 'square', 'step', 'zerosLike'],
] as const;
/** tfjs takes no integers here. */
const UNARY_OF_FLOATS = [
  ...[
    'ceil',
    'cos',
    'cosh',
    'elu',
    'floor',
    'log',
    'rsqrt',
    'sigmoid',
    'sin',
    'sqrt',
    'tan',
    'tanh',
  ],
] as const;
const BINARY = [
  ...['add', 'atan2', 'div', 'divNoNan', 'equal', 'floorDiv', 'greater', 'greaterEqual', 'less'],
  ...[
    'lessEqual',
    'maximum',
    'minimum',
    'mod',
    'mul',
    'notEqual',
    'pow',
    'squaredDifference',
    'sub',
  ],
] as const;
const REDUCTIONS = ['sum', 'mean', 'max', 'min', 'prod'] as const;

type Case = readonly [name: string, run: () => Tensor | Tensor[]];

const f = (...shape: number[]): Tensor => tf.fill(shape, 0.5);
const i = (...shape: number[]): Tensor => tf.fill(shape, 1, 'int32');
const b = (...shape: number[]): Tensor => tf.cast(tf.fill(shape, 1, 'int32'), 'bool');
const image = (): Tensor4D => f(2, 8, 6, 3) as Tensor4D;
const volume = (): Tensor5D => f(1, 4, 5, 6, 2) as Tensor5D;
const indices = (...values: number[]): Tensor1D => tf.tensor1d(values, 'int32');
/** A kernel that no operation of tfjs calls by itself. */
const kernel = (name: string, inputs: Record<string, Tensor>, attrs: object = {}): Tensor =>
  tf.engine().runKernel(name, inputs, attrs as tf.NamedAttrMap);

const elementwise: Case[] = [
  ...UNARY.flatMap((name): Case[] => [
    [`${name} of floats`, () => tf[name](f(2, 3))],
    [`${name} of integers`, () => tf[name](i(2, 3))],
  ]),
  ...UNARY_OF_FLOATS.map((name): Case => [name, () => tf[name](f(2, 3))]),
  ...BINARY.flatMap((name): Case[] => [
    [`${name} of floats`, () => tf[name](f(2, 3), f(3))],
    [`${name} of integers`, () => tf[name](i(2, 1), i(3))],
    [`${name} of an integer and a float`, () => tf[name](i(3), f(2, 1))],
  ]),
  ['logicalAnd', () => tf.logicalAnd(b(2, 1), b(3))],
  ['logicalOr', () => tf.logicalOr(b(2, 1), b(3))],
  ['logicalXor', () => tf.logicalXor(b(2, 3), b(3))],
  ['logicalNot', () => tf.logicalNot(b(2))],
  ['bitwiseAnd', () => tf.bitwiseAnd(i(2), i(2))],
  ['prelu', () => tf.prelu(f(2, 3), f(3))],
  ['clipByValue', () => tf.clipByValue(f(2), 0, 1)],
  ['addN of integers', () => tf.addN([i(2), i(2)])],
  ['cast to integers', () => tf.cast(f(2), 'int32')],
  ['cast to booleans', () => tf.cast(f(2), 'bool')],
  ['cast of booleans', () => tf.cast(b(2), 'float32')],
  ['where', () => tf.where(b(3), f(2, 3), f(2, 3))],
  ['where of integers', () => tf.where(b(2, 1), i(2, 3), i(1))],
  ['where of mixed types', () => tf.where(b(3), i(3), f(3))],
  ['clone', () => tf.clone(i(3))],
  ['EluGrad', () => kernel('EluGrad', { dy: f(2, 3), y: f(2, 3) })],
];

const reductions: Case[] = [
  ...REDUCTIONS.flatMap((name): Case[] => [
    [`${name} of all`, () => tf[name](f(2, 3))],
    [`${name} over axes`, () => tf[name](f(2, 3, 4), [-1, 0])],
    [`${name} with kept axes`, () => tf[name](f(2, 3, 4), 1, true)],
    [`${name} of integers`, () => tf[name](i(2, 3), 0)],
    [`${name} of booleans`, () => tf[name](b(2, 3), 0)],
    [`${name} of a scalar`, () => tf[name](tf.scalar(2))],
  ]),
  ['all', () => tf.all(b(2, 3), 1)],
  ['any', () => tf.any(b(2, 3), -1, true)],
  ['argMax', () => tf.argMax(f(2, 3), -1)],
  ['argMin', () => tf.argMin(i(2, 3))],
  ['cumsum', () => tf.cumsum(f(2, 3), 1)],
  ['cumsum of booleans', () => tf.cumsum(b(2, 3), 0)],
  ['cumprod', () => tf.cumprod(i(2, 3), 0)],
  ['softmax', () => tf.softmax(f(2, 3))],
  ['logSoftmax', () => tf.logSoftmax(f(2, 3))],
  ['topk', () => Object.values(tf.topk(f(2, 5), 3))],
  ['topk of integers', () => Object.values(tf.topk(i(5), 5))],
];

const arrangements: Case[] = [
  ['reshape', () => tf.reshape(i(2, 3), [-1, 2])],
  ['reshape to a scalar', () => tf.reshape(f(1, 1), [])],
  ['expandDims', () => tf.expandDims(f(2, 3), -1)],
  ['squeeze', () => tf.squeeze(f(2, 1, 3, 1))],
  ['transpose', () => tf.transpose(i(2, 3, 4), [2, 0, 1])],
  ['reverse', () => tf.reverse(f(2, 3), [0, -1])],
  ['concat', () => tf.concat([i(2, 3), i(2, 1)], -1)],
  ['concat with nothing', () => tf.concat([f(0, 3), f(2, 3)], 0)],
  ['stack', () => tf.stack([i(2, 3), i(2, 3)], -1)],
  ['unstack', () => tf.unstack(i(2, 3), -1)],
  ['split', () => tf.split(f(6, 2), 3)],
  ['split of unequal parts', () => tf.split(f(2, 6), [1, -1, 3], 1)],
  ['slice', () => tf.slice(i(4, 5), [1, 2], [-1, 2])],
  ['slice of fewer axes', () => tf.slice(f(4, 5), 1)],
  ['stridedSlice', () => tf.stridedSlice(f(5, 6), [0, 4], [5, 0], [2, -2])],
  [
    'stridedSlice with masks',
    () => tf.stridedSlice(i(3, 4, 5), [1, 0, 1], [2, 3, 4], [1, 1, 1], 0, 2, 0, 0, 1),
  ],
  [
    'stridedSlice with a new axis',
    () => tf.stridedSlice(f(3, 4), [0, 1], [1, 3], [1, 1], 0, 0, 0, 1),
  ],
  [
    'pad',
    () =>
      tf.pad(i(2, 3), [
        [1, 0],
        [2, 3],
      ]),
  ],
  [
    'mirrorPad',
    () =>
      tf.mirrorPad(
        f(3, 4),
        [
          [1, 2],
          [0, 2],
        ],
        'reflect',
      ),
  ],
  ['tile', () => tf.tile(b(2, 3), [2, 1])],
  ['broadcastTo', () => tf.broadcastTo(i(3, 1), [2, 3, 4])],
  ['diag', () => tf.diag(f(2, 3))],
  ['depthToSpace', () => tf.depthToSpace(f(1, 2, 3, 8) as Tensor4D, 2)],
  [
    'spaceToBatchND',
    () =>
      tf.spaceToBatchND(
        f(1, 3, 4, 2),
        [2, 2],
        [
          [0, 1],
          [0, 0],
        ],
      ),
  ],
  [
    'batchToSpaceND',
    () =>
      tf.batchToSpaceND(
        f(8, 2, 3, 1),
        [2, 2],
        [
          [1, 0],
          [0, 1],
        ],
      ),
  ],
  ['fill', () => tf.fill([2, 3], 7)],
  ['fill with integers', () => tf.fill([2], 7, 'int32')],
  ['range', () => tf.range(0, 5, 2)],
  ['range downwards', () => tf.range(5, -1, -2, 'int32')],
  ['range with the wrong sign', () => tf.range(5, 1)],
  ['range of nothing', () => tf.range(0, 4, -1)],
  ['linspace', () => tf.linspace(0, 1, 5)],
  ['eye', () => tf.eye(3, 4)],
  ['ones', () => tf.ones([2], 'bool')],
];

const indexings: Case[] = [
  ['gather', () => tf.gather(f(4, 3), indices(1, 0))],
  ['gather of integers by a matrix', () => tf.gather(i(4, 3), i(2, 5), -1)],
  ['gather with batches', () => tf.gather(f(2, 4, 3), i(2, 5), 1, 1)],
  ['gatherND', () => tf.gatherND(i(4, 3, 2), tf.tensor2d([[1, 0]], [1, 2], 'int32'))],
  ['scatterND', () => tf.scatterND(tf.expandDims(indices(1, 0), 1), f(2, 3), [4, 3])],
  [
    'tensorScatterUpdate',
    () => tf.tensorScatterUpdate(f(4, 3), tf.expandDims(indices(1), 1), f(1, 3)),
  ],
  ['unsortedSegmentSum', () => tf.unsortedSegmentSum(f(4, 3), indices(0, 1, 0, 1), 2)],
  ['unsortedSegmentSum of integers', () => tf.unsortedSegmentSum(i(4), indices(0, 1, 0, 1), 2)],
  ['oneHot', () => tf.oneHot(i(2, 3), 4)],
  ['oneHot of floats', () => tf.oneHot(indices(0, 2), 3, 1, 0, 'float32')],
  ['bincount', () => tf.bincount(indices(1, 0), f(2) as Tensor1D, 3)],
  ['denseBincount', () => tf.denseBincount(i(2, 3) as Tensor2D, f(2, 3) as Tensor2D, 3)],
  ['searchSorted', () => tf.searchSorted(tf.range(0, 4), f(2))],
];

const networks: Case[] = [
  ['matMul', () => tf.matMul(f(2, 3), f(3, 4))],
  ['matMul, transposed', () => tf.matMul(f(3, 2), f(4, 3), true, true)],
  ['matMul, batched', () => tf.matMul(f(5, 1, 2, 3), f(6, 3, 4))],
  ['matMul of a vector', () => tf.dot(f(3), f(3, 4))],
  [
    'fused matMul',
    () => tf.fused.matMul({ a: f(2, 3), b: f(3, 4), bias: f(4), activation: 'relu' }),
  ],
  ['conv2d same', () => tf.conv2d(image(), f(3, 3, 3, 5) as Tensor4D, 2, 'same')],
  ['conv2d valid', () => tf.conv2d(image(), f(3, 2, 3, 5) as Tensor4D, 1, 'valid')],
  [
    'conv2d dilated',
    () => tf.conv2d(image(), f(3, 2, 3, 5) as Tensor4D, 1, 'same', 'NHWC', [2, 1]),
  ],
  ['conv2d padded', () => tf.conv2d(image(), f(3, 3, 3, 5) as Tensor4D, 2, 1, 'NHWC', 1, 'floor')],
  [
    'conv2d NCHW',
    () => tf.conv2d(f(2, 3, 8, 6) as Tensor4D, f(3, 3, 3, 5) as Tensor4D, 1, 'valid', 'NCHW'),
  ],
  [
    'conv2d of one image',
    () => tf.conv2d(f(8, 6, 3) as Tensor3D, f(3, 3, 3, 5) as Tensor4D, 1, 'same'),
  ],
  [
    'fused conv2d',
    () =>
      tf.fused.conv2d({
        x: image(),
        filter: f(3, 3, 3, 5) as Tensor4D,
        strides: 1,
        pad: 'same',
        bias: f(5),
      }),
  ],
  [
    'conv2dTranspose',
    () => tf.conv2dTranspose(image(), f(3, 3, 5, 3) as Tensor4D, [2, 16, 12, 5], 2, 'same'),
  ],
  ['conv3d', () => tf.conv3d(volume(), f(2, 2, 2, 2, 3) as Tensor5D, 1, 'same')],
  ['depthwiseConv2d', () => tf.depthwiseConv2d(image(), f(3, 3, 3, 2) as Tensor4D, 2, 'same')],
  [
    'fused depthwiseConv2d',
    () =>
      tf.fused.depthwiseConv2d({
        x: image(),
        filter: f(3, 3, 3, 2) as Tensor4D,
        strides: 1,
        pad: 'valid',
      }),
  ],
  [
    'separableConv2d',
    () =>
      tf.separableConv2d(image(), f(3, 3, 3, 2) as Tensor4D, f(1, 1, 6, 4) as Tensor4D, 1, 'same'),
  ],
  ['maxPool', () => tf.maxPool(image(), 3, 2, 'same')],
  ['maxPool with rounding', () => tf.maxPool(image(), 3, 2, 1, 'ceil')],
  ['avgPool', () => tf.avgPool(image(), [2, 3], [2, 1], 'valid')],
  ['dilated pool', () => tf.pool(image(), 2, 'max', 'same', 2)],
  ['maxPool3d', () => tf.maxPool3d(volume(), 2, 2, 'same')],
  ['avgPool3d', () => tf.avgPool3d(volume(), 2, 1, 'valid')],
  ['maxPoolWithArgmax', () => Object.values(tf.maxPoolWithArgmax(image(), 2, 2, 'same'))],
  ['batchNorm', () => tf.batchNorm(image(), f(3) as Tensor1D, f(3) as Tensor1D)],
  [
    'batchNorm with all',
    () =>
      tf.batchNorm(image(), f(3) as Tensor1D, f(3) as Tensor1D, f(3) as Tensor1D, f(3) as Tensor1D),
  ],
  ['localResponseNormalization', () => tf.localResponseNormalization(image())],
  [
    'LRNGrad',
    () =>
      kernel(
        'LRNGrad',
        { x: image(), y: image(), dy: image() },
        { depthRadius: 2, bias: 1, alpha: 1, beta: 0.5 },
      ),
  ],
  ['resizeBilinear', () => tf.image.resizeBilinear(image(), [5, 9])],
  ['resizeNearestNeighbor', () => tf.image.resizeNearestNeighbor(image(), [5, 9])],
  [
    'resizeNearestNeighbor of integers',
    () => tf.image.resizeNearestNeighbor(i(2, 8, 6, 3) as Tensor4D, [5, 9]),
  ],
  ['cropAndResize', () => tf.image.cropAndResize(image(), f(1, 4) as Tensor2D, indices(0), [3, 3])],
  ['flipLeftRight', () => tf.image.flipLeftRight(image())],
  ['rotateWithOffset', () => tf.image.rotateWithOffset(image(), 0.1)],
  ['einsum', () => tf.einsum('bij,bjk->bki', f(2, 3, 4), f(2, 4, 5))],
  ['multiHeadEinsum', () => tf.einsum('btd,dhk->bhtk', f(2, 3, 4), f(4, 2, 5))],
  ['norm', () => tf.norm(f(3, 4), 'euclidean')],
  ['moments', () => Object.values(tf.moments(f(3, 4), 0))],
  ['bandPart', () => tf.linalg.bandPart(f(3, 4), 1, 0)],
  [
    'basicLSTMCell',
    () =>
      tf.basicLSTMCell(
        tf.scalar(1),
        f(5, 8) as Tensor2D,
        f(8) as Tensor1D,
        f(2, 3) as Tensor2D,
        f(2, 2) as Tensor2D,
        f(2, 2) as Tensor2D,
      ),
  ],
  ['movingAverage by hand', () => tf.add(tf.mul(f(3), 0.9), tf.mul(f(3), 0.1))],
  ['logSumExp', () => tf.logSumExp(f(2, 3), 0)],
  ['dropout of nothing', () => tf.dropout(f(3), 0)],
];

const CASES = [...elementwise, ...reductions, ...arrangements, ...indexings, ...networks];

beforeAll(() => useBackend('cpu'));

describe('shape and type are those that tfjs-cpu gives', () => {
  test.each(CASES)('%s', (_, run) => {
    const expected = tf.tidy(() => listed(run()).map(({ shape, dtype }) => ({ shape, dtype })));
    const graph = capture(() => Object.fromEntries(listed(run()).entries()), {});
    expect(Object.values(graph.outputs).map((id) => graph.values[id])).toEqual(expected);
  });
});

test('every rule is for a kernel that tfjs-cpu has', () => {
  for (const name of Object.keys(KERNEL_RULES)) {
    expect(tf.getKernel(name, 'cpu') as unknown, name).toBeDefined();
  }
});

function listed(result: Tensor | Tensor[]): Tensor[] {
  return Array.isArray(result) ? result : [result];
}
