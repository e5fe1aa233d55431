/** The training loop says and does the same whether its session takes steps one by one or in blocks. */
import { beforeAll, describe, expect, it } from 'vitest';
import { plainTheta } from '../../../../src/core/index';
import type { Optimizer } from '../../../../src/core/optimizers/optimizer';
import { createVelo } from '../../../../src/core/optimizers/velo/reference';
import type { Task } from '../../../../src/core/tasks/task';
import { ManualControl } from '../../../../src/core/training/control';
import { createSession } from '../../../../src/core/training/createSession';
import { innerTrain } from '../../../../src/core/training/innerTrain';
import type {
  InnerTrainListener,
  InnerTrainPlan,
  LoopSession,
  TrainingCheckpoint,
} from '../../../../src/core/training/innerTrain';
import type { TrainingSession } from '../../../../src/core/training/session';
import { createTraceRecorder } from '../../../../src/core/training/trace/recorder';
import { traceSchedule } from '../../../../src/core/training/trace/schedule';
import { kernelRuntimes } from '../../../support/kernels';
import { useBackend } from '../../../support/tfBackends';
import { adam, bowl, regression, sgd } from './support';

beforeAll(() => useBackend('cpu'));

const kernels = kernelRuntimes[1] ?? kernelRuntimes[0]!;

interface Case {
  readonly task: Task;
  readonly optimizer: () => Optimizer;
  readonly plan: InnerTrainPlan;
  readonly traceEvery?: 'auto' | number;
}

function start({ task, optimizer }: Case): TrainingSession {
  return createSession({ task, optimizer: optimizer(), seed: 3, kernels });
}

/** A session that makes at most so many steps in one go. */
function withBlocks(session: TrainingSession, blockSteps: number): LoopSession {
  return {
    get step() {
      return session.step;
    },
    blockSteps: Math.min(blockSteps, session.blockSteps),
    advance: (probe) => session.advance(probe),
    advanceBlock: (count) => session.advanceBlock(Math.min(count, blockSteps)),
    evaluate: (...args) => session.evaluate(...args),
    exportSnapshot: () => session.exportSnapshot(),
  };
}

type Event = readonly [kind: string, ...details: unknown[]];

interface Part {
  readonly blockSteps: number;
  readonly control?: ManualControl;
  readonly from?: TrainingCheckpoint;
  /** Told of each event as it happens. */
  readonly onEvent?: (event: Event) => void;
}

/** All that the loop says, in its order. */
async function eventsOf(one: Case, { blockSteps, control, from, onEvent }: Part) {
  const session = start(one);
  if (from !== undefined) session.importSnapshot(from);
  const events: Event[] = [];
  const note = (...event: Event): void => {
    events.push(event);
    onEvent?.(event);
  };
  const listener: InnerTrainListener = {
    onStep: (record) => {
      note('step', record);
    },
    onEvaluation: (record) => {
      note('evaluation', record);
    },
    onTrace: (snapshot) => {
      note('trace', snapshot);
    },
    onCheckpoint: (checkpoint, reason) => {
      note('checkpoint', reason, checkpoint);
    },
    onHold: (step) => {
      note('hold', step);
    },
    onRelease: (reason) => {
      note('release', reason);
    },
  };
  const { task, plan, traceEvery = 0 } = one;
  const schedule = traceSchedule({ numSteps: plan.numSteps, every: traceEvery });
  const outcome = await innerTrain({
    session: withBlocks(session, blockSteps),
    plan,
    listener,
    trace: createTraceRecorder({ specs: task.params, schedule }),
    ...(control === undefined ? {} : { control }),
    ...(from === undefined ? {} : { progress: from.progress }),
  });
  return { events, outcome, end: session.exportSnapshot() };
}

const evaluate = { every: 30, splits: ['innerValid', 'test'] as const, batches: 2 };

