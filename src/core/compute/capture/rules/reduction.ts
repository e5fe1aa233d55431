/** Reductions, scans and what works along one axis. */
import { util } from '@tensorflow/tfjs-core';
import type {
  ArgMaxAttrs,
  DataType,
  MaxAttrs,
  SumAttrs,
  TensorInfo,
  TopKAttrs,
} from '@tensorflow/tfjs-core';
import { assertThat, forAll, like } from './rule';
import type { Rule, Rules } from './rule';

export const reductionRules: Rules = {
  ...forAll(['Sum', 'Prod'], reduce(countable)),
  Mean: reduce(() => 'float32'),
  ...forAll(['Min', 'Any', 'All'], reduce(unchanged)),
  Max: ({ x }, { reductionIndices, keepDims }: MaxAttrs) => ({
    shape: reducedShape(x!, reductionIndices, keepDims),
    dtype: x!.dtype,
  }),
  ...forAll(['ArgMax', 'ArgMin'], ({ x }, { axis }: ArgMaxAttrs) => ({
    shape: reducedShape(x!, axis, false),
    dtype: 'int32',
  })),
  ...forAll(['Cumsum', 'Cumprod'], ({ x }) => ({ shape: x!.shape, dtype: countable(x!.dtype) })),
  Softmax: like(),
  TopK: ({ x }, { k }: TopKAttrs) => {
    const shape = [...x!.shape.slice(0, -1), k];
    assertThat(k <= (x!.shape.at(-1) ?? 0), () => `topk: k = ${k} is more than the last axis has`);
    return [
      { shape, dtype: x!.dtype },
      { shape, dtype: 'int32' },
    ];
  },
};

function reduce(typeOf: (dtype: DataType) => DataType): Rule {
  return ({ x }, { axis, keepDims }: SumAttrs) => ({
    shape: reducedShape(x!, axis, keepDims),
    dtype: typeOf(x!.dtype),
  });
}

function reducedShape(x: TensorInfo, axis: number | number[], keepDims: boolean): number[] {
  // tfjs takes an absent axis for all axes, which its types don't say.
  const reduced = new Set(util.parseAxisParam(axis, x.shape));
  return keepDims
    ? x.shape.map((side, i) => (reduced.has(i) ? 1 : side))
    : x.shape.filter((_, i) => !reduced.has(i));
}

function unchanged(dtype: DataType): DataType {
  return dtype;
}

/** Booleans are counted. */
function countable(dtype: DataType): DataType {
  return dtype === 'bool' ? 'int32' : dtype;
}
