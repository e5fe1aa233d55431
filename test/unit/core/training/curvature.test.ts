/** Looks at the curvature: Hutchinson's estimate, and Sophia-H, whose first steps are worked in float64. */
import * as tf from '@tensorflow/tfjs-core';
import type { Scalar, Tensor } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { createRng } from '../../../../src/core/compute/rng';
import type { Optimizer } from '../../../../src/core/optimizers/optimizer';
import { createOptimizer } from '../../../../src/core/optimizers/registry';
import { createRosenbrock } from '../../../../src/core/tasks/rosenbrock';
import type { Task } from '../../../../src/core/tasks/task';
import { createSession } from '../../../../src/core/training/createSession';
import { hutchinsonDiagonal } from '../../../../src/core/training/curvature';
import { createLossRng } from '../../../../src/core/training/lossRng';
import type { TrainingSession } from '../../../../src/core/training/session';
import { kernelRuntimes } from '../../../support/kernels';
import { largestDifference } from '../../../support/planCheck';
import { useBackend } from '../../../support/tfBackends';
import { lossesInTurns } from '../../../support/turns';
import { bowl, regression } from './support';

beforeAll(() => useBackend('cpu'));

const SEED = 9;
const DEVICES = [undefined, ...kernelRuntimes].map(
  (kernels) =>
    [kernels === undefined ? 'tfjs-cpu' : `${kernels.flavour} ${kernels.isa}`, kernels] as const,
);

type Options = Readonly<Record<string, unknown>>;

function sophiaH(options: Options = {}): Optimizer {
  return createOptimizer({ name: 'sophiaH', options }, { numSteps: 100 });
}

interface Opened {
  readonly task?: Task;
  readonly options?: Options;
  readonly kernels?: (typeof kernelRuntimes)[number] | undefined;
  readonly accumulate?: number;
}

function open({ task = regression(), options = {}, kernels, ...rest }: Opened): TrainingSession {
  const all = { task, optimizer: sophiaH(options), seed: SEED, ...rest };
  return createSession(kernels === undefined ? all : { ...all, kernels });
}

/** The directions of a look, as float32 numbers. */
function directions(update: number, count: number): number[] {
  const u = new Float32Array(count);
  createRng({ seed: SEED, purpose: 'curvature', step: update }).fillNormal(u, 0, 1);
  return [...u];
}

describe("Hutchinson's estimate on a quadratic", () => {
  const A = [
    [2, -0.5, 0.25],
    [-0.5, 1, 0.75],
    [0.25, 0.75, -3],
  ];
  /** ½ wᵀAw */
  const estimate = (step: number): number[] =>
    tf.tidy(() => {
      const w = tf.tensor([0.3, -1, 2]);
      const loss = (): Scalar => {
        const column = tf.reshape(w, [3, 1]);
        return tf.mul(0.5, tf.sum(tf.mul(column, tf.matMul(tf.tensor2d(A), column))));
      };
      const rng = createLossRng({ seed: SEED, purpose: 'curvature', step });
      return [...hutchinsonDiagonal({ w }, loss, rng)['w']!.dataSync()];
    });

  it('is u ∘ (A u)', () => {
    const u = directions(4, 3);
    const expected = u.map((own, i) => own * A[i]!.reduce((sum, a, j) => sum + a * u[j]!, 0));
    estimate(4).forEach((value, i) => {
      expect(value).toBeCloseTo(expected[i]!, 5);
    });
  });

  it('has the diagonal of A for its mean', () => {
    const draws = 2000;
    const sums = [0, 0, 0];
    for (let step = 0; step < draws; step++) {
      estimate(step).forEach((value, i) => {
        sums[i]! += value;
      });
    }
    sums.forEach((sum, i) => {
      // var(uᵢ (A u)ᵢ) = 2 Aᵢᵢ² + Σ_{j≠i} Aᵢⱼ²; five standard deviations of the mean.
      const others = A[i]!.reduce((total, a) => total + a * a, 0);
      const deviation = Math.sqrt((others + A[i]![i]! ** 2) / draws);
      expect(Math.abs(sum / draws - A[i]![i]!)).toBeLessThan(5 * deviation);
    });
  });
});

/** Sophia-H on Rosenbrock's function, by the paper's formulas and derivatives worked by hand. */
function workedSteps(
  count: number,
  o: { every: number; gamma: number; rate: number; decay: number },
) {
  const [b1, b2, epsilon] = [0.96, 0.99, 1e-12];
  let [x, y] = [-1.2, 1];
  const m = [0, 0];
  const h = [0, 0];
  return Array.from({ length: count }, (_, step) => {
    const g = [-2 * (1 - x) - 400 * x * (y - x * x), 200 * (y - x * x)];
    if (step % o.every === 0) {
      const [u, v] = directions(step, 2) as [number, number];
      const [xx, xy, yy] = [2 - 400 * (y - x * x) + 800 * x * x, -400 * x, 200];
      h[0] = b2 * h[0]! + (1 - b2) * u * (xx * u + xy * v);
      h[1] = b2 * h[1]! + (1 - b2) * v * (xy * u + yy * v);
    }
    const next = [x, y].map((p, i) => {
      m[i] = b1 * m[i]! + (1 - b1) * g[i]!;
      const ratio = m[i] / Math.max(o.gamma * h[i]!, epsilon);
      return p - o.rate * o.decay * p - o.rate * Math.max(-1, Math.min(1, ratio));
    });
    [x, y] = next as [number, number];
    return { params: next, h: [...h] };
  });
}

