/** Optimizers that see gradients late, held against a plain queue of gradients. */
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import type { NamedFloats } from '../../../../../src/base/index';
import { createRng } from '../../../../../src/core/compute/rng';
import { toFloats, toTensors } from '../../../../../src/core/compute/tensors';
import { delayed } from '../../../../../src/core/optimizers/delayed/delayed';
import { orthogonalStart } from '../../../../../src/core/optimizers/learned/orthoVelo';
import { createLearnedOptimizer } from '../../../../../src/core/optimizers/learned/theta';
import { renewedState } from '../../../../../src/core/optimizers/optimizer';
import type { Optimizer, TensorDict } from '../../../../../src/core/optimizers/optimizer';
import { createOptimizer } from '../../../../../src/core/optimizers/registry';
import { plainTheta } from '../../../../../src/core/optimizers/velo/handmade/plain';
import { createVelo } from '../../../../../src/core/optimizers/velo/reference';
import { createImageMlp } from '../../../../../src/core/tasks/imageMlp';
import type { Task } from '../../../../../src/core/tasks/task';
import { createSession } from '../../../../../src/core/training/createSession';
import { datasetOf, randomImages } from '../../../../support/images';
import { kernelRuntimes } from '../../../../support/kernels';
import { gradientsOf, lossOf } from '../../../../support/taskChecks';
import { useBackend } from '../../../../support/tfBackends';
import { lossesInTurns } from '../../../../support/turns';

beforeAll(async () => {
  await useBackend('cpu');
});

const images = datasetOf(randomImages([60, 3, 2, 1], 3));
const STEPS = 12;

function mlp(seed: number): Task {
  const size = { hidden: [3], batchSize: 6, seed };
  return createImageMlp({ dataset: images, activation: 'tanh', ...size });
}

function orthoTheta() {
  const { architecture, tensors } = plainTheta({ hidden: 9, bank: 2 });
  return orthogonalStart(architecture, tensors);
}

const optimizers: readonly (readonly [string, () => Optimizer])[] = [
  ['velo', () => createVelo({ theta: plainTheta({ hidden: 9, bank: 2 }), numSteps: STEPS })],
  ['orthoVelo', () => createLearnedOptimizer({ theta: orthoTheta(), numSteps: STEPS })],
  [
    'adam',
    () => createOptimizer({ name: 'adam', options: { learningRate: 0.1 } }, { numSteps: STEPS }),
  ],
];

/** The losses of a training whose update number t sees the gradient of step max(0, t - delay). */
function plainLosses(optimizer: Optimizer, seed: number, delay: number): number[] {
  const task = mlp(seed);
  let params = task.init(createRng({ seed, purpose: 'init' }));
  let state: NamedFloats = {};
  tf.tidy(() => {
    state = toFloats(optimizer.init(toTensors(params)));
  });
  const seen: { loss: number; grads: Record<string, Float32Array> }[] = [];
  for (let step = 0; step < STEPS; step++) {
    const batch = task.data!.trainBatch(step);
    seen.push({ loss: lossOf(task, params, batch), grads: gradientsOf(task, params, batch) });
    const late = seen[Math.max(0, step - delay)]!;
    tf.tidy(() => {
      const grads = Object.fromEntries(
        task.params.map(({ name, shape }) => [name, tf.tensor(late.grads[name]!, [...shape])]),
      ) as TensorDict;
      const scalars = Object.fromEntries(
        Object.entries(optimizer.scalars(step)).map(([name, value]) => [
          name,
          typeof value === 'number' ? tf.scalar(value) : tf.tensor1d(value),
        ]),
      );
      const renewed = renewedState(optimizer, step, { state: toTensors(state), grads });
      const result = optimizer.update({
        ...{ params: toTensors(params), state: renewed, grads, scalars },
        loss: tf.scalar(late.loss),
      });
      params = toFloats(result.params);
      state = toFloats(result.state);
    });
  }
  return seen.map(({ loss }) => loss);
}

describe.each(optimizers)('%s behind a queue', (_, optimizerOf) => {
  it.each([1, 3])('sees gradients %i updates late, whatever computes', (delay) => {
    const expected = plainLosses(optimizerOf(), 1, delay);
    expect(expected).not.toEqual(plainLosses(optimizerOf(), 1, 0));
    const options = { task: mlp(1), optimizer: delayed(optimizerOf(), delay), seed: 1 };
    for (const kernels of [undefined, ...kernelRuntimes]) {
      const session = createSession({ ...options, ...(kernels && { kernels }) });
      expected.forEach((loss) => {
        expect(session.advance()).toBeCloseTo(loss, 4);
      });
    }
  });

  it.each(kernelRuntimes)('goes on from a snapshot and in turns on $flavour $isa', (kernels) => {
    const owners = [1, 2].map((seed) => ({
      task: mlp(seed),
      optimizer: delayed(optimizerOf(), 2),
      seed,
    }));
    const losses = lossesInTurns(owners, kernels, [1, 4, 7]);
    owners.forEach((owner, i) => {
      const [first, second] = [0, 1].map(() => createSession({ ...owner, kernels }));
      const own = Array.from({ length: 5 }, () => first!.advance());
      second!.importSnapshot(first!.exportSnapshot());
      own.push(...Array.from({ length: 7 }, () => second!.advance()));
      expect(losses[i]).toEqual(own);
    });
  });
});

it('refuses a delay that is no number of updates', () => {
  expect(() => delayed(optimizers[0]![1](), 0)).toThrow(
    'delay must be an integer of at least 1, got 0',
  );
});
