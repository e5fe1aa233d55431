import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import type { NamedFloats, TensorSpec } from '../../../../src/base/index';
import type { FusedSession, Optimizer } from '../../../../src/core/optimizers/optimizer';
import type { KernelRuntime } from '../../../../src/core/compute/kernelRuntime';
import { createSession } from '../../../../src/core/training/createSession';
import { createEagerSession } from '../../../../src/core/training/eagerSession';
import { adam, bowl, regression, sgd } from './support';

beforeAll(async () => {
  await tf.setBackend('cpu');
});

function firstParam(params: NamedFloats): number[] {
  return [...(params['w']?.data ?? [])];
}

describe('a training session', () => {
  it('returns the loss before the update and moves the parameters', () => {
    const session = createSession({ task: bowl([2, -4]), optimizer: sgd(0.5), seed: 0 });
    // ½·(4 + 16) = 10, then everything halves: ½·(1 + 4) = 2.5.
    expect(session.advance()).toBe(10);
    expect(firstParam(session.readParams())).toEqual([1, -2]);
    expect(session.advance()).toBe(2.5);
    expect(session.step).toBe(2);
    session.dispose();
  });

  it('leaves a parameter alone that the loss does not depend on', () => {
    const session = createSession({ task: regression(), optimizer: sgd(0.1), seed: 3 });
    const before = session.readParams();
    session.advance();
    const after = session.readParams();
    expect(after['unused']).toEqual(before['unused']);
    expect(after['layer0/b']).not.toEqual(before['layer0/b']);
    session.dispose();
  });

  it('changes nothing and does not count the step when the loss is not finite', () => {
    const session = createSession({ task: bowl([Infinity, 1]), optimizer: sgd(0.5), seed: 0 });
    expect(session.advance()).toBe(Infinity);
    expect(session.step).toBe(0);
    expect(firstParam(session.readParams())).toEqual([Infinity, 1]);
    session.dispose();
  });

  it('keeps the number of tensors flat over 1,000 steps, whatever the wrappers', () => {
    const optimizer = adam(1000);
    const options = { task: regression(), optimizer, seed: 1 };
    for (const extra of [{}, { weightDecay: 1e-3, accumulate: 4 }]) {
      const before = tf.memory().numTensors;
      const session = createSession({ ...options, ...extra });
      session.advance();
      const started = tf.memory().numTensors;
      for (let step = 1; step < 1001; step++) session.advance();
      session.evaluate('innerValid');
      expect(tf.memory().numTensors).toBe(started);
      session.importSnapshot(session.exportSnapshot());
      expect(tf.memory().numTensors).toBe(started);
      session.dispose();
      expect(tf.memory().numTensors).toBe(before);
    }
  });

  it('draws other initial parameters from another seed, and the same from the same', () => {
    const params = [3, 3, 4].map((seed) => {
      const session = createSession({ task: regression(), optimizer: sgd(0.1), seed });
      const result = session.readParams();
      session.dispose();
      return result;
    });
    expect(params[0]).toEqual(params[1]);
    expect(params[0]).not.toEqual(params[2]);
  });

  it('evaluates the mean over the batches of a split without changing anything', () => {
    const session = createSession({ task: regression(), optimizer: sgd(0.1), seed: 3 });
    const before = session.exportSnapshot();
    const [one, two, all] = [1, 2, undefined].map((n) => session.evaluate('test', n));
    expect(session.evaluate('test', 99)).toEqual(all);
    expect(one!.loss).not.toBe(two!.loss);
    // The second batch alone is 2·(mean of two) − first; the mean of all three lies among them.
    expect(all!.loss).toBeGreaterThan(0);
    expect(all!.accuracy).toBeGreaterThanOrEqual(0);
    expect(session.exportSnapshot()).toEqual(before);
    session.dispose();
  });

  it('refuses to evaluate a split without a whole batch', () => {
    const task = regression();
    const empty = { ...task, data: { ...task.data!, evaluationBatches: () => 0 } };
    const session = createSession({ task: empty, optimizer: sgd(0.1), seed: 3 });
    expect(() => session.evaluate('test')).toThrow('split test has not one whole batch');
    session.dispose();
  });
});

