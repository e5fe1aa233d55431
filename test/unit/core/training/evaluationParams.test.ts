/**
 * Schedule-Free is evaluated at its average x. The oracle is the paper's algorithm in double precision on a linear
 * classifier, whose gradient is written out here; it shares nothing with what it judges but the batches.
 */
import { beforeAll, describe, expect, it } from 'vitest';
import type { NamedArrays } from '../../../../src/base/index';
import { createRng } from '../../../../src/core/compute/rng';
import { createOptimizer } from '../../../../src/core/optimizers/registry';
import { tabularDatasetFrom } from '../../../../src/core/tasks/datasets/tables';
import { createTabularMlp } from '../../../../src/core/tasks/tabularMlp';
import type { Task } from '../../../../src/core/tasks/task';
import { createSession } from '../../../../src/core/training/createSession';
import { MemberStage } from '../../../../src/core/training/population/memberStage';
import { kernelRuntimes } from '../../../support/kernels';
import { useBackend } from '../../../support/tfBackends';

beforeAll(() => useBackend('cpu'));

const [FEATURES, CLASSES, STEPS, SEED] = [3, 3, 25, 4];
const options = { learningRate: 0.05, beta1: 0.6, beta2: 0.99, weightDecay: 0.1 };
const optimizer = () => createOptimizer({ name: 'scheduleFree', options }, { numSteps: STEPS });

function task(): Task {
  const rng = createRng({ seed: 2, purpose: 'task' });
  const rows = Array.from({ length: 200 }, () => [rng.normal(), rng.normal(), rng.normal()]);
  const labels = rows.map(([a, b, c]) => String((a! > 0.3 ? 1 : 0) + (b! + c! > 0 ? 1 : 0)));
  const dataset = tabularDatasetFrom('made', rows, labels);
  return createTabularMlp({ dataset, hidden: [], activation: 'relu', batchSize: 20, seed: SEED });
}

/** Weights [features, classes], then offsets [classes], flat. */
type Flat = readonly number[];

/** Mean cross-entropy of a batch, and its gradient. */
function lossAndGradient(params: Flat, batch: NamedArrays): { loss: number; gradient: number[] } {
  const [x, y] = [batch['x']!.data, batch['y']!.data];
  const gradient = Array<number>(params.length).fill(0);
  let loss = 0;
  y.forEach((label: number, row: number) => {
    const inputs = [...x.subarray(row * FEATURES, (row + 1) * FEATURES), 1];
    const logits = Array.from({ length: CLASSES }, (_, c) =>
      inputs.reduce((sum, input, f) => sum + input * params[f * CLASSES + c]!, 0),
    );
    const total = logits.reduce((sum, z) => sum + Math.exp(z), 0);
    loss -= (logits[label]! - Math.log(total)) / y.length;
    logits.forEach((z, c) => {
      const error = (Math.exp(z) / total - (c === label ? 1 : 0)) / y.length;
      inputs.forEach((input, f) => {
        gradient[f * CLASSES + c]! += error * input;
      });
    });
  });
  return { loss, gradient };
}

/** Algorithm 1 of arXiv:2405.15682. @returns x and y after some steps */
function scheduleFree(start: Flat, steps: number, data: NonNullable<Task['data']>) {
  const { learningRate, beta1, beta2, weightDecay } = options;
  let [z, x, y] = [start, start, start];
  let v = start.map(() => 0);
  let sum = 0;
  for (let t = 1; t <= steps; t++) {
    const { gradient } = lossAndGradient(y, data.trainBatch(t - 1));
    v = v.map((value, i) => beta2 * value + (1 - beta2) * gradient[i]! ** 2);
    const rate = learningRate * Math.sqrt(1 - beta2 ** t);
    z = z.map(
      (value, i) => value - rate * (gradient[i]! / (Math.sqrt(v[i]!) + 1e-8) + weightDecay * y[i]!),
    );
    sum += rate ** 2;
    const share = rate ** 2 / sum;
    x = x.map((value, i) => (1 - share) * value + share * z[i]!);
    y = x.map((value, i) => (1 - beta1) * z[i]! + beta1 * value);
  }
  return { x, y };
}

/** Held-out losses at x and y after 0, 1 and all steps. */
function expected(made: Task): { step: number; atX: number; atY: number }[] {
  const data = made.data!;
  const initial = made.init(createRng({ seed: SEED, purpose: 'init' }));
  const start = made.params.flatMap(({ name }) => [...initial[name]!.data]);
  expect(made.params.map(({ shape }) => shape)).toEqual([[FEATURES, CLASSES], [CLASSES]]);
  const mean = (params: Flat): number => {
    const count = data.evaluationBatches('outerValid');
    const losses = Array.from(
      { length: count },
      (_, i) => lossAndGradient(params, data.evaluationBatch('outerValid', i)).loss,
    );
    return losses.reduce((sum, loss) => sum + loss, 0) / count;
  };
  return [0, 1, STEPS].map((step) => {
    const { x, y } = scheduleFree(start, step, data);
    return { step, atX: mean(x), atY: mean(y) };
  });
}

it('the average is another place than where gradients are taken', () => {
  const { atX, atY } = expected(task()).at(-1)!;
  expect(Math.abs(atX - atY)).toBeGreaterThan(1e-3);
});

describe.each([undefined, ...kernelRuntimes])('Schedule-Free on %#', (kernels) => {
  it('is evaluated at its average, and goes on from where it was', () => {
    const made = task();
    const start = () =>
      createSession({
        task: made,
        optimizer: optimizer(),
        seed: SEED,
        ...(kernels === undefined ? {} : { kernels }),
      });
    const [session, undisturbed] = [start(), start()];
    for (const { step, atX } of expected(made)) {
      while (session.step < step) session.advance();
      expect(session.evaluate('outerValid').loss).toBeCloseTo(atX, 6);
    }
    while (undisturbed.step < STEPS) undisturbed.advance();
    expect(session.exportSnapshot()).toEqual(undisturbed.exportSnapshot());
    const again = start();
    again.importSnapshot(session.exportSnapshot());
    expect(again.evaluate('outerValid')).toEqual(session.evaluate('outerValid'));
    for (const used of [session, undisturbed, again]) used.dispose();
  });
});

describe.each(kernelRuntimes)('a member on $flavour $isa', (kernels) => {
  it('is evaluated at its average', () => {
    const owner = { task: task(), optimizer: optimizer(), seed: SEED };
    const stage = new MemberStage({ owner, kernels });
    const outcome = stage.run({
      owner,
      steps: STEPS,
      evaluate: { splits: ['outerValid'], batches: Infinity, every: STEPS - 1 },
    });
    const points = outcome!.points.map(({ step, evaluations }) => [step, evaluations[0]!.loss]);
    const known = expected(owner.task);
    expect(points.map(([step]) => step)).toEqual([0, STEPS - 1, STEPS]);
    expect(points[0]![1]).toBeCloseTo(known[0]!.atX, 6);
    expect(points[2]![1]).toBeCloseTo(known[2]!.atX, 6);
  });
});
