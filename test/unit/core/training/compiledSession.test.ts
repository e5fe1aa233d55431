/** Compiled sessions are held against eager ones on tfjs-cpu, which are plain and slow. */
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import type { Scalar, Tensor } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import type { NamedFloats } from '../../../../src/base/index';
import { createLearnedOptimizer, orthogonalStart, plainTheta } from '../../../../src/core/index';
import type { Optimizer } from '../../../../src/core/optimizers/optimizer';
import { BASELINES, createOptimizer } from '../../../../src/core/optimizers/registry';
import { createVelo } from '../../../../src/core/optimizers/velo/reference';
import { ACTIVATIONS } from '../../../../src/core/tasks/activations';
import type { Activation } from '../../../../src/core/tasks/activations';
import { createBeale } from '../../../../src/core/tasks/beale';
import type { ImageDataset } from '../../../../src/core/tasks/datasets/images';
import { createImageMlp } from '../../../../src/core/tasks/imageMlp';
import { createQuadratic } from '../../../../src/core/tasks/quadratic';
import { createRosenbrock } from '../../../../src/core/tasks/rosenbrock';
import type { Task } from '../../../../src/core/tasks/task';
import { createSession } from '../../../../src/core/training/createSession';
import type { SessionOptions, TrainingSession } from '../../../../src/core/training/session';
import { loadImageDataset } from '../../../../src/engine/datasets';
import { kernelRuntimes } from '../../../support/kernels';
import { largestDifference } from '../../../support/planCheck';
import { useBackend } from '../../../support/tfBackends';
import { bowl, regression, sgd } from './support';

const STEPS = 200;
/** Of losses and parameters after 200 steps at small rates, relative to the largest number or 1. */
const TOLERANCE = 5e-6;

const wasm = kernelRuntimes[0]!;
const fastest = kernelRuntimes[1] ?? wasm;
const dataDir = join(__dirname, '../../../../media/data');
let digits: ImageDataset;

beforeAll(async () => {
  await useBackend('cpu');
  digits = await loadImageDataset('digits8', { dataDir });
});

function digitsMlp(activation: Activation = 'tanh'): Task {
  const size = { hidden: [6], batchSize: 8, seed: 1 };
  return createImageMlp({ dataset: digits, activation, ...size });
}

/**
 * Both divide by roots of statistics that are nearly singular at first and so magnify what two kinds of arithmetic
 * differ by; with larger ridges they are as smooth as the others. Small blocks: the eager session has one core.
 * Shampoo's first steps are some 30 times its rate, as nothing corrects the bias of the grafted RMSProp.
 */
const SMOOTH: Readonly<Record<string, object>> = {
  shampoo: { ridge: 0.1, blockSize: 16, learningRate: 1e-4 },
  soap: { epsilon: 0.01, blockSize: 16 },
};

function baseline(name: string, learningRate = 1e-3): Optimizer {
  const options = { learningRate, ...SMOOTH[name] };
  return createOptimizer({ name, options }, { numSteps: STEPS });
}

function velo(): Optimizer {
  return createVelo({ theta: plainTheta({ hidden: 9, bank: 2, peak: 0.5 }), numSteps: STEPS });
}

/** Begun by VeLO's kernels, gone on with operations. */
function orthoVelo(): Optimizer {
  const { architecture, tensors } = plainTheta({ hidden: 9, bank: 2, peak: 0.5 });
  const theta = orthogonalStart(architecture, tensors);
  return createLearnedOptimizer({ theta, numSteps: STEPS });
}

type Extra = Partial<SessionOptions>;

function eager(task: Task, optimizer: Optimizer, extra: Extra = {}): TrainingSession {
  return createSession({ task, optimizer, seed: 4, ...extra });
}

/** Of a task that must not fall back. */
function compiled(task: Task, optimizer: Optimizer, extra: Extra = {}): TrainingSession {
  const session = createSession({ task, optimizer, seed: 4, kernels: fastest, ...extra });
  expect(session.compiled).toBe(true);
  return session;
}

