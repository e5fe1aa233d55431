import { beforeAll, describe, expect, it } from 'vitest';
import type { NamedFloats } from '../../../../../src/base/index';
import { createRng } from '../../../../../src/core/compute/rng';
import {
  unrollForward,
  unrollGradient,
} from '../../../../../src/core/meta/backprop/unrollGradient';
import type {
  UnrollBatches,
  UnrollOptions,
  UnrollStand,
} from '../../../../../src/core/meta/backprop/unrollGradient';
import {
  createLearnedOptimizer,
  initTheta,
} from '../../../../../src/core/optimizers/learned/theta';
import type { Optimizer } from '../../../../../src/core/optimizers/optimizer';
import { createMetaLoss } from '../../../../../src/core/meta/metaLoss';
import type { MetaLoss } from '../../../../../src/core/meta/metaLoss';
import { createVelo } from '../../../../../src/core/optimizers/velo/reference';
import { releasedArchitecture } from '../../../../../src/core/optimizers/velo/theta';
import { createImageMlp } from '../../../../../src/core/tasks/imageMlp';
import { createSession } from '../../../../../src/core/training/createSession';
import { datasetOf, randomImages } from '../../../../support/images';
import { useBackend } from '../../../../support/tfBackends';
import { randomTheta } from '../../../../support/veloStep';

beforeAll(async () => {
  await useBackend('cpu');
});

const STEPS = 4;
const task = createImageMlp({
  dataset: datasetOf(randomImages([60, 3, 2, 1], 3)),
  ...{ activation: 'tanh', hidden: [3], batchSize: 4, seed: 1 },
});
const SEED = 3;
const beginning: UnrollStand = {
  params: task.init(createRng({ seed: SEED, purpose: 'init' })),
  step: 0,
};

function batchesOf(from: number, steps: number): UnrollBatches {
  const batch = (step: number) => task.data!.trainBatch(step);
  return {
    steps: Array.from({ length: steps }, (_, i) => batch(from + i)),
    final: [batch(20), batch(21)],
  };
}

const architecture = releasedArchitecture(3, 2);

/** A VeLO whose steps are large enough to be felt in a few of them. */
function veloTheta(): NamedFloats {
  const { tensors } = randomTheta(5, architecture);
  const bias = tensors['rnn_params/step_size/b']!;
  return {
    ...tensors,
    'rnn_params/step_size/b': { ...bias, data: Float32Array.of(10) },
  };
}

function adamTheta(): NamedFloats {
  const fresh = initTheta({ kind: 'learnableAdam' }, createRng({ seed: 1, purpose: 'theta' }));
  return { ...fresh.tensors, log_lr: { shape: [], data: Float32Array.of(-3) } };
}

const learnedAdam = createLearnedOptimizer({
  theta: { architecture: { kind: 'learnableAdam' }, tensors: adamTheta() },
  numSteps: STEPS,
});
const velo = createVelo({ theta: { architecture, tensors: veloTheta() }, numSteps: STEPS });
const optimizers: readonly [
  string,
  Optimizer,
  () => NamedFloats,
  readonly UnrollOptions['loss'][],
][] = [
  ['VeLO', velo, veloTheta, ['avg', 'lastRecompute']],
  ['a learned Adam', learnedAdam, adamTheta, ['avg', 'min', 'last', 'lastRecompute']],
];

const asItIs: MetaLoss = { of: (loss) => loss, slope: () => 1, worst: () => NaN };

function optionsOf(optimizer: Optimizer, loss: UnrollOptions['loss']): UnrollOptions {
  return { task, optimizer, loss, metaLoss: asItIs, worstLoss: Infinity, seed: SEED };
}

function flat(arrays: NamedFloats): number[] {
  return Object.values(arrays).flatMap(({ data }) => [...data]);
}

/** theta + by·direction. */
function moved(theta: NamedFloats, direction: NamedFloats, by: number): NamedFloats {
  return Object.fromEntries(
    Object.entries(theta).map(([name, { shape, data }]) => [
      name,
      { shape, data: Float32Array.from(data, (x, i) => x + by * direction[name]!.data[i]!) },
    ]),
  );
}

function randomDirection(theta: NamedFloats, seed: number): NamedFloats {
  const rng = createRng({ seed, purpose: 'noise' });
  return Object.fromEntries(
    Object.entries(theta).map(([name, { shape, data }]) => {
      const noise = new Float32Array(data.length);
      rng.fillNormal(noise, 0, 1);
      return [name, { shape, data: noise }];
    }),
  );
}

