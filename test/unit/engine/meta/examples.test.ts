import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { playsPairs } from '../../../../src/protocol/index';
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
      expect(file).toContain('phase-2');
      return;
    }
    const { theta, scales } = startTheta(config, weightsDirectory());
    expect(theta.every(Number.isFinite)).toBe(true);
    expect(scales.some((scale) => scale > 0)).toBe(true);
  });

  it('are there for two minutes, twenty, three hours and a night', () => {
    expect(files.length).toBeGreaterThanOrEqual(6);
  });
});
