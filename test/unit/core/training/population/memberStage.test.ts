/** Members that take turns in one arena are held against sessions that have an arena each. */
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import type { ImageDataset } from '../../../../../src/core/tasks/datasets/images';
import { createImageMlp } from '../../../../../src/core/tasks/imageMlp';
import { createQuadratic } from '../../../../../src/core/tasks/quadratic';
import type { Task } from '../../../../../src/core/tasks/task';
import { createRng, streamKey } from '../../../../../src/core/compute/rng';
import type { Optimizer } from '../../../../../src/core/optimizers/optimizer';
import { createOptimizer } from '../../../../../src/core/optimizers/registry';
import { plainTheta } from '../../../../../src/core/optimizers/velo/handmade/plain';
import { createVelo } from '../../../../../src/core/optimizers/velo/reference';
import { flatTheta, thetaOf } from '../../../../../src/core/optimizers/learned/theta';
import { createSession } from '../../../../../src/core/training/createSession';
import type { StepOwner } from '../../../../../src/core/training/plans/linkStep';
import { MemberStage } from '../../../../../src/core/training/population/memberStage';
import type { Turn } from '../../../../../src/core/training/population/memberStage';
import { loadImageDataset } from '../../../../../src/engine/datasets';
import { kernelRuntimes } from '../../../../support/kernels';
import { useBackend } from '../../../../support/tfBackends';
import { lossesInTurns } from '../../../../support/turns';

const plain = plainTheta({ hidden: 9, bank: 2, peak: 0.5 });
const { architecture } = plain;
const centre = { theta: flatTheta(plain), sd: new Float32Array(0) };
const key = streamKey({ seed: 1, purpose: 'noise', step: 7, member: 2 });
let digits: ImageDataset;

beforeAll(async () => {
  await useBackend('cpu');
  digits = await loadImageDataset('digits8', {
    dataDir: join(__dirname, '../../../../../media/data'),
  });
  const rng = createRng({ seed: 6, purpose: 'noise' });
  centre.sd = Float32Array.from(centre.theta, () => 0.01 * rng.uniform());
});

function digitsMlp(seed: number): Task {
  return createImageMlp({ dataset: digits, activation: 'relu', hidden: [6], batchSize: 8, seed });
}

/** The same with images that stand on their heads, and other labels. */
function turned(dataset: ImageDataset): ImageDataset {
  const { train } = dataset;
  const labels = train.labels.map((label) => (label + 3) % dataset.classes);
  return { ...dataset, train: { ...train, labels, pixels: train.pixels.toReversed() } };
}

function velo(theta = centre.theta, numSteps = 50): Optimizer {
  return createVelo({ theta: thetaOf(architecture, theta), numSteps });
}

function adam(learningRate: number): Optimizer {
  return createOptimizer({ name: 'adam', options: { learningRate } }, { numSteps: 50 });
}

/** centre + sign · sd · normal, as plainly as it can be said. */
function moved(sign: number): Float32Array {
  const noise = new Float32Array(centre.theta.length);
  createRng({ seed: 1, purpose: 'noise', step: 7, member: 2 }).fillNormal(noise, 0, 1);
  return centre.theta.map((value, i) => {
    const scaled = Math.fround(Math.fround(sign * centre.sd[i]!) * noise[i]!);
    return Math.fround(value + scaled);
  });
}

