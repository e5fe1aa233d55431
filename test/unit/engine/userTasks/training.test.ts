/** Tasks of people's own train as those of the program do: compiled and operation by operation, with the same numbers. */
import { beforeAll, describe, expect, it } from 'vitest';
import { createSession } from '../../../../src/core/index';
import type { KernelRuntime, TrainingSession } from '../../../../src/core/index';
import { createOptimizer } from '../../../../src/engine/jobs/createOptimizer';
import { createTask } from '../../../../src/engine/jobs/createTask';
import { VELO_WEIGHTS } from '../../../../src/protocol/bundled';
import { parseRunConfigText } from '../../../../src/protocol/index';
import { kernelRuntimes } from '../../../support/kernels';
import { useBackend } from '../../../support/tfBackends';
import { KINDS, dataDir, userTask, weightsDir } from '../../../support/userTaskFiles';
import type { Kind } from '../../../support/userTaskFiles';

beforeAll(() => useBackend('cpu'));

const STEPS = 20;
const [kernels] = kernelRuntimes;

/** VeLO itself: orthogonal steps enlarge small singular values, and their rounding, 485 times, so that trainings soon part. */
const OPTIMIZERS = {
  adam: { name: 'adam', learningRate: 0.01 },
  velo: { name: 'velo', weights: VELO_WEIGHTS },
} as const;
const cases = KINDS.flatMap((kind) =>
  (['adam', 'velo'] as const).map((optimizer) => [kind, optimizer] as const),
);

async function open(
  config: ReturnType<typeof userTask>,
  optimizer: keyof typeof OPTIMIZERS,
  runtime?: KernelRuntime,
): Promise<TrainingSession> {
  const run = parseRunConfigText(
    JSON.stringify({ task: { family: 'rosenbrock' }, optimizer: OPTIMIZERS[optimizer] }),
  );
  const task = await createTask(config, { seed: 4, dataDir });
  return createSession({
    task,
    optimizer: createOptimizer(run.optimizer, 200, weightsDir).optimizer,
    seed: 4,
    ...(runtime === undefined ? {} : { kernels: runtime }),
    onFallback: (why) => {
      throw new Error(`not compiled: ${why}`);
    },
  });
}

describe.each(cases)('a task of the kind %s, trained with %s', (kind: Kind, optimizer) => {
  it('has the losses of tfjs when it is compiled', async () => {
    const config = userTask(kind);
    const compiled = await open(config, optimizer, kernels);
    const eager = await open(config, optimizer);
    const losses = (session: TrainingSession): number[] =>
      Array.from({ length: STEPS }, () => session.advance());
    const [own, expected] = [losses(compiled), losses(eager)];
    expect(compiled.compiled).toBe(true);
    own.forEach((loss, step) => {
      expect(Math.abs(loss / expected[step]! - 1), `step ${step}`).toBeLessThan(5e-4);
    });
    // The first batch again: what was learned shows.
    expect(Math.min(...own.slice(-3))).toBeLessThan(own[0]!);
    const [a, b] = [compiled.evaluate('innerValid', 2), eager.evaluate('innerValid', 2)];
    expect(Math.abs(a.loss / b.loss - 1)).toBeLessThan(2e-3);
    if (kind !== 'text spec') expect(a.accuracy).toBeCloseTo(b.accuracy!, 2);
    compiled.dispose();
    eager.dispose();
  });

  it('goes on from a snapshot with the same bits', async () => {
    const config = userTask(kind);
    const whole = await open(config, optimizer, kernels);
    const losses = Array.from({ length: STEPS }, () => whole.advance());
    const first = await open(config, optimizer, kernels);
    for (let step = 0; step < 7; step++) first.advance();
    const second = await open(config, optimizer, kernels);
    second.importSnapshot(first.exportSnapshot());
    const rest = Array.from({ length: STEPS - 7 }, () => second.advance());
    expect(rest).toEqual(losses.slice(7));
    expect(second.readParams()).toEqual(whole.readParams());
    for (const session of [whole, first, second]) session.dispose();
  });
});

describe('a model of tf.layers', () => {
  it('begins at the same weights for a seed, under names that do not depend on what was made before', async () => {
    const config = userTask('layers');
    const paramsOf = async (seed: number) => {
      const task = await createTask(config, { seed, dataDir });
      const optimizer = createOptimizer(
        parseRunConfigText('{"task":{"family":"beale"},"optimizer":{"name":"sgd"}}').optimizer,
        10,
        weightsDir,
      ).optimizer;
      const session = createSession({ task, optimizer, seed });
      const params = session.readParams();
      session.dispose();
      return params;
    };
    const [one, again, other] = [await paramsOf(1), await paramsOf(1), await paramsOf(2)];
    expect(again).toEqual(one);
    expect(Object.keys(one)).toEqual([
      '1.Conv2D/kernel',
      '1.Conv2D/bias',
      '2.BatchNormalization/gamma',
      '2.BatchNormalization/beta',
      '6.Dense/kernel',
      '6.Dense/bias',
    ]);
    expect(other['6.Dense/kernel']).not.toEqual(one['6.Dense/kernel']);
  });
});