describe('the L2 penalty', () => {
  it('adds λ·p to the gradient and λ·Σp² to the loss that the optimizer sees', () => {
    const losses: number[] = [];
    const spy = spyOptimizer((loss) => losses.push(loss));
    const session = createSession({
      task: bowl([2, -4]),
      optimizer: spy,
      seed: 0,
      weightDecay: 0.1,
    });
    // Loss 10; penalised 10 + 0.1·(4 + 16) = 12. Gradient (2, −4) + 0.1·(2, −4) = (2.2, −4.4).
    expect(session.advance()).toBe(10);
    expect(losses[0]).toBeCloseTo(12, 5);
    const [a, b] = firstParam(session.readParams());
    expect(a).toBeCloseTo(2 - 2.2, 6);
    expect(b).toBeCloseTo(-4 + 4.4, 6);
    session.dispose();
  });
});

describe('gradient accumulation', () => {
  it('moves once in K steps, by the mean gradient, with the mean loss', () => {
    const losses: number[] = [];
    const spy = spyOptimizer((loss) => losses.push(loss));
    const task = shiftingBowl([0, 3, 6, 1]);
    const session = createSession({ task, optimizer: spy, seed: 0, accumulate: 3 });
    // w = 0: losses 0, 4.5, 18 and gradients 0, −3, −6, of mean −3 and mean loss 7.5.
    expect([session.advance(), session.advance()]).toEqual([0, 4.5]);
    expect(firstParam(session.readParams())).toEqual([0]);
    expect(session.advance()).toBe(18);
    expect(firstParam(session.readParams())).toEqual([3]);
    expect(losses).toEqual([7.5]);
    expect(session.advance()).toBe(2);
    expect(losses).toHaveLength(1);
    session.dispose();
  });

  it('counts updates, not batches, in the step that the optimizer sees', () => {
    const seen: number[] = [];
    const inner = sgd(0.1);
    const spy: Optimizer = {
      ...inner,
      scalars: (step) => {
        seen.push(step);
        return inner.scalars(step);
      },
    };
    const session = createSession({ task: bowl([1]), optimizer: spy, seed: 0, accumulate: 2 });
    for (let step = 0; step < 7; step++) session.advance();
    expect(seen).toEqual([0, 1, 2]);
    session.dispose();
  });

  it('penalises each batch where the accumulator only averages', () => {
    const losses: number[] = [];
    const spy = spyOptimizer((loss) => losses.push(loss));
    const options = { seed: 0, accumulate: 2, weightDecay: 0.5 };
    const session = createSession({ task: bowl([2]), optimizer: spy, ...options });
    session.advance();
    session.advance();
    // Twice the same batch: loss 2 + 0.5·4 = 4, gradient 2 + 0.5·2 = 3.
    expect(losses).toEqual([4]);
    expect(firstParam(session.readParams())).toEqual([-1]);
    session.dispose();
  });
});

describe('a snapshot', () => {
  it.each([{}, { accumulate: 4 }, { weightDecay: 0.01 }])(
    'restores a session bit by bit in a new one, with %j',
    (extra) => {
      const options = { task: regression(), optimizer: adam(20), seed: 2, ...extra };
      const whole = createSession(options);
      for (let step = 0; step < 6; step++) whole.advance();
      const snapshot = whole.exportSnapshot();
      const rest = Array.from({ length: 7 }, () => whole.advance());

      const restored = createSession({ ...options, optimizer: adam(20) });
      restored.importSnapshot(snapshot);
      expect(restored.exportSnapshot()).toEqual(snapshot);
      expect(Array.from({ length: 7 }, () => restored.advance())).toEqual(rest);
      expect(restored.exportSnapshot()).toEqual(whole.exportSnapshot());
      whole.dispose();
      restored.dispose();
    },
  );

  it('is refused when an array is missing, has another shape or is not known', () => {
    const session = createSession({ task: bowl([1, 2]), optimizer: adam(5), seed: 0 });
    const { arrays } = session.exportSnapshot();
    const { 'state/m/w': moment, ...without } = arrays;
    const other = { shape: [1], data: new Float32Array(1) };
    const attempt = (changed: NamedFloats) => () => {
      session.importSnapshot({ step: 1, arrays: changed });
    };
    expect(attempt(without)).toThrow('array m/w of the optimizer state is missing');
    expect(attempt({ ...arrays, 'params/w': other })).toThrow(
      'array w of the parameters must be [2], got [1]',
    );
    expect(attempt({ ...arrays, 'state/extra': moment! })).toThrow('no array called extra');
    expect(session.step).toBe(0);
    session.dispose();
  });
});

