import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { checkMetaConfig } from '../../../src/protocol/index';
import type { MetaIteration, MetaValidation } from '../../../src/protocol/index';
import {
  createMetaTraining,
  findMetaTraining,
  metaThetaPath,
  readMetaIterations,
  readMetaTraining,
  readMetaValidations,
  resumeMetaTraining,
} from '../../../src/storage/index';

const root = fs.mkdtempSync(join(tmpdir(), 'velo-meta-'));
afterAll(() => {
  fs.rmSync(root, { recursive: true, force: true });
});

const config = checkMetaConfig({ kind: 'metatrain', name: 'mine', iterations: 9 }).config!;
const environment = {
  version: '1',
  startedAt: '2026-01-01T00:00:00Z',
  node: 'v20',
  platform: 'linux x64',
  device: 'wasm',
  cpu: 'one',
  cores: 2,
  workers: 2,
  start: 'nothing',
  thetaSize: 3,
  learning: 2,
};
const summary = { state: 'running', iterations: 0, innerSteps: 0, seconds: 0 } as const;

function iterationOf(iteration: number): MetaIteration {
  return {
    iteration,
    seconds: iteration,
    innerSteps: 10,
    loss: null,
    learningRate: 0.1,
    gradientRms: 1,
    updateRms: 1,
    cosine: null,
    pairs: [{ difference: 0.5, length: 10, entry: 0, diverged: 0 }],
  };
}

function validationOf(iteration: number): MetaValidation {
  return {
    iteration,
    seconds: 1,
    innerSteps: 1,
    rows: [{ loss: 1, diverged: false }],
    ratio: 1,
    isBest: false,
    drift: [{ group: 'bank', rms: 0 }],
  };
}

const theta = { tensors: { w: { shape: [1], data: Float32Array.of(3) } }, metadata: {} };

describe('a meta-training on disk', () => {
  it('goes on from its checkpoint, what was logged behind it forgotten', () => {
    const writer = createMetaTraining(root, { config, environment, summary });
    writer.appendValidation(validationOf(0), theta);
    for (let i = 0; i < 4; i++) writer.appendIteration(iterationOf(i));
    writer.saveCheckpoint({ step: 4, tensors: theta.tensors, metadata: { labels: '{}' } });
    writer.appendIteration(iterationOf(4));
    writer.appendValidation(validationOf(5), theta);
    writer.close();
    // As a process leaves it that dies in the middle of a line.
    fs.appendFileSync(writer.paths.iterations, '{"iteration":5,"sec');

    const directory = findMetaTraining(root, 'mine-1');
    expect(readMetaTraining(directory)).toMatchObject({
      id: 'mine-1',
      config,
      state: 'interrupted',
    });
    const { writer: again, checkpoint } = resumeMetaTraining(directory);
    expect([checkpoint.step, checkpoint.metadata]).toEqual([4, { labels: '{}' }]);
    expect(readMetaTraining(directory).writer).toEqual({ isOwn: true });
    again.appendIteration(iterationOf(4));
    again.close();
    expect(readMetaIterations(directory)).toEqual([0, 1, 2, 3, 4].map(iterationOf));
    expect(readMetaValidations(directory)).toEqual([validationOf(0)]);
    expect(fs.existsSync(metaThetaPath(again.paths, 0))).toBe(true);
  });

  it('says what there is not', () => {
    expect(() => findMetaTraining(root, 'mine-9')).toThrow(
      /there is no meta-training called "mine-9".*did you mean "mine-1"/,
    );
    expect(() => findMetaTraining(root, './nowhere')).toThrow(
      './nowhere is not the folder of a meta-training: it has no config.json',
    );
  });
});
