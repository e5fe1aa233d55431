/** Squared differences and maxima, which tfjs gets wrong where a side is broadcast, and comparisons, most of which it lacks. */
import * as tf from '@tensorflow/tfjs-core';
import type { GradConfig, SumAttrs, Tensor } from '@tensorflow/tfjs-core';
import { derivative, noSlope, runKernel, sumTo } from './derivative';

const squaredDifference = derivative('SquaredDifference', ['a', 'b'], (dy, [a, b]) => {
  const slope = (): Tensor => tf.mul(dy, tf.mul(2, tf.sub(a!, b!)));
  return {
    a: () => sumTo(slope(), a!.shape),
    b: () => sumTo(tf.neg(slope()), b!.shape),
  };
});

type Compare = (a: Tensor, b: Tensor) => Tensor;

/** The whole slope goes to the side that was taken, where both are equal to the first. */
function choice(kernel: string, takesFirst: Compare, takesSecond: Compare): GradConfig {
  return derivative(kernel, ['a', 'b'], (dy, [a, b]) => {
    const where = (taken: Compare): Tensor => tf.mul(dy, tf.cast(taken(a!, b!), 'float32'));
    return {
      a: () => sumTo(where(takesFirst), a!.shape),
      b: () => sumTo(where(takesSecond), b!.shape),
    };
  });
}

const maximum = choice('Maximum', tf.greaterEqual, tf.less);
const minimum = choice('Minimum', tf.lessEqual, tf.greater);

const COMPARISONS = [
  ...['Equal', 'Greater', 'GreaterEqual', 'Less', 'LessEqual', 'NotEqual'],
  ...['LogicalAnd', 'LogicalOr'],
];

const comparisons = COMPARISONS.map((kernel) =>
  derivative(kernel, ['a', 'b'], (_, [a, b]) => ({ a: () => noSlope(a!), b: () => noSlope(b!) })),
);

const steps = ['LogicalNot', 'Any', 'All', 'ArgMax', 'ArgMin'].map((kernel) =>
  derivative(kernel, ['x'], (_, [x]) => ({ x: () => noSlope(x!) })),
);

/** tfjs's own needs methods of tensors that tfjs-core alone doesn't have. */
const product = derivative('Prod', ['x'], (dy, [x], { axis }: SumAttrs) => ({
  x: () => {
    const axes = tf.util.parseAxisParam(axis, x!.shape);
    const kept = x!.shape.map((_, i) => i).filter((i) => !axes.includes(i));
    const order = [...kept, ...axes];
    const outer = kept.map((i) => x!.shape[i]!);
    const rows = tf.reshape(tf.transpose(x!, order), [...outer, -1]);
    const last = outer.length;
    // The product of all others, also where an element is zero.
    const others = tf.mul(tf.cumprod(rows, last, true, false), tf.cumprod(rows, last, true, true));
    const slopes = tf.mul(others, tf.reshape(dy, [...outer, 1]));
    const arranged = order.map((i) => x!.shape[i]!);
    const back = order.map((_, i) => order.indexOf(i));
    return tf.transpose(tf.reshape(slopes, arranged), back);
  },
}));

/** Of dy where y ≥ 0, else dy·(y + 1), with y = elu(x). */
const eluSlope = derivative('EluGrad', ['dy', 'y'], (ddx, [dy, y]) => ({
  dy: () => runKernel('EluGrad', { dy: ddx, y: y! }, {}),
  y: () => tf.mul(tf.mul(ddx, dy!), tf.cast(tf.less(y!, 0), 'float32')),
}));

export const elementwiseDerivatives: readonly GradConfig[] = [
  eluSlope,
  squaredDifference,
  maximum,
  minimum,
  ...comparisons,
  ...steps,
  product,
];
