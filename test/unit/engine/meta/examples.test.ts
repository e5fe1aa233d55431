import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createRng, drawTask, splitSeed } from '../../../../src/core/index';
import { resolveEvaluation } from '../../../../src/engine/index';
import { decodeTask, parseEvaluationConfigText, playsPairs } from '../../../../src/protocol/index';
import { resolveDistribution, resolveEstimator } from '../../../../src/engine/meta/resolve';
import { startTheta } from '../../../../src/engine/meta/startTheta';
import { readMetaConfigFile, weightsDirectory } from '../../../../src/storage/index';

const folders = ['examples', join('examples', 'meta-runs')];
const files = folders.flatMap((folder) =>
  readdirSync(folder)
    .filter((name) => name.endsWith('.velo.json'))
    .map((name) => join(folder, name))
    .filter((file) => readFileSync(file, 'utf8').includes('"metatrain"')),
);

describe('examples of meta-trainings', () => {
  it.each(files)('%s can be begun', (file) => {
    const config = readMetaConfigFile(file);
    expect(resolveDistribution(config.tasks).metaTrain.length).toBeGreaterThan(0);
    const { estimator } = config;
    if (playsPairs(estimator)) expect(resolveEstimator(estimator, config).start().problems).toBe(0);
    const { start } = config.optimizer;
    // What one meta-training is to make for the next one is not there yet.
    if (start?.endsWith('.safetensors') === true && !existsSync(start)) {
      expect(file).toMatch(/phase-2|general/);
      return;
    }
    const { theta, scales } = startTheta(config, weightsDirectory());
    expect(theta.every(Number.isFinite)).toBe(true);
    expect(scales.some((scale) => scale > 0)).toBe(true);
  });

  it.each(['general', 'general-2'])('train on no task of mini-83: %s', (part) => {
    const config = readMetaConfigFile(
      join('examples', 'meta-runs', `velo-mini-1-${part}.velo.json`),
    );
    const mix = resolveDistribution(config.tasks);
    const suite = parseEvaluationConfigText('{ "suite": "mini-83" }', 'mini-83.velo-eval.json');
    const tested = new Set(
      resolveEvaluation(suite).tasks.map(({ task }) => JSON.stringify(decodeTask(task))),
    );
    expect(tested.size).toBe(83);
    const drawn = Array.from({ length: 4000 }, (_, step) => {
      const rng = createRng({ seed: config.seed, purpose: 'task', step });
      splitSeed('metaTrain', rng);
      return JSON.stringify(decodeTask(drawTask(mix, rng).task));
    });
    expect(new Set(drawn).size).toBeGreaterThan(250);
    expect(drawn.filter((task) => tested.has(task))).toEqual([]);
  });

  it('are there for two minutes, twenty, three hours and a night', () => {
    expect(files.length).toBeGreaterThanOrEqual(6);
  });
});
