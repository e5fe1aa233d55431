import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  ManualControl,
  createArchitecture,
  createRng,
  encodeTheta,
  initTheta,
} from '../../src/core/index';
import type { TrainEvent, TrainResult } from '../../src/engine/index';
import { loadNativeKernels, resumeTraining, startTraining } from '../../src/engine/index';
import type { Metric, RunConfig } from '../../src/protocol/index';
import {
  decodeSafetensors,
  encodeSafetensors,
  readRun,
  readRunMetrics,
} from '../../src/storage/index';
import { servicesIn, smallConfig, writeWeights } from './trainingSupport';

let root: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'velo-train-'));
  writeWeights(join(root, 'weights'));
});

afterEach(() => {
  rmSync(root, { recursive: true, force: true });
});

async function train(
  config: RunConfig,
  options: { readonly control?: ManualControl; readonly stopAt?: number } = {},
): Promise<TrainResult & { readonly events: TrainEvent[] }> {
  const events: TrainEvent[] = [];
  const control = options.control ?? new ManualControl();
  const result = await startTraining({
    config,
    root,
    services: servicesIn(root),
    control,
    onEvent: (event) => {
      events.push(event);
      if (event.type === 'step' && event.step === options.stopAt) control.pause();
    },
  });
  return { ...result, events };
}