const CASES: Readonly<Record<string, Case>> = {
  'nothing but steps': {
    task: regression(),
    optimizer: () => adam(150),
    plan: { numSteps: 150 },
  },
  'evaluations, checkpoints and few logs': {
    task: regression(),
    optimizer: () => adam(200),
    plan: { numSteps: 200, logEvery: 7, checkpointEvery: 45, evaluate },
  },
  'a trace at growing gaps': {
    task: regression(),
    optimizer: () => adam(300),
    plan: { numSteps: 300, evaluate },
    traceEvery: 'auto',
  },
  'a trace at equal gaps and evaluations at each step': {
    task: regression(),
    optimizer: () => adam(40),
    plan: { numSteps: 40, evaluate: { ...evaluate, every: 1 } },
    traceEvery: 9,
  },
  'VeLO, traced': {
    task: regression(),
    optimizer: () => createVelo({ theta: plainTheta({ hidden: 9, bank: 2 }), numSteps: 130 }),
    plan: { numSteps: 130, checkpointEvery: 50, logEvery: 10 },
    traceEvery: 20,
  },
  'a divergence inside a block': {
    task: bowl([1]),
    optimizer: () => sgd(3),
    plan: { numSteps: 200, logEvery: 50, checkpointEvery: 40 },
  },
  'a divergence at the first step': {
    task: bowl([Infinity]),
    optimizer: () => sgd(3),
    plan: { numSteps: 200 },
  },
  'early stopping': {
    task: bowl([4]),
    optimizer: () => sgd(2),
    plan: { numSteps: 500, evaluate, earlyStop: { patience: 3 } },
  },
  'a target loss': {
    task: bowl([4]),
    optimizer: () => sgd(0.01),
    plan: { numSteps: 500, targetLoss: 0.5, logEvery: 3 },
  },
};

describe('a training in blocks', () => {
  it.each(Object.entries(CASES))('says the same as one step by step: %s', async (_, one) => {
    const [single, ...blocks] = await Promise.all(
      [1, 2, 64, 256].map((blockSteps) => eventsOf(one, { blockSteps })),
    );
    expect(single!.events.length).toBeGreaterThan(0);
    for (const other of blocks) expect(other).toEqual(single);
  });

  it('goes on from any checkpoint as one step by step does', async () => {
    const one = CASES['evaluations, checkpoints and few logs']!;
    const whole = await eventsOf(one, { blockSteps: 1 });
    const checkpoints = whole.events.filter(([kind]) => kind === 'checkpoint');
    expect(checkpoints).toHaveLength(5);
    for (const [, , checkpoint] of checkpoints) {
      const from = checkpoint as TrainingCheckpoint;
      const rest = await eventsOf(one, { blockSteps: 64, from });
      expect(rest.end).toEqual(whole.end);
      expect(rest.outcome.progress).toEqual(whole.outcome.progress);
    }
  });

  it('pauses where it is asked to between blocks', async () => {
    const one = CASES['evaluations, checkpoints and few logs']!;
    const paused = await Promise.all(
      [1, 64].map((blockSteps) => {
        const control = new ManualControl();
        const onEvent = ([kind, record]: Event): void => {
          if (kind === 'evaluation' && (record as { step: number }).step === 60) control.pause();
        };
        return eventsOf(one, { blockSteps, control, onEvent });
      }),
    );
    expect(paused[0]!.outcome).toMatchObject({ status: 'paused', step: 61 });
    // The evaluation and the block that follows it are one turn of the loop.
    expect(paused[1]!.outcome).toMatchObject({ status: 'paused', step: 90 });
  });

  it.each([5, 29, 64, 100])(
    'asked to pause at step %i it pauses after the block and ends as if it had not',
    async (step) => {
      const one = CASES['evaluations, checkpoints and few logs']!;
      const quick = { ...one, plan: { ...one.plan, logEvery: 1 } };
      const whole = await eventsOf(quick, { blockSteps: 1 });
      const control = new ManualControl();
      const onEvent = ([kind, record]: Event): void => {
        if (kind === 'step' && (record as { step: number }).step === step) control.pause();
      };
      const first = await eventsOf(quick, { blockSteps: 64, control, onEvent });
      expect(first.outcome.status).toBe('paused');
      expect(first.outcome.step).toBeGreaterThan(step);
      expect(first.outcome.step).toBeLessThanOrEqual(step + 64);
      const [, , from] = first.events.at(-1)!;
      const second = await eventsOf(quick, { blockSteps: 64, from: from as TrainingCheckpoint });
      expect(second.end).toEqual(whole.end);
      const isTold = ([kind]: Event): boolean => kind === 'step' || kind === 'evaluation';
      const told = [...first.events, ...second.events].filter(isTold);
      expect(told).toEqual(whole.events.filter(isTold));
    },
  );
});
