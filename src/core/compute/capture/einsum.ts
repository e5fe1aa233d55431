/** `einsum` as the products, sums and transpositions that it stands for, so that no graph holds it as a kernel. */
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';

/** A tensor with one letter for each of its axes. */
interface Labelled {
  readonly tensor: Tensor;
  readonly labels: readonly string[];
}

/** @throws Error on what tfjs's einsum doesn't take: three operands, a letter twice in one, an ellipsis */
export function einsumOfOperations(equation: string, tensors: readonly Tensor[]): Tensor {
  const { allDims, idDims } = tf.backend_util.decodeEinsumEquation(equation, tensors.length);
  tf.backend_util.checkEinsumDimSizes(allDims.length, idDims, [...tensors]);
  const result = Array.from(equation.replace(/\s/g, '').split('->')[1] ?? '');
  const operands = tensors.map((tensor, i) => ({
    tensor,
    labels: idDims[i]!.map((id) => allDims[id]!),
  }));
  const [a, b] = operands.map((operand, i) => {
    const others = operands.filter((_, j) => j !== i).flatMap(({ labels }) => labels);
    return summed(operand, [...result, ...others]);
  });
  return arranged(b === undefined ? a! : product(a!, b, result), result);
}

/** Without the axes whose letters nobody else has. */
function summed({ tensor, labels }: Labelled, wanted: readonly string[]): Labelled {
  const lost = labels.flatMap((label, axis) => (wanted.includes(label) ? [] : [axis]));
  if (lost.length === 0) return { tensor, labels };
  return {
    tensor: tf.sum(tensor, lost),
    labels: labels.filter((_, axis) => !lost.includes(axis)),
  };
}

function product(a: Labelled, b: Labelled, result: readonly string[]): Labelled {
  const both = a.labels.filter((label) => b.labels.includes(label));
  const batch = both.filter((label) => result.includes(label));
  const inner = both.filter((label) => !result.includes(label));
  const rows = a.labels.filter((label) => !both.includes(label));
  const columns = b.labels.filter((label) => !both.includes(label));
  const left = grouped(a, [batch, rows, inner]);
  const right = grouped(b, [batch, inner, columns]);
  const sides = [...batch, ...rows].map((label) => sideOf(a, label));
  const shape = [...sides, ...columns.map((label) => sideOf(b, label))];
  // Nothing to sum over: a broadcast does the work of very many tiny products.
  const flat = inner.length === 0 ? tf.mul(left, right) : tf.matMul(left, right);
  return { tensor: tf.reshape(flat, shape), labels: [...batch, ...rows, ...columns] };
}

/** One axis for each group of letters. */
function grouped(x: Labelled, groups: readonly (readonly string[])[]): Tensor {
  const shape = groups.map((group) => group.reduce((size, label) => size * sideOf(x, label), 1));
  return tf.reshape(arranged(x, groups.flat()), shape);
}

function arranged({ tensor, labels }: Labelled, order: readonly string[]): Tensor {
  return tf.transpose(
    tensor,
    order.map((label) => labels.indexOf(label)),
  );
}

function sideOf({ tensor, labels }: Labelled, label: string): number {
  return tensor.shape[labels.indexOf(label)]!;
}