describe('startTraining', () => {
  it('fills a run folder and reports each thing once, in order', async () => {
    const { directory, summary, events } = await train(smallConfig());
    const { metrics } = readRunMetrics(directory);
    const steps = metrics.filter((metric) => !('split' in metric));
    expect(steps.map(({ step }) => step)).toEqual(Array.from({ length: 60 }, (_, i) => i));
    const evaluations = metrics.filter((metric) => 'split' in metric);
    expect(evaluations.map(({ step }) => step)).toEqual([0, 20, 40, 60]);

    const told = events.flatMap((event) =>
      event.type === 'step' || event.type === 'evaluation' ? [without(event, 'type')] : [],
    );
    expect(told).toEqual(metrics);
    expect(events[0]).toMatchObject({
      type: 'started',
      optimizer: 'adam',
      device: 'cpu',
      parameters: 64 * 8 + 8 + 8 * 10 + 10,
      step: 0,
      accumulate: 1,
    });
    expect(events.at(-1)).toEqual({ type: 'ended', summary });
    expect(summary).toMatchObject({ state: 'finished', step: 60, endedBy: 'numSteps' });
    expect(summary.trainLoss).toBeCloseTo(mean(steps.slice(-50).map(({ loss }) => loss ?? NaN)), 9);
    expect(summary.heldOut?.step).toBe(60);
    expect(steps.at(-1)?.loss).toBeLessThan(0.8 * (steps[0]?.loss ?? 0));

    const record = readRun(directory);
    expect(record).toMatchObject({ state: 'finished', config: smallConfig(), warnings: [] });
    expect(record.environment).toMatchObject({ version: '0.0.0-test', device: 'cpu' });
    expect(existsSync(join(directory, 'lock.json'))).toBe(false);
  });

  it('gives the same numbers for the same seed and others for another', async () => {
    const [a, b, c] = [
      await train(smallConfig()),
      await train(smallConfig()),
      await train(smallConfig({ seed: 4 })),
    ];
    expect(numbersOf(a.directory)).toEqual(numbersOf(b.directory));
    expect(finalArrays(a.directory)).toEqual(finalArrays(b.directory));
    expect(numbersOf(c.directory)[0]).not.toEqual(numbersOf(a.directory)[0]);
  });

  it('writes the same run when nobody listens', async () => {
    const heard = await train(smallConfig());
    const unheard = await startTraining({
      config: smallConfig(),
      root,
      services: servicesIn(root),
    });
    expect(numbersOf(unheard.directory)).toEqual(numbersOf(heard.directory));
    expect(without(unheard.summary, 'seconds', 'msPerStep')).toEqual(
      without(heard.summary, 'seconds', 'msPerStep'),
    );
  });

  it('trains a task without data, with no evaluations', async () => {
    const task = { family: 'quadratic', dimension: 5, condition: 4 } as const;
    const optimizer = { name: 'sgd', learningRate: 0.5 } as const;
    const { directory, summary } = await train(smallConfig({ task, optimizer }));
    expect(readRunMetrics(directory).metrics.every((metric) => !('split' in metric))).toBe(true);
    expect(summary.heldOut).toBeUndefined();
    expect(summary.trainLoss).toBeLessThan(0.5);
  });

  it('trains with learned weights and records which', async () => {
    const { directory, summary } = await train(smallConfig({ optimizer: { name: 'velo' } }));
    expect(summary.state).toBe('finished');
    const weights = readRun(directory).environment?.weights;
    expect(weights).toMatchObject({ name: 'velo-handmade-1', handMade: true });
    expect(weights?.sha256).toMatch(/^[0-9a-f]{64}$/);
  });

  it.each(['cpu', 'wasm'] as const)(
    'trains with weights of any learned optimizer, on %s',
    async (device) => {
      const architecture = createArchitecture('celo2', { learningRate: 0.02 });
      const theta = initTheta(architecture, createRng({ seed: 1, purpose: 'theta' }));
      const file = join(root, 'celo2.safetensors');
      const card = { name: 'mine', provenance: 'fresh', licence: 'MIT', createdBy: 'a test' };
      writeFileSync(file, encodeSafetensors(encodeTheta(theta, card)));
      const optimizer = { name: 'velo', weights: file } as const;
      const { directory, events, summary } = await train(smallConfig({ optimizer, device }));
      expect(events[0]).toMatchObject({ type: 'started', optimizer: 'celo2' });
      expect(summary.state).toBe('finished');
      expect(readRun(directory).environment?.weights).toMatchObject({ name: 'mine' });
    },
  );

  it('averages batches where the run is longer than the weights know', async () => {
    const optimizer = { name: 'velo', maxTrainingSteps: 25 } as const;
    const { events, directory } = await train(smallConfig({ optimizer }));
    expect(events[0]).toMatchObject({ type: 'started', accumulate: 3, numSteps: 60 });
    expect(numbersOf(directory)).toHaveLength(60 + 4);
  });

  it('ends with the state diverged when the loss does', async () => {
    const task = { family: 'quadratic', dimension: 5, condition: 4 } as const;
    const optimizer = { name: 'sgd', learningRate: 1e20 } as const;
    const { summary, directory } = await train(smallConfig({ task, optimizer }));
    expect(summary).toMatchObject({ state: 'diverged', trainLoss: null });
    const last = readRunMetrics(directory).metrics.at(-1);
    expect(last).toMatchObject({ step: summary.step, loss: null });
    await expect(resumeTraining(directory, { services: servicesIn(root) })).rejects.toThrow(
      'run test-1 is diverged: there is nothing to resume',
    );
  });

  it.each<[string, Parameters<typeof smallConfig>[0]]>([
    ['targetLoss', { targetLoss: 2.2 }],
    [
      'earlyStop',
      { evaluate: { every: 1, batches: 1 }, earlyStop: { patience: 1, minDelta: 100 } },
    ],
  ])('says that it was ended by %s', async (endedBy, changes) => {
    const { summary } = await train(smallConfig(changes));
    expect(summary).toMatchObject({ state: 'finished', endedBy });
    expect(summary.step).toBeLessThan(60);
  });

  it('makes no folder when the weights, data or device will not do', async () => {
    const bad: [Parameters<typeof smallConfig>[0], string][] = [
      [
        { optimizer: { name: 'velo', weights: '/nowhere.safetensors' } },
        'weights "/nowhere.safetensors" are not known',
      ],
      [{ task: { family: 'imageMlp', dataset: '/nowhere' } }, 'dataset "/nowhere" is not known'],
    ];
    for (const [changes, message] of bad) {
      await expect(train(smallConfig(changes))).rejects.toThrow(message);
    }
    expect(existsSync(join(root, '.velo'))).toBe(false);
  });

  it('notes a run that breaks off as failed', async () => {
    const attempt = startTraining({
      config: smallConfig(),
      root,
      services: servicesIn(root),
      onEvent: (event) => {
        if (event.type === 'step' && event.step === 9) throw new Error('out of luck');
      },
    });
    await expect(attempt).rejects.toThrow('out of luck');
    const record = readRun(join(root, '.velo', 'runs', 'test-1'));
    expect(record.state).toBe('failed');
    expect(record.summary).toMatchObject({ step: 10, message: 'out of luck' });
  });
});

