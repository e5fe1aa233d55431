import * as fs from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { UserError } from '../../../src/base/index';
import { resolveEvaluation } from '../../../src/engine/evaluation/resolve';
import { checkEvaluationConfig } from '../../../src/protocol/index';
import type { EvaluationEnvironment, EvaluationSummary } from '../../../src/protocol/index';
import {
  createEvaluation,
  evaluationIds,
  findEvaluation,
  nodeFileSystem,
  readEvaluation,
  readEvaluationCurve,
  readEvaluationTimings,
  reopenEvaluation,
  trainingKey,
} from '../../../src/storage/index';
import type { EvaluationCurve, EvaluationWriter, FileSystem } from '../../../src/storage/index';
import { systemError, temporaryFolder } from './runFixtures';

const { config: written } = checkEvaluationConfig({
  name: 'Two Valleys',
  tasks: [{ name: 'beale', task: { family: 'beale' } }],
});
const config = resolveEvaluation(written!);
const environment: EvaluationEnvironment = {
  version: '0.1.0',
  startedAt: '2026-11-24T12:00:00.000Z',
  node: 'v20.20.2',
  platform: 'linux x64',
  device: 'native avx2',
  cpu: 'some cpu',
  cores: 2,
  weights: { velo: { name: 'velo-handmade-1', sha256: 'ab', handMade: true } },
};
const summary: EvaluationSummary = {
  state: 'running',
  trainings: 32,
  done: 0,
  diverged: 0,
  tasks: [],
  failures: [],
};
const curve: EvaluationCurve = {
  task: 'beale',
  optimizer: 'adam',
  setting: 'lr=0.003',
  seed: 1,
  steps: 40,
  diverged: true,
  at: Int32Array.of(0, 10, 13),
  train: Float32Array.of(2.5, 1 / 3, NaN),
  heldOut: Float32Array.of(2.5, 0.1, Infinity),
};
const key = trainingKey(curve);

function newIn(root: string, system?: FileSystem): EvaluationWriter {
  return createEvaluation(root, { config, environment, summary }, system);
}

describe('an evaluation on disk', () => {
  it('is read as it was written', () => {
    const root = temporaryFolder();
    const writer = newIn(root);
    expect(writer.has(key)).toBe(false);
    writer.writeCurve(curve);
    writer.appendTiming({ training: key, steps: 13, seconds: 0.25 });
    const { directory } = writer.paths;
    expect(writer.has(key)).toBe(true);
    expect(readEvaluation(directory)).toEqual({
      ...{ writer: { isOwn: true } },
      ...{ id: 'two-valleys-1', directory, config, environment, summary, state: 'running' },
    });
    writer.close();
    expect(readEvaluation(directory).state).toBe('interrupted');
    expect(readEvaluationCurve(directory, key)).toEqual(curve);
    expect(readEvaluationCurve(directory, 'beale/adam/lr=1-s0')).toBeUndefined();
    expect(readEvaluationTimings(directory)).toEqual([{ training: key, steps: 13, seconds: 0.25 }]);
  });

  it('numbers evaluations of one name and is found by id and path', () => {
    const root = temporaryFolder();
    const made = [newIn(root), newIn(root)].map((writer) => {
      writer.close();
      return writer.paths.directory;
    });
    expect(evaluationIds(root)).toEqual(['two-valleys-1', 'two-valleys-2']);
    expect(findEvaluation(root, 'two-valleys-2')).toBe(made[1]);
    expect(findEvaluation('/', made[0]!)).toBe(made[0]);
    expect(() => findEvaluation(root, 'two-valeys-2')).toThrow(
      /there is no evaluation called "two-valeys-2"; did you mean "two-valleys-2"\?/,
    );
    expect(() => findEvaluation(root, './elsewhere')).toThrow(/is not the folder of an evaluation/);
  });

  it('has one writer at a time', () => {
    const root = temporaryFolder();
    const writer = newIn(root);
    expect(() => reopenEvaluation(writer.paths.directory)).toThrow(
      /^evaluation two-valleys-1 is being written by process \d+ since /,
    );
    writer.close();
    writer.close();
    reopenEvaluation(writer.paths.directory).close();
  });

  it('leaves out a torn last line of the times and cuts it off', () => {
    const root = temporaryFolder();
    const writer = newIn(root);
    writer.appendTiming({ training: key, steps: 13, seconds: 0.25 });
    writer.close();
    const { directory, timing } = writer.paths;
    const whole = fs.readFileSync(timing);
    fs.appendFileSync(timing, '{"training":"beale/ad');
    expect(readEvaluationTimings(directory)).toHaveLength(1);
    const again = reopenEvaluation(directory);
    expect(fs.readFileSync(timing)).toEqual(whole);
    again.appendTiming({ training: key, steps: 13, seconds: 0.5 });
    again.close();
    expect(readEvaluationTimings(directory)).toHaveLength(2);
  });

  it('has no half curve when the disk is full', () => {
    const root = temporaryFolder();
    let isFull = false;
    const system: FileSystem = {
      ...nodeFileSystem,
      writeSync: ((...args: Parameters<typeof fs.writeSync>) => {
        if (isFull) throw systemError('ENOSPC');
        return fs.writeSync(...args);
      }) as FileSystem['writeSync'],
    };
    const writer = newIn(root, system);
    isFull = true;
    expect(() => {
      writer.writeCurve(curve);
    }).toThrow(/the disk is full/);
    expect(() => {
      writer.appendTiming({ training: key, steps: 1, seconds: 1 });
    }).toThrow(UserError);
    isFull = false;
    expect(writer.has(key)).toBe(false);
    const left = fs.readdirSync(writer.paths.curves, { recursive: true }).map(String);
    expect(left.filter((name) => name.includes('lr='))).toEqual([]);
    writer.close();
    expect(readEvaluationTimings(writer.paths.directory)).toEqual([]);
  });

  it('leaves no folder when it cannot be made', () => {
    const root = temporaryFolder();
    const full: FileSystem = {
      ...nodeFileSystem,
      fsyncSync: () => {
        throw systemError('ENOSPC');
      },
    };
    expect(() => newIn(root, full)).toThrow(/the disk is full/);
    expect(evaluationIds(root)).toEqual([]);
  });

  it('says which file is no curve', () => {
    const root = temporaryFolder();
    const writer = newIn(root);
    writer.writeCurve(curve);
    writer.close();
    const { curves, directory } = writer.paths;
    const file = join(curves, `${key}.safetensors`);
    fs.writeFileSync(file, fs.readFileSync(file).subarray(0, 50));
    expect(() => readEvaluationCurve(directory, key)).toThrow(`${file}: not a usable safetensors`);
  });

  it('names files in letters that every file system has', () => {
    const named = trainingKey({
      task: 'Fashion: 8×8 / wide',
      optimizer: '.Adam',
      setting: 'lr=1e+30 cosine',
      seed: 0,
    });
    expect(named).toBe('fashion-8-8-wide/_adam/lr=1e+30-cosine-s0');
  });
});
