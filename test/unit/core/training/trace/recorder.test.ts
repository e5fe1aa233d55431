import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { clockTheta, createVelo } from '../../../../../src/core/index';
import type { KernelRuntime, Optimizer, TrainingSession } from '../../../../../src/core/index';
import type { Task } from '../../../../../src/core/tasks/task';
import { createSession } from '../../../../../src/core/training/createSession';
import type { SessionOptions } from '../../../../../src/core/training/session';
import { slotOfBits } from '../../../../../src/core/training/trace/histogram';
import { createTraceRecorder } from '../../../../../src/core/training/trace/recorder';
import type { TraceRecorder, TraceSnapshot } from '../../../../../src/core/training/trace/recorder';
import { kernelRuntimes } from '../../../../support/kernels';
import { adam, bowl, record, regression, sgd } from '../support';

beforeAll(async () => {
  await tf.setBackend('cpu');
});

function recorderFor(
  task: Task,
  optimizer: Optimizer,
  options: { readonly kernels?: KernelRuntime; readonly steps?: (step: number) => boolean } = {},
): TraceRecorder {
  const { steps = () => true, ...rest } = options;
  const { recurrent } = optimizer;
  return createTraceRecorder({
    specs: task.params,
    schedule: steps,
    ...(recurrent === undefined ? {} : { recurrent }),
    ...rest,
  });
}

/** One step of a session with its snapshot. */
function traced(session: TrainingSession, recorder: TraceRecorder): TraceSnapshot | undefined {
  const { step } = session;
  session.advance(recorder.probeAt(step));
  return recorder.take(step);
}

function traceOf(options: SessionOptions): (TraceSnapshot | undefined)[] {
  const session = createSession(options);
  const recorder = recorderFor(options.task, options.optimizer);
  const snapshots = Array.from({ length: 4 }, () => traced(session, recorder));
  session.dispose();
  return snapshots;
}

/** How often each of the values counts: the slots of a histogram that are not zero. */
function countsOf(...values: number[]): Record<number, number> {
  const counts: Record<number, number> = {};
  for (const value of values) {
    const slot = slotOfBits(new Int32Array(Float32Array.of(value).buffer)[0]!);
    counts[slot] = (counts[slot] ?? 0) + 1;
  }
  return counts;
}

function counted(counts: Uint32Array | undefined): Record<number, number> {
  return Object.fromEntries([...(counts ?? []).entries()].filter(([, count]) => count > 0));
}

function velo(numSteps: number): Optimizer {
  return createVelo({ theta: clockTheta({ hidden: 16, bank: 2 }), numSteps });
}

describe('a trace recorder', () => {
  it('sees gradient, update and parameter of a step', () => {
    const [first] = traceOf({ task: bowl([2, -4]), optimizer: sgd(0.5), seed: 0 });
    // Gradient (2, -4), update (-1, 2), parameter after it (1, -2).
    expect(counted(first?.gradient)).toEqual(countsOf(2, -4));
    expect(counted(first?.update)).toEqual(countsOf(-1, 2));
    expect(counted(first?.parameter)).toEqual(countsOf(1, -2));
    expect(first?.rmsGradients[0]).toBe(Math.fround(Math.sqrt(10)));
    expect(first?.rmsUpdates[0]).toBe(Math.fround(Math.sqrt(2.5)));
    expect(first?.rmsParameters[0]).toBe(Math.fround(Math.sqrt(2.5)));
    expect(first).toMatchObject({ step: 0, multipliers: Float32Array.of(NaN) });
    for (const field of ['hidden', 'cell', 'controls'] as const)
      expect(first?.[field]).toHaveLength(0);
  });

  it('sees the gradient with the L2 penalty, as the optimizer does', () => {
    const options = { task: bowl([2, -4]), optimizer: sgd(0.5), seed: 0, weightDecay: 0.5 };
    expect(counted(traceOf(options)[0]?.gradient)).toEqual(countsOf(3, -6));
  });

  it('sees the mean of the averaged gradients, on the batch that makes the update', () => {
    const task = bowl([2, -4]);
    const snapshots = traceOf({ task, optimizer: sgd(0.5), seed: 0, accumulate: 2 });
    expect(snapshots.map((snapshot) => snapshot?.step)).toEqual([undefined, 1, undefined, 3]);
    expect(counted(snapshots[1]?.gradient)).toEqual(countsOf(2, -4));
    expect(counted(snapshots[3]?.gradient)).toEqual(countsOf(1, -2));
  });

  it('counts what is not finite', () => {
    const task = bowl([1, 1]);
    const broken: Optimizer = {
      ...sgd(1),
      update: ({ state }) => ({ params: { w: tf.tensor1d([NaN, -Infinity]) }, state }),
    };
    const [first] = traceOf({ task, optimizer: broken, seed: 0 });
    expect(counted(first?.parameter)).toEqual({ 201: 1, 202: 1 });
    expect(first?.rmsUpdates[0]).toBe(NaN);
  });

  it('looks only at the steps of its schedule', () => {
    const task = bowl([1]);
    const recorder = recorderFor(task, sgd(0.5), { steps: (step) => step === 2 });
    const session = createSession({ task, optimizer: sgd(0.5), seed: 0 });
    const steps = Array.from({ length: 4 }, () => traced(session, recorder)?.step);
    expect(steps).toEqual([undefined, undefined, 2, undefined]);
    session.dispose();
  });
});

