import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { createRng } from '../../../../src/core/index';
import { kernelRuntimes } from '../../../support/kernels';
import { applyMap } from '../../../support/mapProgram';
import { useBackend } from '../../../support/tfBackends';

const COUNT = 100_000;
const SMALLEST = 2 ** -126;

/** Distance in units of the last place of the float32 next to `exact`; numbers below 2^-126 count as 0. */
function ulps(got: number, exact: number): number {
  const near = Math.fround(exact);
  if (Object.is(got, near) || got === near || (Number.isNaN(got) && Number.isNaN(near))) return 0;
  if (!Number.isFinite(near) || !Number.isFinite(got)) {
    // Just above the largest float: infinity is one step away from it.
    return Math.abs(Math.abs(exact) - 2 ** 128) < 2 ** 107 ? 1 : Infinity;
  }
  if (Math.abs(near) < SMALLEST && Math.abs(got) <= SMALLEST) return 0;
  const exponent = Math.max(-126, Math.floor(Math.log2(Math.abs(near))));
  return Math.abs(got - exact) / 2 ** (exponent - 23);
}

function sweep(low: number, high: number, count = COUNT): Float32Array {
  return Float32Array.from({ length: count }, (_, i) => low + ((high - low) * i) / (count - 1));
}

/** Powers of ten in [10^low, 10^high], of either sign. */
function decades(low: number, high: number, sign = 1): Float32Array {
  return sweep(low, high).map((power) => sign * 10 ** power);
}

function bothSigns(low: number, high: number): Float32Array {
  return Float32Array.from([...decades(low, high), ...decades(low, high, -1)]);
}

/** erf by its series and, further out, by the continued fraction of erfc. */
function erf(x: number): number {
  const size = Math.abs(x);
  if (size > 2.5) {
    let tail = 0;
    for (let k = 80; k > 0; k--) tail = k / 2 / (size + tail);
    return Math.sign(x) * (1 - Math.exp(-x * x) / Math.sqrt(Math.PI) / (size + tail));
  }
  let term = x;
  let sum = x;
  for (let k = 1; k < 80; k++) sum += (term *= (-x * x) / k) / (2 * k + 1);
  return (2 / Math.sqrt(Math.PI)) * sum;
}

const softplus = (x: number): number => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
const selu = (x: number): number =>
  x >= 0 ? 1.0507009873554805 * x : 1.7580993408473768 * Math.expm1(x);
const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));

const UNARY = [
  { op: 'exp', exact: Math.exp, inputs: [sweep(-86.5, 88.72), bothSigns(-30, 1)], bound: 2 },
  {
    op: 'expm1',
    exact: Math.expm1,
    inputs: [sweep(-30, 88.72), sweep(-1, 1), bothSigns(-30, 1)],
    bound: 2,
  },
  { op: 'log', exact: Math.log, inputs: [decades(-37, 38), sweep(0.5, 2)], bound: 1 },
  {
    op: 'log1p',
    exact: Math.log1p,
    inputs: [bothSigns(-30, -0.001), decades(-1, 38), sweep(-0.9999, 2)],
    bound: 2,
  },
  {
    op: 'sin',
    exact: Math.sin,
    inputs: [sweep(-10, 10), sweep(-1e5, 1e5), bothSigns(-30, 6)],
    bound: 2,
  },
  {
    op: 'cos',
    exact: Math.cos,
    inputs: [sweep(-10, 10), sweep(-1e5, 1e5), bothSigns(-30, 6)],
    bound: 2,
  },
  {
    op: 'tan',
    exact: Math.tan,
    inputs: [sweep(-10, 10), sweep(-1e5, 1e5), bothSigns(-30, 6)],
    bound: 3,
  },
  {
    op: 'asin',
    exact: Math.asin,
    inputs: [sweep(-1, 1), bothSigns(-30, 0), sweep(0.999, 1)],
    bound: 2,
  },
  {
    op: 'acos',
    exact: Math.acos,
    inputs: [sweep(-1, 1), bothSigns(-30, 0), sweep(0.999, 1)],
    bound: 2,
  },
  { op: 'atan', exact: Math.atan, inputs: [sweep(-10, 10), bothSigns(-37, 38)], bound: 2 },
  {
    op: 'sinh',
    exact: Math.sinh,
    inputs: [sweep(-89.4, 89.4), sweep(-2, 2), bothSigns(-37, 1)],
    bound: 2,
  },
  {
    op: 'cosh',
    exact: Math.cosh,
    inputs: [sweep(-89.4, 89.4), sweep(-2, 2), bothSigns(-37, 1)],
    bound: 2,
  },
  { op: 'asinh', exact: Math.asinh, inputs: [sweep(-10, 10), bothSigns(-37, 38)], bound: 2 },
  {
    op: 'acosh',
    exact: Math.acosh,
    inputs: [sweep(1, 10), decades(0, 38), sweep(1, 1.001)],
    bound: 2,
  },
  {
    op: 'atanh',
    exact: Math.atanh,
    inputs: [sweep(-1, 1), bothSigns(-37, 0), sweep(0.99, 1)],
    bound: 2,
  },
  { op: 'tanh', exact: Math.tanh, inputs: [sweep(-12, 12), bothSigns(-30, 2)], bound: 2 },
  { op: 'sigmoid', exact: sigmoid, inputs: [sweep(-87, 20), bothSigns(-30, 1)], bound: 3 },
  { op: 'softplus', exact: softplus, inputs: [sweep(-86.9, 100), sweep(-3, 3)], bound: 2 },
  { op: 'erf', exact: erf, inputs: [sweep(-5, 5), bothSigns(-30, 1)], bound: 2 },
  { op: 'selu', exact: selu, inputs: [sweep(-20, 20), bothSigns(-30, 1)], bound: 2 },
  { op: 'rsqrt', exact: (x: number) => 1 / Math.sqrt(x), inputs: [decades(-37, 38)], bound: 2 },
];