function advance(session: TrainingSession, steps: number): Float32Array {
  return Float32Array.from({ length: steps }, () => session.advance());
}

function advanceInBlocks(session: TrainingSession, steps: number, most = 7): Float32Array {
  const losses: number[] = [];
  while (losses.length < steps) {
    losses.push(...session.advanceBlock(Math.min(most, steps - losses.length)));
  }
  return Float32Array.from(losses);
}

/** Of an eigenbasis, and of what is kept in it: columns whose eigenvalues nearly agree turn with the rounding. */
const BASIS_TOLERANCE = 2e-3;
const IN_BASIS = /^state\/(ql|qr|v)\/.*\bw$/;
/** Orthogonal VeLO has no ε that would keep directions without a gradient, which may turn as they like, from its steps. */
const FREE_BASIS = /^state\/(ql|qr|square)\/.*\bw$/;

function expectClose(got: NamedFloats, expected: NamedFloats, optimizer = ''): void {
  expect(Object.keys(got).sort()).toEqual(Object.keys(expected).sort());
  for (const [name, { shape, data }] of Object.entries(expected)) {
    expect(got[name]!.shape, name).toEqual(shape);
    if (optimizer === 'orthoVelo' && FREE_BASIS.test(name)) continue;
    const isTurned = optimizer === 'orthoVelo' || (optimizer === 'soap' && IN_BASIS.test(name));
    const tolerance = isTurned ? BASIS_TOLERANCE : TOLERANCE;
    expect(largestDifference(got[name]!.data, data), name).toBeLessThan(tolerance);
  }
}

/** 200 steps, or as many as given, of both kinds of session, the compiled one in blocks, from the same seed. */
function expectAgreement(
  task: Task,
  create: () => Optimizer,
  extra: Extra = {},
  steps = STEPS,
): void {
  const plain = eager(task, create(), extra);
  const expected = advance(plain, steps);
  for (const kernels of new Set([wasm, fastest])) {
    const session = compiled(task, create(), { ...extra, kernels });
    const losses = advanceInBlocks(session, steps, 64);
    const tolerance = create().name === 'orthoVelo' ? BASIS_TOLERANCE : TOLERANCE;
    expect(largestDifference(losses, expected)).toBeLessThan(tolerance);
    const { arrays } = plain.exportSnapshot();
    expectClose(session.exportSnapshot().arrays, arrays, create().name);
    session.dispose();
  }
  plain.dispose();
}

describe('compiled and eager sessions agree over 200 steps', () => {
  it.each(Object.keys(ACTIVATIONS) as Activation[])('with %s between the layers', (activation) => {
    expectAgreement(digitsMlp(activation), () => baseline('adam'));
  });

  it.each(BASELINES.map(({ name }) => name))('with %s', (name) => {
    expectAgreement(digitsMlp(), () => baseline(name));
  });

  it('with VeLO', () => {
    expectAgreement(digitsMlp(), velo);
  });

  it('with VeLO and orthogonal steps', () => {
    // Fewer: an eigenbasis enlarges rounding.
    expectAgreement(digitsMlp(), orthoVelo, {}, 10);
  });

  it.each<[string, Extra]>([
    ['an L2 penalty', { weightDecay: 0.01 }],
    ['three batches per update', { accumulate: 3 }],
    ['both', { weightDecay: 0.01, accumulate: 3 }],
  ])('with %s', (_, extra) => {
    expectAgreement(digitsMlp(), () => baseline('nadamw'), extra);
  });

  it('with VeLO, a penalty and three batches per update', () => {
    expectAgreement(regression(), velo, { weightDecay: 0.01, accumulate: 3 });
  });

  it.each<[string, () => Task]>([
    ['a loss with dropout', regression],
    ['a quadratic', () => createQuadratic({ dimension: 12, condition: 50, seed: 3 })],
    ['Rosenbrock', createRosenbrock],
    ['Beale', createBeale],
  ])('on %s', (_, create) => {
    expectAgreement(create(), () => baseline('adam'));
    expectAgreement(create(), velo);
  });
});

