/** What the derivatives that tfjs lacks have in common. */
import * as tf from '@tensorflow/tfjs-core';
import type { GradConfig, NamedAttrMap, Tensor } from '@tensorflow/tfjs-core';

/** By the names of the kernel's inputs; called for those that are asked for. */
export type Gradients = Record<string, () => Tensor>;

/** From the derivative by the result, and what was saved, to those by the inputs. */
export function derivative(
  kernelName: string,
  inputsToSave: string[],
  derive: (dy: Tensor, saved: readonly Tensor[], attrs: never) => Gradients,
): GradConfig {
  return {
    kernelName,
    inputsToSave,
    // Of the type that tfjs declares for the kernel.
    gradFunc: (dy, saved, attrs) => derive(dy as Tensor, saved, attrs as never),
  };
}

export function runKernel(kernel: string, inputs: Record<string, Tensor>, attrs: object): Tensor {
  return tf.engine().runKernel(kernel, inputs, attrs as NamedAttrMap);
}

/** Sums `gradient` over the axes along which an operand of `shape` was broadcast. */
export function sumTo(gradient: Tensor, shape: readonly number[]): Tensor {
  const axes = tf.backend_util.getReductionAxes([...shape], gradient.shape);
  return tf.reshape(axes.length === 0 ? gradient : tf.sum(gradient, axes), [...shape]);
}

/** For an input that moves the result in steps. */
export function noSlope(input: Tensor): Tensor {
  return tf.fill(input.shape, 0, 'float32');
}

/** `x` with `rate - 1` zeros between neighbours along `axis`. */
export function spreadAxis(x: Tensor, axis: number, rate: number): Tensor {
  if (rate === 1) return x;
  const side = x.shape[axis]!;
  const apart = tf.expandDims(x, axis + 1);
  const gaps = apart.shape.map((_, i): [number, number] => [0, i === axis + 1 ? rate - 1 : 0]);
  const padded = tf.reshape(tf.pad(apart, gaps), replaced(x.shape, axis, side * rate));
  const from = padded.shape.map(() => 0);
  return tf.slice(padded, from, replaced(x.shape, axis, (side - 1) * rate + 1));
}

function replaced(shape: readonly number[], axis: number, side: number): number[] {
  return shape.map((old, i) => (i === axis ? side : old));
}