/** Pairs of numbers of every magnitude in [10^low, 10^high] and either sign. */
function pairs(low: number, high: number): readonly [Float32Array, Float32Array] {
  const rng = createRng({ seed: 1, purpose: 'noise' });
  const values = (): Float32Array => {
    const powers = new Float32Array(COUNT);
    rng.fillUniform(powers, low, high);
    return powers.map((power) => (rng.uniform() < 0.5 ? -1 : 1) * 10 ** power);
  };
  return [values(), values()];
}

/** Bases around 1 with large exponents, bases of any size with small ones, whole exponents of negative bases. */
function powers(): readonly [Float32Array, Float32Array] {
  const [bases, exponents] = pairs(-3, 3);
  const x = bases.map((base, i) => [1 + base / 1e5, Math.abs(base), base][i % 3]!);
  const y = exponents.map(
    (exponent, i) => [exponent * 100, exponent / 100, Math.round(exponent / 40)][i % 3]!,
  );
  return [x, y];
}

function floorMod(a: number, b: number): number {
  const rest = a % b;
  return (a < 0 && b < 0) || (a >= 0 && b >= 0) ? rest : (rest + b) % b;
}

const BINARY = [
  { op: 'pow', exact: Math.pow, inputs: powers(), bound: 1 },
  { op: 'atan2', exact: Math.atan2, inputs: pairs(-3, 3), bound: 4 },
  { op: 'atan2', exact: Math.atan2, inputs: pairs(-18, 18), bound: 4 },
  { op: 'mod', exact: floorMod, inputs: pairs(-3, 3), bound: 0.5 },
  { op: 'mod', exact: floorMod, inputs: pairs(-30, 30), bound: 0.5 },
  {
    op: 'floorDiv',
    exact: (a: number, b: number) => Math.floor(a / b),
    inputs: pairs(-3, 3),
    bound: 0.5,
  },
];

/** 88 and 3e38 are near the ends of exp and of the floats. */
const SPECIAL = [
  NaN,
  Infinity,
  -Infinity,
  0,
  -0,
  1,
  -1,
  0.5,
  -0.5,
  1.5,
  -2.5,
  2,
  -3,
  88,
  -88,
  3e38,
  -3e38,
  1e-30,
  -1e-30,
  6.5,
  7e8,
  1e5,
];
/** Random numbers and all pairs of the special ones. */
function specialPairs(): readonly [Float32Array, Float32Array] {
  const all = SPECIAL.flatMap((a) => SPECIAL.map((b) => [a, b] as const));
  const random = new Float32Array(2000);
  createRng({ seed: 2, purpose: 'noise' }).fillNormal(random, 0, 3);
  return [
    Float32Array.from([...all.map(([a]) => a), ...random]),
    Float32Array.from([...all.map(([, b]) => b), ...random.toReversed()]),
  ];
}

interface LikeTfjs {
  readonly op: string;
  readonly tfjs?: (x: tf.Tensor) => tf.Tensor;
  readonly bound?: number;
  /** Numbers that are compared; all when left out. */
  readonly where?: (x: number) => boolean;
}

const all = (ops: string, rest: Omit<LikeTfjs, 'op'>): LikeTfjs[] =>
  ops.split(' ').map((op) => ({ op, ...rest }));

