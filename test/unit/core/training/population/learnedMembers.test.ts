/** Members with weights of their own, of every learned optimizer, against the readable form created with these weights. */
import { beforeAll, describe, expect, it } from 'vitest';
import { createRng, streamKey } from '../../../../../src/core/compute/rng';
import {
  ARCHITECTURE_KINDS,
  createArchitecture,
} from '../../../../../src/core/optimizers/learned/registry';
import {
  createLearnedOptimizer,
  flatTheta,
  initTheta,
  thetaOf,
} from '../../../../../src/core/optimizers/learned/theta';
import { createImageMlp } from '../../../../../src/core/tasks/imageMlp';
import type { Task } from '../../../../../src/core/tasks/task';
import { createSession } from '../../../../../src/core/training/createSession';
import { MemberStage } from '../../../../../src/core/training/population/memberStage';
import { datasetOf, randomImages } from '../../../../support/images';
import { kernelRuntimes } from '../../../../support/kernels';
import { useBackend } from '../../../../support/tfBackends';

const DATASET = datasetOf(randomImages([60, 3, 2, 1], 3));
const STEPS = 5;
/** Steps of a fresh theta are too small to be told from none. */
const LARGE_STEPS = { stepScale: 0.1 };
/** Kind, options, and how far members are from their centre. */
const CASES: readonly (readonly [string, Readonly<Record<string, unknown>>, number])[] = [
  ['velo', { hidden: 9, bank: 3 }, 0.1],
  ['orthoVelo', { hidden: 9, bank: 3 }, 0.1],
  ['celo', { hidden: 6 }, 1],
  ['celo', { hidden: 6, phase: 1 }, 1],
  ['celo2', { learningRate: 0.05, schedule: 'cosine' }, 0.1],
  ['celo2', { learningRate: 0.05, orthogonal: false, weightDecay: 0.5 }, 0.1],
  ['adafacMlp', LARGE_STEPS, 0.1],
  ['mlpLopt', LARGE_STEPS, 0.1],
  ['rnnMlp', { stepScale: 0.01 }, 0.1],
  ['nnAdam', {}, 0.2],
  ['adafacNominal', { ...LARGE_STEPS, nominalStep: 0.01, nominalControlled: true }, 0.1],
  ['learnableAdam', {}, 1],
  ['learnableSgdm', {}, 1],
  ['learnableSgd', {}, 1],
];
const key = streamKey({ seed: 1, purpose: 'noise', step: 7, member: 2 });

beforeAll(async () => {
  await useBackend('cpu');
});

function task(): Task {
  return createImageMlp({
    dataset: DATASET,
    activation: 'tanh',
    hidden: [5],
    batchSize: 4,
    seed: 3,
  });
}

function caseOf([kind, options, distance]: (typeof CASES)[number]) {
  const architecture = createArchitecture(kind, options);
  const centre = flatTheta(initTheta(architecture, createRng({ seed: 4, purpose: 'theta' })));
  const sd = centre.map(() => distance);
  const noise = new Float32Array(centre.length);
  createRng({ seed: 1, purpose: 'noise', step: 7, member: 2 }).fillNormal(noise, 0, 1);
  const optimizer = (flat: Float32Array) =>
    createLearnedOptimizer({ theta: thetaOf(architecture, flat), numSteps: 20 });
  return { centre, sd, moved: centre.map((value, i) => value + sd[i]! * noise[i]!), optimizer };
}

it('covers all learned optimizers', () => {
  expect(new Set(CASES.map(([kind]) => kind))).toEqual(new Set(ARCHITECTURE_KINDS));
});

describe.each(kernelRuntimes)('on $flavour $isa', (kernels) => {
  it.each(CASES)('a member of %s %j at %d has the numbers of its own weights', (...one) => {
    const { centre, sd, moved, optimizer } = caseOf(one);
    const owner = { task: task(), optimizer: optimizer(centre), seed: 3 };
    const stage = new MemberStage({ owner, kernels, centre: { theta: centre, sd } });
    const first = stage.run({ owner, steps: 2, perturbation: { key, sign: 1 } })!;
    const image = new Float32Array(stage.imageWords);
    stage.save(image);
    // Another member has its turn in between.
    const other = stage.run({ owner, steps: STEPS, perturbation: { key, sign: -1 } })!;
    const rest = stage.run({ owner, steps: STEPS - 2, from: { step: 2, image } })!;
    const losses = [...first.losses, ...rest.losses];
    const session = createSession({ ...owner, optimizer: optimizer(moved) });
    const expected = Array.from({ length: STEPS }, () => session.advance());
    const difference = Math.abs(losses.at(-1)! - other.losses.at(-1)!);
    expect(difference).toBeGreaterThan(1e-4);
    losses.forEach((loss, i) => {
      expect(Math.abs(loss - expected[i]!)).toBeLessThan(5e-6 + 0.01 * difference);
    });
  });
});