describe('a compiled session', () => {
  it.each<[string, () => Optimizer, Extra]>([
    ['adam', () => baseline('adam'), {}],
    ['VeLO', velo, {}],
    ['orthogonal VeLO', orthoVelo, {}],
    ['a penalty', () => baseline('momentum'), { weightDecay: 0.1 }],
    ['three batches per update', () => baseline('adam'), { accumulate: 3 }],
  ])('gives the same bits in blocks as step by step, with %s', (_, create, extra) => {
    for (const task of [digitsMlp(), regression()]) {
      const [one, other] = [compiled(task, create(), extra), compiled(task, create(), extra)];
      expect(advanceInBlocks(one, 60)).toEqual(advance(other, 60));
      expect(one.exportSnapshot()).toEqual(other.exportSnapshot());
    }
  });

  it('trains on gathered rows as on batches that are written whole', () => {
    const task = digitsMlp();
    const { rows, ...data } = task.data!;
    expect(rows).toBeDefined();
    const gathered = compiled(task, baseline('adam'));
    const written = compiled({ ...task, data }, baseline('adam'));
    expect(advanceInBlocks(gathered, 60)).toEqual(advanceInBlocks(written, 60));
    expect(gathered.exportSnapshot()).toEqual(written.exportSnapshot());
  });

  it.each([1, 0.1])(
    'ends a block at a loss that is not finite, with a penalty of %d or none',
    (rate) => {
      // Rate 3: w doubles in size each step; ½·w² leaves float32 after 2^64, from step 64 on.
      const extra = rate === 1 ? {} : { weightDecay: 1e-30 };
      const session = compiled(bowl([1, 2 ** -20]), sgd(3), extra);
      const losses = session.advanceBlock(256);
      expect(losses).toHaveLength(65);
      expect(losses[64]).toBe(Infinity);
      expect(session.step).toBe(64);
      expect(session.readParams()['w']!.data).toEqual(Float32Array.of(2 ** 64, 2 ** 44));
      const stuck = session.exportSnapshot();
      expect(session.advanceBlock(10)).toEqual(Float32Array.of(Infinity));
      expect(session.advance()).toBe(Infinity);
      expect(session.exportSnapshot()).toEqual(stuck);
    },
  );

  it('evaluates as an eager one does, and nothing changes', () => {
    for (const task of [digitsMlp(), regression(), createBeale()]) {
      const [one, other] = [compiled(task, baseline('adam')), eager(task, baseline('adam'))];
      other.importSnapshot(one.exportSnapshot());
      for (const split of ['innerValid', 'test'] as const) {
        const [got, expected] = [one.evaluate(split, 5), other.evaluate(split, 5)];
        expect(Object.keys(got)).toEqual(Object.keys(expected));
        expect(got.loss).toBeCloseTo(expected.loss, 4);
        expect(got.accuracy ?? 0).toBeCloseTo(expected.accuracy ?? 0, 6);
      }
      const [before, first] = [one.exportSnapshot(), one.advance()];
      one.importSnapshot(before);
      one.evaluate('test', 3);
      expect(one.exportSnapshot()).toEqual(before);
      expect(one.advance()).toBe(first);
      other.dispose();
    }
  });

  it.each<[string, () => Optimizer, Extra]>([
    ['adam', () => baseline('adam'), {}],
    ['VeLO', velo, {}],
    ['orthogonal VeLO', orthoVelo, {}],
    ['three batches per update', () => baseline('adam'), { accumulate: 3 }],
    ['VeLO and three batches per update', velo, { accumulate: 3, weightDecay: 0.01 }],
  ])('hands over to an eager one and back at any batch, with %s', (_, create, extra) => {
    const task = regression();
    const reference = eager(task, create(), extra);
    let sessions = [eager(task, create(), extra), compiled(task, create(), extra)] as const;
    for (const steps of [4, 1, 1, 5, 3, 2]) {
      const [from, to] = sessions;
      const expected = advance(reference, steps);
      expect(largestDifference(advance(from, steps), expected)).toBeLessThan(TOLERANCE);
      const snapshot = from.exportSnapshot();
      to.importSnapshot(snapshot);
      expect(to.exportSnapshot()).toEqual(snapshot);
      sessions = [to, from];
    }
    expectClose(
      sessions[0].exportSnapshot().arrays,
      reference.exportSnapshot().arrays,
      create().name,
    );
    for (const session of [...sessions, reference]) session.dispose();
  });

  it.each(kernelRuntimes.map((kernels) => [`${kernels.flavour} ${kernels.isa}`, kernels] as const))(
    'gives the same bits each time on %s, and nearly those of the others',
    (_, kernels) => {
      for (const create of [() => baseline('nadamw'), velo]) {
        const task = digitsMlp('gelu');
        const [one, again, reference] = [kernels, kernels, wasm].map((runtime) => {
          const session = compiled(task, create(), { kernels: runtime });
          advanceInBlocks(session, STEPS);
          return session.exportSnapshot();
        });
        expect(again).toEqual(one);
        expectClose(one!.arrays, reference!.arrays);
      }
    },
  );
});