const LIKE_TFJS: readonly LikeTfjs[] = [
  ...all('neg abs sign floor ceil round sqrt reciprocal square relu relu6', { bound: 0.5 }),
  ...all('isInf isFinite', {}),
  { op: 'isNan', tfjs: (x) => tf.isNaN(x) },
  { op: 'not', tfjs: (x) => tf.logicalNot(tf.cast(x, 'bool')), where: (x) => !Number.isNaN(x) },
  ...all('rsqrt exp expm1 log log1p asin acos atan sinh cosh asinh acosh atanh tanh', { bound: 2 }),
  ...all('sigmoid softplus', { bound: 3 }),
  ...all('sin cos tan', { bound: 3, where: (x) => !(Math.abs(x) > 1e6) || !Number.isFinite(x) }),
  // The formula exp(x) - 1 of tfjs-cpu answers 0 for tiny x.
  ...all('elu selu', { bound: 2, where: (x) => !(Math.abs(x) < 1e-6) }),
];

interface PairLikeTfjs {
  readonly op: string;
  readonly tfjs?: string;
  readonly bound?: number;
}

const PAIRS_LIKE_TFJS: readonly PairLikeTfjs[] = [
  ...['add', 'sub', 'mul', 'div', 'mod'].map((op) => ({ op, bound: 0.5 })),
  { op: 'pow', bound: 1 },
  { op: 'atan2', bound: 4 },
  { op: 'squaredDifference', bound: 2 },
  { op: 'max', tfjs: 'maximum' },
  { op: 'min', tfjs: 'minimum' },
  ...['equal', 'notEqual', 'greater', 'greaterEqual', 'less', 'lessEqual'].map((op) => ({ op })),
  { op: 'prelu', bound: 0.5 },
];

type Op = (...operands: tf.Tensor[]) => tf.Tensor;
const tfOp = (name: string): Op => (tf as unknown as Record<string, Op>)[name]!;

function worstOf(
  got: Float32Array,
  exact: (i: number) => number,
  what: (i: number) => string,
): { ulps: number; at: string } {
  let worst = { ulps: 0, at: '' };
  got.forEach((value, i) => {
    const distance = ulps(value, exact(i));
    if (distance > worst.ulps)
      worst = { ulps: distance, at: `${what(i)} gave ${value}, not ${exact(i)}` };
  });
  return worst;
}

function expectWithin(bound: number, worst: { ulps: number; at: string }): void {
  expect(worst.ulps, worst.at).toBeLessThanOrEqual(bound);
}

