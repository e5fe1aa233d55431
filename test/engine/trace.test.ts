import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ManualControl, traceSchedule } from '../../src/core/index';
import type { TrainEvent, TrainResult } from '../../src/engine/index';
import { resumeTraining, startTraining } from '../../src/engine/index';
import type { RunConfig, RunConfigInput } from '../../src/protocol/index';
import { HISTOGRAM_SLOTS } from '../../src/protocol/live/index';
import { decodeSafetensors, openTraceReader, readRunMetrics } from '../../src/storage/index';
import { servicesIn, smallConfig, writeWeights } from './trainingSupport';

let root: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'velo-trace-'));
  writeWeights(join(root, 'weights'));
});

afterEach(() => {
  rmSync(root, { recursive: true, force: true });
});

const velo = { name: 'velo' } as const;

async function train(
  config: RunConfig,
  pauseAt?: number,
): Promise<TrainResult & { readonly events: TrainEvent[] }> {
  const events: TrainEvent[] = [];
  const control = new ManualControl();
  const onEvent = (event: TrainEvent): void => {
    events.push(event);
    if (event.type === 'step' && event.step === pauseAt) control.pause();
  };
  const result = await startTraining({
    config,
    root,
    services: servicesIn(root),
    control,
    onEvent,
  });
  return { ...result, events };
}

function readerOf(directory: string) {
  const reader = openTraceReader(directory);
  if (reader === undefined) throw new Error('the run has no trace');
  return reader;
}

function traceFiles(directory: string): Record<string, string> {
  const folder = join(directory, 'trace');
  return Object.fromEntries(
    readdirSync(folder).map((name) => [name, readFileSync(join(folder, name)).toString('hex')]),
  );
}

/** Steps that the schedule of a config traces. */
function expectedSteps(numSteps: number, every: 'auto' | number, accumulate = 1): number[] {
  const isTraced = traceSchedule({ numSteps, every, accumulate });
  return Array.from({ length: numSteps }, (_, step) => step).filter(isTraced);
}

function finalArrays(directory: string) {
  const folder = join(directory, 'checkpoints');
  const name = readFileSync(join(folder, 'LATEST'), 'utf8').trim();
  const bytes = readFileSync(join(folder, name));
  return decodeSafetensors(bytes, { code: 'checkpoint', fileName: name }).tensors;
}

describe('a training', () => {
  it('is traced unless it is told not to, and tells of each snapshot', async () => {
    const { directory, events } = await train(smallConfig({ numSteps: 300, optimizer: velo }));
    const steps = expectedSteps(300, 'auto');
    const reader = readerOf(directory);
    expect([...reader.steps]).toEqual(steps);
    const told = events.flatMap((event) => (event.type === 'trace' ? [event.step] : []));
    expect(told).toEqual(steps);
    expect(reader.meta).toEqual({
      tensors: [
        { name: 'layer0/w', shape: [64, 8] },
        { name: 'layer0/b', shape: [8] },
        { name: 'layer1/w', shape: [8, 10] },
        { name: 'layer1/b', shape: [10] },
      ],
      hidden: 16,
      networks: 2,
    });
    const { multipliers, rmsParameters } = reader.scalars();
    expect(multipliers.every((value) => value > 0)).toBe(true);
    expect(rmsParameters).toHaveLength(steps.length * 4);
    const counts = reader.histograms('update');
    const sizes = [512, 8, 80, 10];
    for (let row = 0; row < steps.length * 4; row++) {
      const slots = counts.subarray(row * HISTOGRAM_SLOTS, (row + 1) * HISTOGRAM_SLOTS);
      expect(slots.reduce((sum, count) => sum + count, 0)).toBe(sizes[row % 4]);
    }
  });

  it('has the same losses and the same last state with and without a trace', async () => {
    const config: Partial<RunConfigInput> = { optimizer: velo, device: 'wasm' };
    const runs = [
      await train(smallConfig(config)),
      await train(smallConfig({ ...config, trace: { every: 0 } })),
    ];
    const [traced, plain] = runs.map(({ directory }) => ({
      losses: readRunMetrics(directory).metrics.map(({ loss }) => loss),
      arrays: finalArrays(directory),
    }));
    expect(traced).toEqual(plain);
    expect(existsSync(join(runs[0]!.directory, 'trace'))).toBe(true);
    expect(existsSync(join(runs[1]!.directory, 'trace'))).toBe(false);
  });

  it('is traced every so many steps where it is told so', async () => {
    const { directory } = await train(smallConfig({ trace: { every: 25 } }));
    const reader = readerOf(directory);
    expect([...reader.steps]).toEqual([0, 25, 50, 59]);
    expect(reader.meta).toMatchObject({ hidden: 0, networks: 0 });
    expect(reader.scalars().multipliers.every(Number.isNaN)).toBe(true);
  });

  it('is traced at the batches that make an update', async () => {
    const optimizer = { name: 'velo', accumulate: 3 } as const;
    const { directory } = await train(smallConfig({ numSteps: 32, optimizer }));
    const steps = [...readerOf(directory).steps];
    expect(steps).toEqual(expectedSteps(32, 'auto', 3));
    expect(steps).toEqual(Array.from({ length: 10 }, (_, update) => 3 * update + 2));
  });

  it.each([
    ['adam on cpu', {}],
    ['averaged velo on cpu', { optimizer: { name: 'velo', accumulate: 4 } }],
    ['velo on wasm', { optimizer: velo, device: 'wasm' }],
  ] as const)('paused and resumed has the trace of one that was not, %s', async (_, changes) => {
    const config = smallConfig({ numSteps: 260, checkpointEvery: 50, ...changes });
    const whole = await train(config);
    const paused = await train(config, 121);
    expect(paused.summary.state).toBe('paused');
    const before = readerOf(paused.directory);
    const told: number[] = [];
    const onEvent = (event: TrainEvent): void => {
      if (event.type === 'trace') told.push(event.step);
    };
    await resumeTraining(paused.directory, { services: servicesIn(root), onEvent });
    expect(traceFiles(paused.directory)).toEqual(traceFiles(whole.directory));
    expect(before.refresh()).toBe(false);
    expect([...before.steps].filter((step) => step >= 122)).toEqual(told);
  });
});