describe('a task that no plan can have', () => {
  /** Local response normalisation is not worth its kernels. */
  const normalized = (): Task => ({
    ...bowl([1, 2, 3, 4]),
    loss: ({ w }) => {
      const image = tf.reshape<tf.Rank.R4>(w as Tensor, [1, 2, 2, 1]);
      return tf.mean<Scalar>(tf.square(tf.localResponseNormalization(image)));
    },
  });

  it('runs operation by operation, and it is said which operation of which line is why', () => {
    const reasons: string[] = [];
    const options = { task: normalized(), seed: 4, kernels: fastest };
    const onFallback = (why: string): void => void reasons.push(why);
    const session = createSession({ ...options, optimizer: sgd(0.1), onFallback });
    expect(session.compiled).toBe(false);
    expect(session.blockSteps).toBe(1);
    expect(reasons).toHaveLength(1);
    expect(reasons[0]).toMatch(
      /^no compiled kernel for tfjs's LRN \(.*compiledSession\.test\.ts:\d+\)$/,
    );
    const plain = eager(normalized(), sgd(0.1));
    expect(advance(session, 5)).toEqual(advance(plain, 5));
    session.dispose();
    plain.dispose();
  });

  it('runs operation by operation where it reduces more axes than the kernels take', () => {
    const reasons: string[] = [];
    const task: Task = {
      ...bowl(Array.from({ length: 256 }, (_, i) => i / 256)),
      loss: ({ w }) => {
        const cube = tf.reshape(w as Tensor, Array<number>(8).fill(2));
        return tf.mean<Scalar>(tf.square(tf.sum(cube, [0, 2, 4, 6])));
      },
    };
    const onFallback = (why: string): void => void reasons.push(why);
    const options = { task, optimizer: sgd(0.01), seed: 4, kernels: fastest, onFallback };
    const session = createSession(options);
    expect(reasons).toEqual(['no compiled kernel for a reduction over so many axes']);
    const losses = advance(session, 3);
    expect(losses[2]).toBeLessThan(losses[0]!);
    session.dispose();
  });

  it('is a mistake where no session can train it', () => {
    const task: Task = { ...bowl([1]), loss: ({ w }) => tf.square(w as Tensor) as Scalar };
    const create = () => createSession({ task, optimizer: sgd(0.1), seed: 0, kernels: fastest });
    expect(create).toThrow('the loss must be a float32 scalar');
  });
});