describe.each(kernelRuntimes)('elementary functions on $flavour $isa', (runtime) => {
  beforeAll(() => useBackend('cpu'));

  it.each(UNARY)('$op is within $bound ulp', ({ op, exact, inputs, bound }) => {
    for (const x of inputs) {
      const got = applyMap(runtime, op, x);
      const worst = worstOf(
        got,
        (i) => exact(x[i]!),
        (i) => `${op}(${x[i]})`,
      );
      expectWithin(bound, worst);
    }
  });

  it.each(BINARY)('$op of two is within $bound ulp', ({ op, exact, inputs: [a, b], bound }) => {
    const got = applyMap(runtime, op, a, b);
    const worst = worstOf(
      got,
      (i) => exact(a[i]!, b[i]!),
      (i) => `${op}(${a[i]}, ${b[i]})`,
    );
    expectWithin(bound, worst);
  });

  it.each(LIKE_TFJS)(
    '$op answers as tfjs-cpu',
    ({ op, tfjs = tfOp(op), bound = 0, where = () => true }) => {
      const x = specialPairs()[0].filter(where);
      const got = applyMap(runtime, op, x);
      const want = tf.tidy(() => tfjs(tf.tensor1d(x)).dataSync());
      expectWithin(
        bound,
        worstOf(
          got,
          (i) => want[i]!,
          (i) => `${op}(${x[i]})`,
        ),
      );
    },
  );

  it.each(PAIRS_LIKE_TFJS)('$op of two answers as tfjs-cpu', ({ op, tfjs = op, bound = 0 }) => {
    const [a, b] = specialPairs();
    const got = applyMap(runtime, op, a, b);
    const want = tf.tidy(() => tfOp(tfjs)(tf.tensor1d(a), tf.tensor1d(b)).dataSync());
    expectWithin(
      bound,
      worstOf(
        got,
        (i) => want[i]!,
        (i) => `${op}(${a[i]}, ${b[i]})`,
      ),
    );
  });

  it('has an erf that is as near as the formula of tfjs-cpu', () => {
    const x = specialPairs()[0];
    const got = applyMap(runtime, 'erf', x);
    const want = tf.tidy(() => tf.erf(tf.tensor1d(x)).dataSync());
    got.forEach((value, i) => {
      if (Number.isNaN(want[i])) expect(value).toBeNaN();
      else expect(Math.abs(value - want[i]!)).toBeLessThan(2.5e-7);
    });
  });

  it('divides whole numbers as tfjs-cpu', () => {
    const [a, b] = specialPairs().map((x) =>
      x.map((v) => (v === 0 || !(Math.abs(v) < 1e6) ? 7 : Math.ceil(v) || 3)),
    );
    const want = tf.tidy(() => tf.floorDiv(tf.tensor1d(a!), tf.tensor1d(b!)).dataSync());
    expect([...applyMap(runtime, 'floorDiv', a!, b!)].map((x) => x + 0)).toEqual([...want]);
  });

  it('keeps what is not finite in a division of whole numbers', () => {
    const got = applyMap(runtime, 'floorDiv', Float32Array.of(1, NaN, 0), Float32Array.of(0, 2, 0));
    expect([...got]).toEqual([Infinity, NaN, NaN]);
  });

  it('tells -0 from 0 where it matters', () => {
    const of = (op: string, ...operands: number[]) =>
      applyMap(runtime, op, ...operands.map((x) => Float32Array.of(x)))[0];
    expect(of('reciprocal', -0)).toBe(-Infinity);
    expect(of('atan2', 0, -0)).toBeCloseTo(Math.PI, 6);
    expect(of('atan2', -0, -1)).toBeCloseTo(-Math.PI, 6);
    expect(of('pow', -0, -3)).toBe(-Infinity);
  });

  it('selects, clips and steps as tfjs-cpu', () => {
    const [a, b] = specialPairs();
    const condition = a.map((x) => (x > 0.5 ? 1 : 0));
    const low = a.map(() => -0.5);
    const high = a.map(() => 0.75);
    const tensors = (run: () => tf.Tensor): number[] => [...tf.tidy(() => run().dataSync())];
    expect([...applyMap(runtime, 'select', condition, a, b)]).toEqual(
      tensors(() =>
        tf.where(tf.cast(tf.tensor1d(condition), 'bool'), tf.tensor1d(a), tf.tensor1d(b)),
      ),
    );
    expect([...applyMap(runtime, 'clip', a, low, high)]).toEqual(
      tensors(() => tf.clipByValue(tf.tensor1d(a), -0.5, 0.75)),
    );
    expect([...applyMap(runtime, 'step', a, low)]).toEqual(
      tensors(() => tf.step(tf.tensor1d(a), -0.5)),
    );
    expect([...applyMap(runtime, 'leakyRelu', a, high)]).toEqual(
      tensors(() => tf.leakyRelu(tf.tensor1d(a), 0.75)),
    );
  });

  it('combines truths and gradients of elu as tfjs-cpu', () => {
    const [a, b] = specialPairs();
    const bits = (x: Float32Array, limit: number) => x.map((v) => (v > limit ? 1 : 0));
    const [p, q] = [bits(a, 0), bits(b, 1)];
    const bool = (x: Float32Array) => tf.cast(tf.tensor1d(x), 'bool');
    expect([...applyMap(runtime, 'and', p, q)]).toEqual([
      ...tf.logicalAnd(bool(p), bool(q)).dataSync(),
    ]);
    expect([...applyMap(runtime, 'or', p, q)]).toEqual([
      ...tf.logicalOr(bool(p), bool(q)).dataSync(),
    ]);
    const inputs = { dy: tf.tensor1d(a), y: tf.tensor1d(b) };
    const want = tf.engine().runKernel<tf.Tensor>('EluGrad', inputs);
    const values = want.dataSync();
    const got = applyMap(runtime, 'eluGrad', a, b);
    expectWithin(
      2,
      worstOf(
        got,
        (i) => values[i]!,
        (i) => `eluGrad(${a[i]}, ${b[i]})`,
      ),
    );
  });

  it('keeps sin and cos within [-1, 1] for any number', () => {
    const x = bothSigns(5, 38);
    for (const op of ['sin', 'cos']) {
      const got = applyMap(runtime, op, x);
      expect(got.every((y) => Math.abs(y) <= 1)).toBe(true);
    }
  });

  it('rounds and multiplies and adds', () => {
    const [a, b] = specialPairs();
    const got = applyMap(runtime, 'fma', a, b, a);
    expectWithin(
      0,
      worstOf(
        applyMap(runtime, 'trunc', a),
        (i) => Math.trunc(a[i]!),
        (i) => `trunc(${a[i]})`,
      ),
    );
    const near = (i: number) =>
      Math.abs(got[i]! - (a[i]! * b[i]! + a[i]!)) <=
      2e-7 * (Math.abs(a[i]! * b[i]!) + Math.abs(a[i]!));
    expect(Array.from(a.slice(-2000), (_, i) => near(a.length - 2000 + i)).every(Boolean)).toBe(
      true,
    );
  });
});