describe.each(kernelRuntimes)('a stage on $flavour $isa', (kernels) => {
  /** The losses of a session of its own. */
  const alone = (owner: StepOwner, steps: number): Float32Array => {
    const session = createSession({ ...owner, kernels });
    return Float32Array.from({ length: steps }, () => session.advance());
  };
  const play = (stage: MemberStage, turns: readonly Turn[]): Float32Array => {
    const image = new Float32Array(stage.imageWords);
    const losses: number[] = [];
    let step: number | undefined;
    for (const turn of turns) {
      const outcome = stage.run(step === undefined ? turn : { ...turn, from: { step, image } })!;
      stage.save(image);
      losses.push(...outcome.losses);
      ({ step } = outcome);
    }
    return Float32Array.from(losses);
  };

  it('gives each member the numbers of a training of its own, however they take turns', () => {
    const owners = [1, 2, 3].map((seed) => ({ task: digitsMlp(seed), optimizer: velo(), seed }));
    const losses = lossesInTurns(owners, kernels, [1, 70, 4]);
    owners.forEach((owner, i) => {
      expect(Float32Array.from(losses[i]!)).toEqual(alone(owner, 75));
    });
  });

  it('lets members with other data of the same shape take turns, evaluations included', () => {
    const others = [digits, turned(digits), digits];
    const owners = others.map((dataset, seed) => ({
      task: createImageMlp({ dataset, activation: 'relu', hidden: [6], batchSize: 8, seed }),
      optimizer: velo(),
      seed,
    }));
    const stage = new MemberStage({ owner: owners[0]!, kernels });
    const evaluate = { splits: ['train', 'test'], batches: 3 } as const;
    for (const owner of owners) {
      const { losses, points } = stage.run({ owner, steps: 20, evaluate })!;
      expect(losses).toEqual(alone(owner, 20));
      const session = createSession({ ...owner, kernels });
      session.advanceBlock(20);
      expect(points[0]!.evaluations).toEqual(
        evaluate.splits.map((split) => session.evaluate(split, 3)),
      );
    }
    const less = { ...digits, train: { ...digits.train, count: 900 } };
    const task = createImageMlp({
      ...{
        dataset: { ...less, train: { ...less.train, pixels: less.train.pixels.slice(0, 57_600) } },
      },
      ...{ activation: 'relu', hidden: [6], batchSize: 8, seed: 0 },
    });
    expect(() => stage.run({ owner: { ...owners[0]!, task }, steps: 1 })).toThrow(
      'data of another shape than those that were planned: x',
    );
  });

  it('knows learning rates and announced lengths of each', () => {
    const owners = [
      { task: digitsMlp(1), optimizer: adam(0.1), seed: 1 },
      { task: digitsMlp(1), optimizer: adam(0.001), seed: 1 },
    ];
    const stage = new MemberStage({ owner: owners[0]!, kernels });
    for (const owner of owners) {
      expect(play(stage, [{ owner, steps: 9 }])).toEqual(alone(owner, 9));
    }
    const lengths = [5, 500].map((numSteps) => ({
      task: digitsMlp(1),
      optimizer: velo(centre.theta, numSteps),
      seed: 1,
    }));
    const other = new MemberStage({ owner: lengths[0]!, kernels });
    for (const owner of lengths) {
      expect(play(other, [{ owner, steps: 9 }])).toEqual(alone(owner, 9));
    }
  });

  it.each([1, -1, 0])('moves the weights by noise of sign %i', (sign) => {
    const owner = { task: digitsMlp(2), optimizer: velo(), seed: 2 };
    const stage = new MemberStage({ owner, kernels, centre });
    const losses = play(stage, [{ owner, steps: 12, perturbation: { key, sign } }]);
    const expected = alone({ ...owner, optimizer: velo(moved(sign)) }, 12);
    expect(losses).toEqual(expected);
  });

  it('keeps a member’s weights where it is told to, and takes new ones in the middle', () => {
    const owner = { task: digitsMlp(2), optimizer: velo(), seed: 2 };
    const plus = { key, sign: 1 };
    const keeping = new MemberStage({ owner, kernels, centre });
    const making = new MemberStage({ owner, kernels, centre, keepsTheta: false });
    const kept = play(keeping, [
      { owner, steps: 5, perturbation: plus },
      { owner, steps: 5 },
    ]);
    const made = play(making, [
      { owner, steps: 5, perturbation: plus },
      { owner, steps: 5, perturbation: plus },
    ]);
    expect(kept).toEqual(made);
    expect(making.imageWords).toBeLessThan(keeping.imageWords);
    const turned = play(keeping, [
      { owner, steps: 5, perturbation: plus },
      { owner, steps: 5, perturbation: { key, sign: -1 } },
    ]);
    expect(turned.slice(0, 6)).toEqual(kept.slice(0, 6));
    expect(turned.slice(6)).not.toEqual(kept.slice(6));
  });

  it('evaluates several splits at points of a turn, as the training of its own does', () => {
    const owner = { task: digitsMlp(3), optimizer: velo(), seed: 3 };
    const stage = new MemberStage({ owner, kernels });
    const evaluate = { splits: ['train', 'outerValid'], batches: 5, every: 4 } as const;
    const session = createSession({ ...owner, kernels });
    const expected = Array.from({ length: 11 }, (_, step) => {
      const evaluations = evaluate.splits.map((split) => session.evaluate(split, 5));
      session.advance();
      return { step, evaluations };
    });
    let clock = 0;
    const turn = { owner, steps: 10, evaluate, clock: () => (clock += 500) };
    const whole = stage.run(turn)!;
    expect(whole.points).toEqual([0, 4, 8, 10].map((step) => expected[step]));
    // Three stretches, each from one look at the clock to the next.
    expect(whole.seconds).toBe(1.5);
    const first = stage.run({ ...turn, steps: 8 })!;
    const image = new Float32Array(stage.imageWords);
    stage.save(image);
    const second = stage.run({ ...turn, steps: 2, from: { step: 8, image } })!;
    expect([...first.points, ...second.points]).toEqual(whole.points);
    expect([...first.losses, ...second.losses]).toEqual([...whole.losses]);
    const atTheEnd = { splits: evaluate.splits, batches: 5 };
    expect(stage.run({ owner, steps: 10, evaluate: atTheEnd })!.points).toEqual([expected[10]]);
  });

  it('ends a turn at a loss that is not finite', () => {
    const task = createQuadratic({ dimension: 3, condition: 2, seed: 0 });
    const owner = {
      task,
      optimizer: createOptimizer({ name: 'sgd', options: { learningRate: 1e30 } }, { numSteps: 9 }),
      seed: 0,
    };
    const outcome = new MemberStage({ owner, kernels }).run({ owner, steps: 9 })!;
    expect(outcome.diverged).toBe(true);
    expect(outcome.losses.slice(0, outcome.step).every(Number.isFinite)).toBe(true);
    expect(outcome.losses.slice(outcome.step).every(Number.isNaN)).toBe(true);
    expect([outcome.points, outcome.seconds]).toEqual([[], NaN]);
    const evaluate = { splits: ['train'], batches: 1, every: 1 } as const;
    const { points } = new MemberStage({ owner, kernels }).run({ owner, steps: 9, evaluate })!;
    expect(points.map(({ step }) => step)).toEqual(
      Array.from({ length: outcome.step + 1 }, (_, step) => step),
    );
  });

  it('is given up when asked', () => {
    const owner = { task: digitsMlp(3), optimizer: velo(), seed: 3 };
    const stage = new MemberStage({ owner, kernels });
    let looks = 0;
    expect(stage.run({ owner, steps: 500, isCancelled: () => looks++ > 2 })).toBeUndefined();
    expect(looks).toBe(4);
  });
});
