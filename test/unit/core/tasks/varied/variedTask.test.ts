/** Variations of a task: what they change, and that members with other ones have the numbers of trainings of their own. */
import { join, resolve } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import type { NamedArrays } from '../../../../../src/base/index';
import { createRng } from '../../../../../src/core/compute/rng';
import { toTensors } from '../../../../../src/core/compute/tensors';
import { createOptimizer } from '../../../../../src/core/optimizers/registry';
import { plainTheta } from '../../../../../src/core/optimizers/velo/handmade/plain';
import { createVelo } from '../../../../../src/core/optimizers/velo/reference';
import { createQuadratic } from '../../../../../src/core/tasks/quadratic';
import type { LossRng, Task } from '../../../../../src/core/tasks/task';
import { planOfVariation, variedTask } from '../../../../../src/core/tasks/varied/variedTask';
import type { Variation } from '../../../../../src/core/tasks/variation';
import { createSession } from '../../../../../src/core/training/createSession';
import { createTask } from '../../../../../src/engine/jobs/createTask';
import { decodeTask } from '../../../../../src/protocol/index';
import { kernelRuntimes } from '../../../../support/kernels';
import { useBackend } from '../../../../support/tfBackends';
import { lossesInTurns } from '../../../../support/turns';
import { trainRows } from '../../../../support/rows';

const dataDir = join(resolve(import.meta.dirname, '../../../../..'), 'media', 'data');
const seed = 5;
const init = { seed, purpose: 'init' } as const;
const PERCEPTRON = { family: 'imageMlp', dataset: 'digits8', hidden: [6], batchSize: 8 };
const TEXT = { family: 'rnnLm', batchSize: 4, length: 6, hidden: 4, embedding: 4 };
const NO_DRAWS: LossRng = { uniform: (shape) => tf.zeros([...shape]), normal: () => tf.zeros([]) };

let perceptron: Task;
let text: Task;

beforeAll(async () => {
  await useBackend('cpu');
  [perceptron, text] = (await Promise.all(
    [PERCEPTRON, TEXT].map((task) => createTask(decodeTask(task), { seed, dataDir })),
  )) as [Task, Task];
});

/** The loss of batch 0 at a task's start. */
function startLoss(task: Task): number {
  return tf.tidy(() => {
    const shapes = new Map(task.batch.map(({ name, shape }) => [name, shape]));
    const given = Object.entries(task.given ?? {}).map(
      ([name, data]) => [name, { shape: shapes.get(name)!, data }] as const,
    );
    const batch: NamedArrays = { ...task.data?.trainBatch(0), ...Object.fromEntries(given) };
    const params = toTensors(task.init(createRng(init)));
    return task.loss(params, toTensors(batch), NO_DRAWS).dataSync()[0]!;
  });
}

