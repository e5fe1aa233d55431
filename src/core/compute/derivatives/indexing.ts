/** Gathers over batches or of slices, and top-k: tfjs has no derivative of these that runs on tfjs-core alone. */
import * as tf from '@tensorflow/tfjs-core';
import type { GatherV2Attrs, GradConfig, Tensor, Tensor1D } from '@tensorflow/tfjs-core';
import { sizeOf } from '../../../base/index';
import { derivative, noSlope } from './derivative';

/** Adds the rows of dy to the rows of x that they were read from; all batches at once, each with its own rows. */
const gather = derivative(
  'GatherV2',
  ['x', 'indices'],
  (dy, [x, indices], attrs: GatherV2Attrs) => ({
    x: () => gatherSlope(dy, x!, indices!, attrs),
    indices: () => noSlope(indices!),
  }),
);

function gatherSlope(dy: Tensor, x: Tensor, indices: Tensor, attrs: GatherV2Attrs): Tensor {
  const axis = attrs.axis < 0 ? attrs.axis + x.rank : attrs.axis;
  const batchDims = Math.max(0, attrs.batchDims);
  const batch = sizeOf(x.shape.slice(0, batchDims));
  const outer = sizeOf(x.shape.slice(batchDims, axis));
  const side = x.shape[axis]!;
  const inner = sizeOf(x.shape.slice(axis + 1));
  const places = indices.size / batch;
  const rows = swapped(dy, [batch, outer, places, inner]);
  const flat = tf.reshape<tf.Rank.R1>(indices, [indices.size]);
  const own = batch === 1 ? flat : tf.add(flat, batchOffsets(batch, places, side));
  const table = tf.reshape(rows, [batch * places, outer * inner]);
  const sums = tf.unsortedSegmentSum(table, own as Tensor1D, batch * side);
  return tf.reshape(swapped(sums, [batch, side, outer, inner]), x.shape);
}

/** `x` as a tensor of `shape` with its two middle axes swapped. */
function swapped(x: Tensor, shape: [number, number, number, number]): Tensor {
  const apart = tf.reshape(x, shape);
  return shape[1] === 1 || shape[2] === 1 ? apart : tf.transpose(apart, [0, 2, 1, 3]);
}

function batchOffsets(batch: number, places: number, side: number): Tensor {
  const offsets = Int32Array.from(
    { length: batch * places },
    (_, i) => Math.floor(i / places) * side,
  );
  return tf.tensor1d(offsets, 'int32');
}

const gatherNd = derivative('GatherNd', ['params', 'indices'], (dy, [params, indices]) => ({
  params: () => tf.scatterND(indices!, dy, params!.shape),
  indices: () => noSlope(indices!),
}));

const scatterNd = derivative('ScatterNd', ['indices'], (dy, [indices]) => ({
  updates: () => tf.gatherND(dy, indices!),
  indices: () => noSlope(indices!),
}));

const topK: GradConfig = {
  kernelName: 'TopK',
  inputsToSave: ['x'],
  outputsToSave: [false, true],
  gradFunc: (dys, saved) => {
    const [dy] = dys as Tensor[];
    const [x, indices] = saved;
    return {
      x: () => {
        const rows = dy!.size / dy!.shape.at(-1)!;
        const flat = tf.reshape(indices!, [dy!.size]);
        const own = tf.add(flat, batchOffsets(rows, dy!.shape.at(-1)!, x!.shape.at(-1)!));
        const sums = tf.scatterND(tf.expandDims(own, 1), tf.reshape(dy!, [dy!.size]), [x!.size]);
        return tf.reshape(sums, x!.shape);
      },
    };
  },
};

export const indexingDerivatives: readonly GradConfig[] = [gather, gatherNd, scatterNd, topK];