describe.each(DEVICES)('Sophia-H on %s', (_, kernels) => {
  it.each([
    { every: 1, gamma: 0.5, rate: 0.01, decay: 0 },
    { every: 2, gamma: 2, rate: 0.02, decay: 0.5 },
    { every: 10, gamma: 0.01, rate: 1e-4, decay: 0 },
  ])('takes the first steps of the paper, with $every', (o) => {
    const options = {
      ...{ updateEvery: o.every, gamma: o.gamma, learningRate: o.rate, weightDecay: o.decay },
    };
    const session = open({ task: createRosenbrock(), options, kernels });
    for (const { params, h } of workedSteps(4, o)) {
      session.advance();
      const { arrays } = session.exportSnapshot();
      expect(largestDifference(arrays['params/x']!.data, Float32Array.from(params))).toBeLessThan(
        1e-6,
      );
      expect(largestDifference(arrays['state/h/x']!.data, Float32Array.from(h))).toBeLessThan(1e-5);
    }
  });

  it.each([1, 3, 10])(
    'goes on from any step with the same bits, a look every %i',
    (updateEvery) => {
      const options = { updateEvery, learningRate: 0.01 };
      const whole = open({ options, kernels });
      const snapshots = Array.from({ length: 12 }, () => {
        const snapshot = whole.exportSnapshot();
        whole.advance();
        return snapshot;
      });
      for (const snapshot of [snapshots[3]!, snapshots[4]!, snapshots[10]!]) {
        const resumed = open({ options, kernels });
        resumed.importSnapshot(snapshot);
        while (resumed.step < 12) resumed.advance();
        expect(resumed.exportSnapshot()).toEqual(whole.exportSnapshot());
      }
    },
  );

  it('looks before the update of several batches, at the last of them', () => {
    const session = open({ accumulate: 3, options: { updateEvery: 2 }, kernels });
    const curvatures = Array.from({ length: 9 }, () => {
      session.advance();
      return [...session.exportSnapshot().arrays['state/h/layer0/w']!.data];
    });
    const changes = curvatures.map(
      (h, i) => i > 0 && h.some((x, j) => x !== curvatures[i - 1]![j]),
    );
    expect(curvatures[1]!.every((x) => x === 0)).toBe(true);
    expect(changes).toEqual([false, false, true, false, false, false, false, false, true]);
  });

  it('draws the same for the same seed, and others for another step', () => {
    const [one, same] = [open({ kernels }), open({ kernels })];
    const values = [one, same].map((session) => {
      session.advance();
      return session.exportSnapshot().arrays['state/h/layer1/w']!.data;
    });
    expect(values[0]).toEqual(values[1]);
    expect(directions(0, 2)).not.toEqual(directions(10, 2));
  });

  it('shows a curvature that is not a number', () => {
    // w·√(w²) has slope 0 at 0, and what tfjs makes of its second derivative there is 0/0.
    const task: Task = {
      ...bowl([0, 1]),
      loss: ({ w }) => tf.sum(tf.mul(w as Tensor, tf.sqrt(tf.square(w as Tensor)))),
    };
    const session = open({ task, kernels });
    session.advance();
    const { data } = session.exportSnapshot().arrays['params/w']!;
    expect([...data].map(Number.isNaN)).toEqual([true, false]);
  });

  it('refuses a loss that cannot be differentiated twice, and says at what', () => {
    const task: Task = { ...bowl([1, 2]), loss: ({ w }) => tf.prod(w as Tensor) };
    expect(() => open({ task, kernels }).advance()).toThrow(
      "the optimizer looks at the curvature of the loss, and tfjs's Cumprod has no derivative",
    );
  });
});

describe.each(kernelRuntimes)('compiled on $flavour $isa, Sophia-H', (kernels) => {
  it.each([1, 7, 10])(
    'gives the same bits in blocks as step by step, a look every %i',
    (updateEvery) => {
      const options = { updateEvery, learningRate: 0.01 };
      const [blocks, steps] = [open({ options, kernels }), open({ options, kernels })];
      const losses: number[] = [];
      for (const count of [1, 4, 25, 2, 30]) losses.push(...blocks.advanceBlock(count));
      expect(losses).toHaveLength(62);
      expect(losses).toEqual(Array.from({ length: 62 }, () => steps.advance()));
      expect(blocks.exportSnapshot()).toEqual(steps.exportSnapshot());
    },
  );

  it('ends a block at a loss that is not finite, between two looks and at one', () => {
    // A rate of 1e30 leaves float32 with the square of what the first step gives.
    const options = { learningRate: 1e30 };
    for (const updateEvery of [1, 4]) {
      const session = open({ task: bowl([1]), options: { ...options, updateEvery }, kernels });
      const losses = session.advanceBlock(20);
      expect(losses).toEqual(Float32Array.of(0.5, Infinity));
      expect(session.step).toBe(1);
    }
  });

  it('has members of a population take turns as if each were alone', () => {
    const options = { updateEvery: 4, learningRate: 0.01 };
    const owners = [1, 2].map((seed) => ({
      task: regression(),
      optimizer: sophiaH(options),
      seed,
    }));
    const losses = lossesInTurns(owners, kernels, [1, 6, 5]);
    owners.forEach((owner, i) => {
      const alone = createSession({ ...owner, kernels });
      expect(losses[i]).toEqual(Array.from({ length: 12 }, () => alone.advance()));
    });
  });
});