describe('a varied task', () => {
  it('is the task itself where nothing varies', () => {
    expect(variedTask(perceptron, {}, seed)).toBe(perceptron);
    expect(variedTask(perceptron, { initScale: 1, trainShare: 1 }, seed)).toBe(perceptron);
  });

  it('starts random weights larger, and biases where they were', () => {
    const plain = perceptron.init(createRng(init));
    const scaled = variedTask(perceptron, { initScale: 1.5 }, seed).init(createRng(init));
    expect(scaled['layer0/w']!.data).toEqual(plain['layer0/w']!.data.map((value) => 1.5 * value));
    expect(scaled['layer0/b']).toEqual(plain['layer0/b']);
    const normed = { ...perceptron, init: () => ({ gain: ones(3) }) };
    const gains = variedTask(normed, { initScale: 2 }, seed).init(createRng(init));
    expect(gains['gain']).toEqual(ones(3));
  });

  it('trains on the first examples of its train split alone, and evaluates those', () => {
    const { data } = variedTask(perceptron, { trainShare: 0.02 }, seed);
    const count = Math.round(0.02 * perceptron.data!.size('train'));
    expect(data!.size('train')).toBe(count);
    expect(data!.evaluationBatches('train')).toBe(Math.floor(count / 8));
    expect(data!.evaluationBatch('train', 1)).toEqual(perceptron.data!.evaluationBatch('train', 1));
    expect(data!.size('innerValid')).toBe(perceptron.data!.size('innerValid'));
    const first = perceptron.data!.rows!;
    const known = new Set(
      Array.from({ length: 400 }, (_, step) => trainRows(data!.rows!, step)).flat(),
    );
    expect(known.size).toBe(count);
    expect(data!.rows!.arrays.map((array) => array.data)).toEqual(
      first.arrays.map((array) => array.data),
    );
    const [row] = trainRows(data!.rows!, 3);
    const [x] = first.arrays;
    expect([...data!.trainBatch(3)['x']!.data.slice(0, 64)]).toEqual(
      [...x!.data.slice(64 * row!, 64 * row! + 64)].map((byte) => Math.fround(byte / x!.divisor)),
    );
  });

  it('keeps a batch of examples at least', () => {
    expect(variedTask(perceptron, { trainShare: 1e-6 }, seed).data!.size('train')).toBe(8);
    expect(variedTask(text, { trainShare: 1e-6 }, seed).data!.size('train')).toBe(4);
  });

  it('trains on the first documents of a text', () => {
    const { data } = variedTask(text, { trainShare: 0.01 }, seed);
    const count = Math.round(0.01 * text.data!.size('train'));
    const rows = Array.from({ length: 200 }, (_, step) => trainRows(data!.rows!, step)).flat();
    expect([data!.size('train'), Math.max(...rows)]).toEqual([count, count - 1]);
    expect(data!.size('test')).toBe(text.data!.size('test'));
  });

  it.each(['global', 'tensor', 'parameter'] as const)(
    'computes the same function of parameters with other scales, one per %s',
    (level) => {
      const task = variedTask(perceptron, { reparametrization: { level, decades: 2 } }, seed);
      const [plain, scaled] = [perceptron, task].map((one) => one.init(createRng(init)));
      const scales = perceptron.params.flatMap(({ name }) =>
        level === 'parameter'
          ? [...task.given![`scale/${name}`]!]
          : [task.given![`scale/${name}`]![0]!],
      );
      expect(Math.min(...scales)).toBeGreaterThanOrEqual(0.0099);
      expect(Math.max(...scales)).toBeLessThanOrEqual(100);
      const distinct = { global: 1, tensor: 4, parameter: scales.length }[level];
      expect(new Set(scales).size).toBe(distinct);
      const w = task.given!['scale/layer0/w']!;
      expect(scaled!['layer0/w']!.data[7]).toBe(
        Math.fround(plain!['layer0/w']!.data[7]! / w[level === 'parameter' ? 7 : 0]!),
      );
      expect(startLoss(task)).toBeCloseTo(startLoss(perceptron), 5);
    },
  );

  it('draws scales by its seed', () => {
    const given = (own: number) =>
      variedTask(perceptron, { reparametrization: { level: 'tensor', decades: 1 } }, own).given;
    expect(given(1)).toEqual(given(1));
    expect(given(1)).not.toEqual(given(2));
  });

  it('refuses numbers out of range, and a share of data that are no list', () => {
    const vary = (variation: Variation, task = perceptron) => variedTask(task, variation, seed);
    expect(() => vary({ initScale: 0 })).toThrow(
      'initScale must be a finite number above 0, got 0',
    );
    expect(() => vary({ trainShare: 1.5 })).toThrow(
      'trainShare must be above 0 and at most 1, got 1.5',
    );
    expect(() => vary({ reparametrization: { level: 'tensor', decades: NaN } })).toThrow(
      'decades must be a finite number above 0, got NaN',
    );
    const endless = { ...perceptron, data: { ...perceptron.data! } };
    delete endless.data.firstOfTrain;
    expect(() => vary({ trainShare: 0.5 }, endless)).toThrow(
      'are no list of examples that a trainShare could be cut from',
    );
    const bowl = createQuadratic({ dimension: 2, condition: 1, seed });
    expect(vary({ trainShare: 0.5 }, bowl)).toBe(bowl);
  });

  it('has the plan of others but for how finely it is scaled', () => {
    const plans = [
      { initScale: 2, trainShare: 0.1 },
      { reparametrization: { level: 'global', decades: 1 } },
      { reparametrization: { level: 'tensor', decades: 2 } },
      { reparametrization: { level: 'parameter', decades: 1 } },
    ] as const;
    expect(plans.map(planOfVariation)).toEqual([
      { gradient: {} },
      { gradient: {}, scaled: 'tensor' },
      { gradient: {}, scaled: 'tensor' },
      { gradient: {}, scaled: 'number' },
    ]);
  });
});

describe.each(kernelRuntimes)(
  'members with variations of their own on $flavour $isa',
  (kernels) => {
    it.each([
      ['velo', () => createVelo({ theta: plainTheta({ hidden: 9, bank: 2 }), numSteps: 60 })],
      ['adam', () => createOptimizer({ name: 'adam', options: {} }, { numSteps: 60 })],
    ] as const)('have the losses of trainings of their own under %s', (_, optimizerOf) => {
      const variations: Variation[] = [
        { reparametrization: { level: 'global', decades: 1 }, initScale: 0.7 },
        { reparametrization: { level: 'tensor', decades: 2 } },
        { reparametrization: { level: 'tensor', decades: 1 }, trainShare: 0.05 },
      ];
      const owners = variations.map((variation, i) => ({
        task: variedTask(perceptron, variation, i),
        optimizer: optimizerOf(),
        seed: i,
      }));
      const losses = lossesInTurns(owners, kernels, [1, 30, 4]);
      owners.forEach((owner, i) => {
        const session = createSession({ ...owner, kernels });
        const own = Array.from({ length: 35 }, () => session.advance());
        expect(losses[i]).toEqual(own);
        const eager = createSession(owner);
        for (const loss of own.slice(0, 4)) expect(eager.advance()).toBeCloseTo(loss, 4);
        expect(createSession({ ...owner, kernels }).evaluate('test', 2).loss).toBeCloseTo(
          createSession(owner).evaluate('test', 2).loss,
          4,
        );
      });
      expect(losses[0]).not.toEqual(losses[1]);
    });
  },
);

function ones(length: number) {
  return { shape: [length], data: new Float32Array(length).fill(1) };
}