const hasNative = loadNativeKernels().runtime !== undefined;

describe('resumeTraining', () => {
  it.each<[string, Parameters<typeof smallConfig>[0]]>([
    ['adam', {}],
    ['velo', { optimizer: { name: 'velo', weightDecay: 1e-4 } }],
    ['velo, three batches an update', { optimizer: { name: 'velo', maxTrainingSteps: 25 } }],
    ['velo on wasm kernels', { optimizer: { name: 'velo' }, device: 'wasm' }],
    [
      'velo on the best kernels',
      { optimizer: { name: 'velo' }, device: hasNative ? 'native' : 'auto' },
    ],
    ['nadamw on the wasm device', { optimizer: { name: 'nadamw' }, device: 'wasm' }],
  ])('goes on after a pause with the same bits, %s', async (_, changes) => {
    const config = smallConfig(changes);
    const whole = await train(config);
    const paused = await train(config, { stopAt: 24 });
    expect(paused.summary).toMatchObject({ state: 'paused', step: 25 });
    const events: TrainEvent[] = [];
    const resumed = await resumeTraining(paused.directory, {
      services: servicesIn(root),
      onEvent: (event) => events.push(event),
    });
    expect(events[0]).toMatchObject({ type: 'started', step: 25 });
    expect(events.filter(({ type }) => type === 'warning')).toEqual([]);
    expect(numbersOf(resumed.directory)).toEqual(numbersOf(whole.directory));
    expect(finalArrays(resumed.directory)).toEqual(finalArrays(whole.directory));
    expect(without(resumed.summary, 'seconds', 'msPerStep')).toEqual(
      without(whole.summary, 'seconds', 'msPerStep'),
    );
    expect(resumed.summary.seconds).toBeGreaterThan(paused.summary.seconds);
  });

  it('refuses a finished run', async () => {
    const { directory } = await train(smallConfig({ numSteps: 3 }));
    await expect(resumeTraining(directory, { services: servicesIn(root) })).rejects.toMatchObject({
      code: 'run',
      message: 'run test-1 is finished: there is nothing to resume',
    });
  });

  it('says when the device is another one', async () => {
    const paused = await train(smallConfig({ device: 'wasm' }), { stopAt: 5 });
    const events: TrainEvent[] = [];
    await resumeTraining(paused.directory, {
      services: {
        ...servicesIn(root),
        pickDevice: () =>
          Promise.resolve({
            device: { name: 'cpu', backend: 'cpu', label: 'cpu', summary: 'plain' },
            why: 'cpu: plain',
          }),
      },
      onEvent: (event) => events.push(event),
    });
    expect(events).toContainEqual({
      type: 'warning',
      text: 'the run began on wasm simd128 and goes on on cpu: last digits may differ',
    });
    expect(readRun(paused.directory).environment?.device).toBe('cpu');
  });
});

/** Metrics without times. */
function numbersOf(directory: string): Omit<Metric, 'seconds'>[] {
  return readRunMetrics(directory).metrics.map((metric) => without(metric, 'seconds'));
}

/** Parameters and optimizer state of the last checkpoint. */
function finalArrays(directory: string) {
  const folder = join(directory, 'checkpoints');
  const name = readFileSync(join(folder, 'LATEST'), 'utf8').trim();
  expect(readdirSync(folder)).toContain(name);
  const bytes = readFileSync(join(folder, name));
  return decodeSafetensors(bytes, { code: 'checkpoint', fileName: name }).tensors;
}

function without<T extends object, K extends string>(value: T, ...keys: readonly K[]): Omit<T, K> {
  const names: readonly string[] = keys;
  const kept = Object.entries(value).filter(([key]) => !names.includes(key));
  return Object.fromEntries(kept) as Omit<T, K>;
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
