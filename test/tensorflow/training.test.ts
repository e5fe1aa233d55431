/** The device `tensorflow`; runs where VELO_TFJS_NODE names a working @tensorflow/tfjs-node(-gpu) 4.22. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { listDevices, resumeTraining, startTraining } from '../../src/engine/index';
import type { TrainResult } from '../../src/engine/index';
import type { RunConfigInput } from '../../src/protocol/index';
import { readRunMetrics } from '../../src/storage/index';
import { ManualControl } from '../../src/core/index';
import { servicesIn, smallConfig, writeWeights } from '../engine/trainingSupport';

let root: string;

beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'velo-tensorflow-'));
  writeWeights(join(root, 'weights'));
});

afterAll(() => {
  rmSync(root, { recursive: true, force: true });
});

function train(changes: Partial<RunConfigInput>): Promise<TrainResult> {
  return startTraining({ config: smallConfig(changes), root, services: servicesIn(root) });
}

function losses(directory: string): (number | null)[] {
  return readRunMetrics(directory).metrics.map(({ loss }) => loss);
}

const hasBinding = (process.env['VELO_TFJS_NODE'] ?? '') !== '';

describe.skipIf(!hasBinding)('the device tensorflow', () => {
  it('is reported as available', async () => {
    const report = (await listDevices()).find(({ name }) => name === 'tensorflow');
    expect(report).toMatchObject({ available: true });
    expect(report?.text).toMatch(/^TensorFlow on the (CPU|GPU)$/);
  });

  it.each<[string, RunConfigInput['optimizer']]>([
    ['adam', { name: 'adam', learningRate: 0.01 }],
    ['velo', { name: 'velo' }],
  ])('trains as plain JavaScript does, with %s', async (_, optimizer) => {
    const runs = [];
    for (const device of ['cpu', 'tensorflow'] as const)
      runs.push(await train({ optimizer, device }));
    const [expected, actual] = runs.map(({ directory }) => losses(directory));
    expect(actual).toHaveLength(expected!.length);
    // Both are float32 with another order of summation; 60 steps let the last digits drift apart.
    const gaps = actual!.map((loss, i) => Math.abs((loss ?? NaN) - (expected![i] ?? NaN)));
    expect(Math.max(...gaps)).toBeLessThan(1e-3);
    expect(actual!.at(-1)).toBeLessThan(0.9 * actual![0]!);
  });

  it('goes on after a pause with the same bits', async () => {
    const config = smallConfig({ device: 'tensorflow' });
    const whole = await startTraining({ config, root, services: servicesIn(root) });
    const control = new ManualControl();
    const paused = await startTraining({
      config,
      root,
      services: servicesIn(root),
      control,
      onEvent: (event) => {
        if (event.type === 'step' && event.step === 24) control.pause();
      },
    });
    const resumed = await resumeTraining(paused.directory, { services: servicesIn(root) });
    expect(losses(resumed.directory)).toEqual(losses(whole.directory));
  });
});
