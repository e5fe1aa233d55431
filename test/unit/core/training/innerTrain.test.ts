import * as tf from '@tensorflow/tfjs-core';
import * as fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { ManualControl } from '../../../../src/core/training/control';
import type { InnerTrainPlan } from '../../../../src/core/training/innerTrain';
import { innerTrain } from '../../../../src/core/training/innerTrain';
import type { TrainingSession } from '../../../../src/core/training/session';
import { createSession } from '../../../../src/core/training/createSession';
import { adam, bowl, record, regression, sgd } from './support';

beforeAll(async () => {
  await tf.setBackend('cpu');
});

function withSession<T>(
  session: TrainingSession,
  use: (s: TrainingSession) => Promise<T>,
): Promise<T> {
  return use(session).finally(() => {
    session.dispose();
  });
}

describe('innerTrain', () => {
  it('logs the loss before each update and evaluates before the first and after the last', async () => {
    // w: 4, 2, 1, 0.5 under a rate of ½; loss ½·w².
    const session = createSession({ task: bowl([4]), optimizer: sgd(0.5), seed: 0 });
    const plan = { numSteps: 3, evaluate: { every: 2, splits: ['innerValid', 'test'] as const } };
    const { outcome, steps, evaluations } = await withSession(session, (s) =>
      record({ session: s, plan }),
    );
    expect(steps).toEqual([
      { step: 0, loss: 8 },
      { step: 1, loss: 2 },
      { step: 2, loss: 0.5 },
    ]);
    expect(evaluations).toEqual(
      [
        [0, 8],
        [2, 0.5],
        [3, 0.125],
      ].flatMap(([step, loss]) => [
        { step, split: 'innerValid', loss },
        { step, split: 'test', loss },
      ]),
    );
    expect(outcome).toMatchObject({ status: 'finished', step: 3, lastLoss: 0.5 });
  });

  it('logs every k-th step and the last one', async () => {
    const session = createSession({ task: bowl([4]), optimizer: sgd(0.5), seed: 0 });
    const { steps } = await withSession(session, (s) =>
      record({ session: s, plan: { numSteps: 8, logEvery: 3 } }),
    );
    expect(steps.map(({ step }) => step)).toEqual([0, 3, 6, 7]);
  });

  it('checkpoints every k steps and at the end, each before anything of its step', async () => {
    const session = createSession({ task: bowl([4]), optimizer: sgd(0.5), seed: 0 });
    const { checkpoints } = await withSession(session, (s) =>
      record({ session: s, plan: { numSteps: 6, checkpointEvery: 2 } }),
    );
    expect(checkpoints.map(({ reason, checkpoint }) => [checkpoint.step, reason])).toEqual([
      [2, 'periodic'],
      [4, 'periodic'],
      [6, 'ended'],
    ]);
    expect(checkpoints.map(({ checkpoint }) => checkpoint.arrays['params/w']?.data[0])).toEqual([
      1, 0.25, 0.0625,
    ]);
  });

  it('ends as data where the loss is no longer finite', async () => {
    // Rate 3: w doubles in size each step; ½·w² leaves float32 after 2^64, from step 64 on.
    const session = createSession({ task: bowl([1]), optimizer: sgd(3), seed: 0 });
    const plan = { numSteps: 200, logEvery: 50 };
    const { outcome, steps, checkpoints } = await withSession(session, (s) =>
      record({ session: s, plan }),
    );
    expect(outcome).toMatchObject({ status: 'diverged', step: 64, lastLoss: 2 ** 125 });
    expect(steps.at(-1)).toEqual({ step: 64, loss: null });
    expect(checkpoints.map(({ reason }) => reason)).toEqual(['ended']);
  });

  it('records a held-out loss that is not finite as null', async () => {
    const session = createSession({ task: bowl([NaN]), optimizer: sgd(1), seed: 0 });
    const plan = { numSteps: 3, evaluate: { every: 1, splits: ['test'] as const } };
    const { outcome, evaluations } = await withSession(session, (s) =>
      record({ session: s, plan }),
    );
    expect(evaluations).toEqual([{ step: 0, split: 'test', loss: null }]);
    expect(outcome.status).toBe('diverged');
  });

  it('stops early once the held-out loss has not improved for its patience', async () => {
    // Rate 2: w flips its sign for ever, the loss stays at 8.
    const session = createSession({ task: bowl([4]), optimizer: sgd(2), seed: 0 });
    const plan: InnerTrainPlan = {
      numSteps: 100,
      evaluate: { every: 5, splits: ['innerValid'] },
      earlyStop: { patience: 3 },
    };
    const { outcome, evaluations } = await withSession(session, (s) =>
      record({ session: s, plan }),
    );
    expect(evaluations.map(({ step }) => step)).toEqual([0, 5, 10, 15]);
    expect(outcome).toMatchObject({
      status: 'earlyStopped',
      step: 15,
      progress: { earlyStop: { bestLoss: 8, bestStep: 0, evaluationsSinceBest: 3 } },
    });
  });

  it('counts only falls beyond minDelta as progress', async () => {
    // ½·w² with w = 4·0.9^step: 8, 6.48, 5.25, 4.25, 3.44 …: falls of 1.52, 1.23, 1.00, 0.81.
    const session = createSession({ task: bowl([4]), optimizer: sgd(0.1), seed: 0 });
    const plan: InnerTrainPlan = {
      numSteps: 100,
      evaluate: { every: 1, splits: ['innerValid'] },
      earlyStop: { patience: 1, minDelta: 1.1 },
    };
    const { outcome } = await withSession(session, (s) => record({ session: s, plan }));
    expect(outcome).toMatchObject({ status: 'earlyStopped', step: 3 });
  });

  it('ends at the target loss', async () => {
    const session = createSession({ task: bowl([4]), optimizer: sgd(0.5), seed: 0 });
    const plan = { numSteps: 100, targetLoss: 0.5 };
    const { outcome, steps } = await withSession(session, (s) => record({ session: s, plan }));
    expect(steps.map(({ loss }) => loss)).toEqual([8, 2, 0.5]);
    expect(outcome).toMatchObject({ status: 'finished', step: 3, progress: { targetStep: 2 } });
  });

  it('stops for good when asked to, with a checkpoint', async () => {
    const control = new ManualControl();
    const session = createSession({ task: bowl([4]), optimizer: sgd(0.5), seed: 0 });
    const listener = {
      onStep: ({ step }: { step: number }) => {
        if (step === 3) control.stop();
        control.resume();
      },
    };
    const { outcome, checkpoints } = await withSession(session, (s) =>
      record({ session: s, plan: { numSteps: 10 }, control, listener }),
    );
    expect(outcome).toMatchObject({ status: 'stopped', step: 4 });
    expect(checkpoints.map(({ reason, checkpoint }) => [reason, checkpoint.step])).toEqual([
      ['stopped', 4],
    ]);
  });

  it('awaits the breathing of its caller after each step', async () => {
    const session = createSession({ task: bowl([4]), optimizer: sgd(0.5), seed: 0 });
    let breaths = 0;
    const breathe = async (): Promise<void> => {
      await Promise.resolve();
      breaths += 1;
    };
    await withSession(session, (s) =>
      record({ session: s, plan: { numSteps: 5 }, listener: { breathe } }),
    );
    expect(breaths).toBe(5);
  });

  it.each<[Partial<InnerTrainPlan>, string]>([
    [{ numSteps: 0 }, 'numSteps must be an integer ≥ 1, got 0'],
    [{ logEvery: 0 }, 'logEvery must be an integer ≥ 1, got 0'],
    [{ checkpointEvery: -1 }, 'checkpointEvery must be an integer ≥ 0, got -1'],
    [{ evaluate: { every: 1, splits: [] } }, 'evaluate.splits must name at least one split'],
    [{ earlyStop: { patience: 1 } }, 'earlyStop needs evaluations'],
    [
      { earlyStop: { patience: 0 }, evaluate: { every: 1, splits: ['test'] } },
      'earlyStop.patience must be an integer ≥ 1, got 0',
    ],
  ])('refuses the plan %j', async (plan, message) => {
    const session = createSession({ task: bowl([4]), optimizer: sgd(0.5), seed: 0 });
    const run = withSession(session, (s) =>
      innerTrain({ session: s, plan: { numSteps: 5, ...plan } }),
    );
    await expect(run).rejects.toThrow(message);
  });
});