describe('fused updates of a task that runs operation by operation', () => {
  it('copy gradients in and parameters out, and take the place of the eager ones', () => {
    const fused = fusedSgd(0.5);
    const kernels = { allocate: () => undefined } as unknown as KernelRuntime;
    const options = { task: regression(), seed: 4, weightDecay: 0.01, accumulate: 1 };
    const a = createEagerSession({ ...options, optimizer: fused, kernels });
    const b = createSession({ ...options, optimizer: sgd(0.5) });
    const losses = (session: typeof a) => Array.from({ length: 5 }, () => session.advance());
    expect(losses(a)).toEqual(losses(b));
    const snapshot = a.exportSnapshot();
    expect(snapshot.arrays['state/count']?.data[0]).toBe(5);
    a.advance();
    a.importSnapshot(snapshot);
    expect(a.exportSnapshot()).toEqual(snapshot);
    expect(a.advance()).toBe(b.advance());
    a.dispose();
    b.dispose();
  });
});

/** SGD with rate 1 that tells the loss it was given. */
function spyOptimizer(onLoss: (loss: number) => void): Optimizer {
  const inner = sgd(1);
  return {
    ...inner,
    update: (input) => {
      onLoss(input.loss.dataSync()[0]!);
      return inner.update(input);
    },
  };
}

/** ½·(w − target of the step)², from w = 0. */
function shiftingBowl(targets: readonly number[]) {
  const task = bowl([0]);
  return {
    ...task,
    batch: [{ name: 'target', shape: [] }],
    loss: (params: Parameters<typeof task.loss>[0], batch: Parameters<typeof task.loss>[1]) =>
      tf.mul(tf.sum(tf.square(tf.sub(params['w']!, batch['target']!))), 0.5),
    data: {
      size: () => targets.length,
      trainBatch: (step: number) => ({
        target: { shape: [], data: Float32Array.of(targets[step]!) },
      }),
      evaluationBatch: () => ({}),
      evaluationBatches: () => 0,
    },
  } as ReturnType<typeof bowl>;
}

/** SGD in plain arrays behind the fused contract, in float32 like tfjs; it has no program. */
function fusedSgd(learningRate: number): Optimizer {
  return {
    ...sgd(learningRate),
    fused: (specs) => ({
      words: 1,
      params: {},
      grads: {},
      loss: 0,
      state: [],
      rows: [],
      stages: () => [],
      start: () => plainSgd(learningRate, specs),
    }),
  };
}

function plainSgd(learningRate: number, specs: readonly TensorSpec[]): FusedSession {
  const blank = () =>
    Object.fromEntries(
      specs.map(({ name, shape }) => {
        const size = shape.reduce((a, b) => a * b, 1);
        return [name, { shape, data: new Float32Array(size) }];
      }),
    );
  const [params, grads] = [blank(), blank()];
  let count = 0;
  return {
    params,
    grads,
    update() {
      count += 1;
      const rate = Math.fround(learningRate);
      for (const { name } of specs) {
        const p = params[name]!.data;
        grads[name]!.data.forEach((g, i) => {
          p[i] = p[i]! - Math.fround(rate * g);
        });
      }
    },
    exportState: () => ({ count: { shape: [], data: Float32Array.of(count) } }),
    importState: (state) => {
      count = state['count']!.data[0]!;
    },
    reset: () => {
      count = 0;
    },
  };
}
