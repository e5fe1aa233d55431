/**
 * tfjs kernels that change the grid of images. A resize mixes rows and then columns by fixed weights, which are two
 * products with small matrices; its gradient takes the transposed ones.
 */
import { sizeOf } from '../../../../base/index';
import type { Operand, PlanBuilder } from '../builder';
import { reshape, slice, transpose } from '../builder';
import { broadcastView } from '../view';
import type { Call, LowerTable } from './call';
import { padded } from './movement';

export const RESAMPLING: LowerTable = {
  ResizeBilinear: (call) => resize(call, call.input('images'), bilinearWeights),
  ResizeNearestNeighbor: (call) => resize(call, call.input('images'), nearestWeights),
  ResizeBilinearGrad: (call) => resizeGradient(call, bilinearWeights),
  ResizeNearestNeighborGrad: (call) => resizeGradient(call, nearestWeights),
  SpaceToBatchND: (call) => {
    const { builder } = call;
    const block = call.attr<number[]>('blockShape');
    const x = call.input('x');
    const after = x.shape.slice(1 + block.length);
    const pads: [number, number][] = [[0, 0], ...call.attr<[number, number][]>('paddings')];
    const whole = padded(builder, x, [...pads, ...after.map((): [number, number] => [0, 0])], 0);
    const split = block.flatMap((side, axis) => [whole.shape[1 + axis]! / side, side]);
    const cells = reshape(builder, whole, [x.shape[0]!, ...split, ...after]);
    const inner = block.map((_, axis) => 2 + 2 * axis);
    const outer = block.map((_, axis) => 1 + 2 * axis);
    const rest = after.map((_, axis) => 1 + 2 * block.length + axis);
    return reshape(builder, transpose(cells, [...inner, 0, ...outer, ...rest]), call.shape());
  },
  BatchToSpaceND: (call) => {
    const { builder } = call;
    const block = call.attr<number[]>('blockShape');
    const crops = call.attr<[number, number][]>('crops');
    const x = call.input('x');
    const sides = x.shape.slice(1, 1 + block.length);
    const after = x.shape.slice(1 + block.length);
    const batch = x.shape[0]! / sizeOf(block);
    const cells = reshape(builder, x, [...block, batch, ...sides, ...after]);
    const order = block.flatMap((_, axis) => [block.length + 1 + axis, axis]);
    const rest = after.map((_, axis) => 1 + 2 * block.length + axis);
    const large = [batch, ...sides.map((side, axis) => side * block[axis]!), ...after];
    const whole = reshape(builder, transpose(cells, [block.length, ...order, ...rest]), large);
    return slice(
      whole,
      [0, ...crops.map(([before]) => before), ...after.map(() => 0)],
      call.shape(),
    );
  },
  DepthToSpace: (call) => {
    const { builder } = call;
    const side = call.attr<number>('blockSize');
    const [n = 1, height = 1, width = 1, channels = 1] = call.input('x').shape;
    const split = [n, height, width, side, side, channels / (side * side)];
    const cells = reshape(builder, call.input('x'), split);
    return reshape(builder, transpose(cells, [0, 1, 3, 2, 4, 5]), call.shape());
  },
};

/** Weights [to, from] of one axis. */
type Weights = (from: number, to: number, options: ResizeOptions) => Float32Array;

interface ResizeOptions {
  readonly alignCorners: boolean;
  readonly halfPixelCenters: boolean;
}

function optionsOf({ node: { attrs } }: Call): ResizeOptions {
  const { alignCorners, halfPixelCenters } = attrs as unknown as Partial<ResizeOptions>;
  return { alignCorners: alignCorners === true, halfPixelCenters: halfPixelCenters === true };
}

function resize(call: Call, images: Operand, weights: Weights): Operand {
  const { down, across } = resizing(call, weights, images.shape, call.shape());
  return mixed(call.builder, images, down, across);
}

function resizeGradient(call: Call, weights: Weights): Operand {
  const dy = call.input('dy');
  const { down, across } = resizing(call, weights, call.shape(), dy.shape);
  return mixed(call.builder, dy, transpose(down, [1, 0]), transpose(across, [1, 0]));
}

/** The weights of both axes, from images of one shape to those of another. */
function resizing(
  call: Call,
  weights: Weights,
  [, height = 1, width = 1]: readonly number[],
  [, rows = 1, columns = 1]: readonly number[],
): { readonly down: Operand; readonly across: Operand } {
  const options = optionsOf(call);
  return {
    down: call.builder.constant(weights(height, rows, options), [rows, height]),
    across: call.builder.constant(weights(width, columns, options), [columns, width]),
  };
}

/** Rows mixed by `down` [to, from], then columns by `across`, of images [n, from, from, channels]. */
function mixed(builder: PlanBuilder, images: Operand, down: Operand, across: Operand): Operand {
  const [n = 1, height = 1, width = 1, channels = 1] = images.shape;
  const [rows = 1] = down.shape;
  const [columns = 1] = across.shape;
  const flat = builder.inMemory(reshape(builder, images, [n, height, width * channels]));
  const tall = [n, rows, width * channels];
  const first = builder.matmul(
    broadcastView(builder.inMemory(down), [n, rows, height]),
    flat,
    tall,
  );
  const second = builder.inMemory(reshape(builder, first, [n * rows, width, channels]));
  const spread = broadcastView(builder.inMemory(across), [n * rows, columns, width]);
  const out = builder.matmul(spread, second, [n * rows, columns, channels]);
  return reshape(builder, out, [n, rows, columns, channels]);
}

function bilinearWeights(from: number, to: number, options: ResizeOptions): Float32Array {
  const weights = new Float32Array(from * to);
  const scale = scaleOf(from, to, options);
  for (let i = 0; i < to; i++) {
    const source = options.halfPixelCenters ? scale * (i + 0.5) - 0.5 : scale * i;
    const lower = Math.max(0, Math.floor(source));
    const upper = Math.min(from - 1, Math.ceil(source));
    const share = source - lower;
    weights[i * from + lower]! += 1 - share;
    weights[i * from + upper]! += share;
  }
  return weights;
}

function nearestWeights(from: number, to: number, options: ResizeOptions): Float32Array {
  const weights = new Float32Array(from * to);
  const scale = scaleOf(from, to, options);
  for (let i = 0; i < to; i++) {
    const source = options.halfPixelCenters ? scale * (i + 0.5) : scale * i;
    const nearest = options.alignCorners ? Math.round(source) : Math.floor(source);
    weights[i * from + Math.min(from - 1, nearest)] = 1;
  }
  return weights;
}

function scaleOf(from: number, to: number, { alignCorners }: ResizeOptions): number {
  return alignCorners && to > 1 ? (from - 1) / (to - 1) : from / to;
}