describe('a training interrupted at any step', () => {
  const NUM_STEPS = 17;
  const plan: InnerTrainPlan = {
    numSteps: NUM_STEPS,
    checkpointEvery: 5,
    evaluate: { every: 3, splits: ['innerValid'] },
    earlyStop: { patience: 4, minDelta: 0.01 },
  };
  const fresh = (accumulate: number): TrainingSession =>
    createSession({ task: regression(), optimizer: adam(NUM_STEPS), seed: 9, accumulate });

  it('gives the same records and the same bits as one that ran through', async () => {
    const references = await Promise.all(
      [1, 4].map((accumulate) =>
        withSession(fresh(accumulate), async (session) => ({
          ...(await record({ session, plan })),
          snapshot: session.exportSnapshot(),
        })),
      ),
    );
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(0, 1),
        fc.uniqueArray(fc.nat(NUM_STEPS - 1), { minLength: 1, maxLength: 3 }),
        async (which, pauses) => {
          const reference = references[which]!;
          const result = await runWithPauses(() => fresh([1, 4][which]!), plan, pauses);
          expect(result.outcome).toEqual({
            ...reference.outcome,
            lastLoss: result.outcome.lastLoss,
          });
          expect(result.steps).toEqual(reference.steps);
          expect(result.evaluations).toEqual(reference.evaluations);
          expect(result.snapshot).toEqual(reference.snapshot);
        },
      ),
      { numRuns: 25, seed: 3 },
    );
  });

  it('goes on from a periodic checkpoint as if nothing had been done since', async () => {
    const whole = await withSession(fresh(1), (session) => record({ session, plan }));
    for (const { checkpoint } of whole.checkpoints) {
      const rest = await withSession(fresh(1), (session) => {
        session.importSnapshot(checkpoint);
        return record({ session, plan, progress: checkpoint.progress });
      });
      const isLater = ({ step }: { readonly step: number }): boolean => step >= checkpoint.step;
      expect(rest.steps).toEqual(whole.steps.filter(isLater));
      expect(rest.evaluations).toEqual(whole.evaluations.filter(isLater));
      expect(rest.outcome.progress).toEqual(whole.outcome.progress);
    }
  });
});

/** Pauses before each of the given steps and goes on in a new session from the checkpoint. */
async function runWithPauses(
  createFresh: () => TrainingSession,
  plan: InnerTrainPlan,
  pauses: readonly number[],
) {
  const stops = [...pauses].sort((a, b) => a - b);
  const all = { steps: [] as unknown[], evaluations: [] as unknown[] };
  let checkpoint:
    Awaited<ReturnType<typeof record>>['checkpoints'][number]['checkpoint'] | undefined;
  for (;;) {
    const session = createFresh();
    if (checkpoint !== undefined) session.importSnapshot(checkpoint);
    const control = {
      get request() {
        return session.step === stops[0] ? ('pause' as const) : ('run' as const);
      },
    };
    const progress = checkpoint?.progress;
    const part = await record({ session, plan, control, ...(progress ? { progress } : {}) });
    all.steps.push(...part.steps);
    all.evaluations.push(...part.evaluations);
    const snapshot = session.exportSnapshot();
    session.dispose();
    if (part.outcome.status !== 'paused') return { ...all, outcome: part.outcome, snapshot };
    stops.shift();
    checkpoint = part.checkpoints.at(-1)!.checkpoint;
  }
}