const runtimes: [string, KernelRuntime | undefined][] = [
  ['tfjs ops', undefined],
  ...kernelRuntimes.map((runtime): [string, KernelRuntime] => [
    `kernels, ${runtime.flavour} ${runtime.isa}`,
    runtime,
  ]),
];

describe.each(runtimes)("VeLO's trace from %s", (_, kernels) => {
  const withKernels = kernels === undefined ? {} : { kernels };

  it('has the LSTM as it is after the update, and the scales of each tensor', () => {
    const task = regression();
    const session = createSession({ task, optimizer: velo(20), seed: 1, ...withKernels });
    const recorder = recorderFor(task, velo(20), withKernels);
    for (let step = 0; step < 3; step++) {
      const snapshot = traced(session, recorder)!;
      const { arrays } = session.exportSnapshot();
      expect(snapshot.hidden).toEqual(arrays['state/lstm/hidden']?.data);
      expect(snapshot.cell).toEqual(arrays['state/lstm/cell']?.data);
      expect(snapshot.controls).toHaveLength(4 * 2);
      expect(snapshot.multipliers.every((factor) => factor > 0)).toBe(true);
      expect(snapshot.rmsUpdates.slice(0, 3).every((rms) => rms > 0)).toBe(true);
    }
    session.dispose();
  });

  it('is that of the readable optimizer', () => {
    const task = regression();
    const trace = (options: object) => {
      const session = createSession({ task, optimizer: velo(20), seed: 1, ...options });
      const recorder = recorderFor(task, velo(20));
      const snapshot = [0, 1, 2].map(() => traced(session, recorder)!)[2]!;
      session.dispose();
      return snapshot;
    };
    const [expected, actual] = [trace({}), trace(withKernels)];
    for (const field of ['hidden', 'cell', 'controls', 'multipliers', 'rmsUpdates'] as const) {
      const distance = expected[field].map((value, i) => Math.abs(value - actual[field][i]!));
      expect(Math.max(...distance)).toBeLessThan(1e-5);
      expect(expected[field].some((value) => Math.abs(value) > 1e-4)).toBe(true);
    }
  });
});

const trainings: [string, () => SessionOptions][] = [
  ['adam', () => ({ task: regression(), optimizer: adam(30), seed: 2 })],
  [
    'averaged adam with a penalty',
    () => ({
      ...{ task: regression(), optimizer: adam(30), seed: 2 },
      ...{ accumulate: 3, weightDecay: 1e-3 },
    }),
  ],
  ...runtimes.map(([name, kernels]): [string, () => SessionOptions] => [
    `velo by ${name}`,
    () => ({
      task: regression(),
      optimizer: velo(30),
      seed: 2,
      ...(kernels === undefined ? {} : { kernels }),
    }),
  ]),
];

describe('a traced training', () => {
  it.each(trainings)('has the same bits as one that is not, %s', (_, options) => {
    const [plain, watched] = [createSession(options()), createSession(options())];
    const { task, optimizer, kernels } = options();
    const recorder = recorderFor(task, optimizer, kernels === undefined ? {} : { kernels });
    for (let step = 0; step < 30; step++) {
      expect(watched.advance(recorder.probeAt(step))).toBe(plain.advance());
    }
    expect(watched.exportSnapshot()).toEqual(plain.exportSnapshot());
    plain.dispose();
    watched.dispose();
  });

  it.each(trainings)('leaves no tensor behind, %s', (_, options) => {
    const session = createSession(options());
    const { task, optimizer } = options();
    const recorder = recorderFor(task, optimizer);
    const advance = (): void => {
      for (let step = 0; step < 3; step++) traced(session, recorder);
    };
    advance();
    const before = tf.memory().numTensors;
    advance();
    expect(tf.memory().numTensors).toBe(before);
    session.dispose();
  });

  it('hands each snapshot over before the log record of its step', async () => {
    const task = regression();
    const optimizer = adam(10);
    const order: string[] = [];
    await record({
      session: createSession({ task, optimizer, seed: 0 }),
      plan: { numSteps: 6, logEvery: 2 },
      trace: recorderFor(task, optimizer, { steps: (step) => step % 3 !== 1 }),
      listener: {
        onTrace: ({ step }) => order.push(`trace ${step}`),
        onStep: ({ step }) => order.push(`step ${step}`),
      },
    });
    expect(order).toEqual([
      'trace 0',
      'step 0',
      'trace 2',
      'step 2',
      'trace 3',
      'step 4',
      'trace 5',
      'step 5',
    ]);
  });

  it('has no snapshot of a step whose loss is not finite', async () => {
    const task = bowl([Infinity]);
    const seen: number[] = [];
    const { outcome } = await record({
      session: createSession({ task, optimizer: sgd(1), seed: 0 }),
      plan: { numSteps: 5 },
      trace: recorderFor(task, sgd(1)),
      listener: { onTrace: ({ step }) => seen.push(step) },
    });
    expect([outcome.status, seen]).toEqual(['diverged', []]);
  });
});