describe.each(optimizers)(
  'the gradient through a training by %s',
  (_, optimizer, makeTheta, losses) => {
    const theta = makeTheta();

    it.each(losses)('is that of central differences for the %s loss', (loss) => {
      const options = optionsOf(optimizer, loss);
      const batches = batchesOf(0, STEPS);
      const lossAt = (at: NamedFloats) => unrollGradient(options, at, beginning, batches).loss;
      const { gradient } = unrollGradient(options, theta, beginning, batches);
      const direction = randomDirection(theta, 1);
      const slope = flat(gradient).reduce((sum, g, i) => sum + g * flat(direction)[i]!, 0);
      const errors = [1e-2, 1e-3, 3e-4].map((h) => {
        const ends = [h, -h].map((by) => lossAt(moved(theta, direction, by)));
        return Math.abs(slope - (ends[0]! - ends[1]!) / (2 * h));
      });
      expect(Math.abs(slope)).toBeGreaterThan(1e-3);
      expect(Math.min(...errors)).toBeLessThan(0.004 * Math.abs(slope) + 1e-4);
    });

    it('leaves out what theta did before the place where it begins', () => {
      const options = optionsOf(optimizer, 'lastRecompute');
      const whole = unrollGradient(options, theta, beginning, batchesOf(0, STEPS));
      const { stand } = unrollGradient(options, theta, beginning, batchesOf(0, 2));
      const rest = unrollGradient(options, theta, stand, batchesOf(2, STEPS - 2));
      expect(stand.step).toBe(2);
      expect(rest.loss).toBeCloseTo(whole.loss, 6);
      expect(flat(rest.stand.params)).toEqual(flat(whole.stand.params));
      const [a, b] = [flat(rest.gradient), flat(whole.gradient)];
      const off = Math.hypot(...a.map((x, i) => x - b[i]!));
      expect(off).toBeGreaterThan(0.05 * Math.hypot(...b));
    });
  },
);

describe('a training that is gone back through', () => {
  it('is the training that VeLO makes', () => {
    const session = createSession({ task, optimizer: velo, seed: SEED });
    const losses = Array.from({ length: STEPS }, () => session.advance());
    const { loss, stand } = unrollGradient(
      optionsOf(velo, 'avg'),
      veloTheta(),
      beginning,
      batchesOf(0, STEPS),
    );
    expect(loss).toBeCloseTo(losses.reduce((sum, value) => sum + value, 0) / STEPS, 5);
    const params = flat(session.readParams());
    flat(stand.params).forEach((value, i) => {
      expect(value).toBeCloseTo(params[i]!, 5);
    });
    session.dispose();
  });

  it('is judged by its meta-loss, whose slope is part of the gradient', () => {
    const metaLoss = createMetaLoss({
      normalize: (x) => task.normalize(x),
      isAbsolute: false,
      floor: 0.01,
    });
    const options = { ...optionsOf(learnedAdam, 'avg'), metaLoss };
    const theta = adamTheta();
    const at = (log_lr: number) =>
      unrollGradient(
        options,
        { ...theta, log_lr: { shape: [], data: Float32Array.of(log_lr) } },
        beginning,
        batchesOf(0, STEPS),
      );
    const slope = at(-3).gradient['log_lr']!.data[0]!;
    expect(Math.abs(slope)).toBeGreaterThan(1e-3);
    expect(slope).toBeCloseTo((at(-2.99).loss - at(-3.01).loss) / 0.02, 3);
  });

  it('has no gradient where a loss is too large, and is as bad as can be', () => {
    const metaLoss = createMetaLoss({
      normalize: (x) => task.normalize(x),
      isAbsolute: true,
      floor: 0.01,
    });
    const options = { ...optionsOf(velo, 'avg'), metaLoss, worstLoss: 0.01 };
    const result = unrollGradient(options, veloTheta(), beginning, batchesOf(0, 2));
    expect(result).toMatchObject({ diverged: true, loss: metaLoss.of(NaN, 1) });
    expect(flat(result.gradient).every((g) => g === 0)).toBe(true);
    expect(unrollForward(options, veloTheta(), beginning, batchesOf(0, 2).steps)).toBeUndefined();
  });

  it('ends up where it does without a way back', () => {
    const options = optionsOf(velo, 'avg');
    const { stand } = unrollGradient(options, veloTheta(), beginning, batchesOf(0, 3));
    expect(unrollForward(options, veloTheta(), beginning, batchesOf(0, 3).steps)).toEqual(stand);
  });

  it('is refused when it would keep more than it may', () => {
    const options = { ...optionsOf(velo, 'avg'), memoryLimit: 2 ** 16 };
    expect(() => unrollGradient(options, veloTheta(), beginning, batchesOf(0, STEPS))).toThrow(
      /takes \d+ MB a worker, expected at most 1/,
    );
  });
});
