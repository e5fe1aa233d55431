/** Small trainings through the engine, for its tests. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { VeloTheta } from '../../src/core/index';
import { SHIPPED_THETA_CARD, clockTheta, encodeTheta } from '../../src/core/index';
import type { TrainServices } from '../../src/engine/index';
import { DEFAULT_WEIGHTS, parseRunConfigText } from '../../src/protocol/index';
import type { RunConfig, RunConfigInput } from '../../src/protocol/index';
import { encodeSafetensors } from '../../src/storage/index';

export const ROOT = resolve(import.meta.dirname, '../..');

/** A small theta as the bundled weights of a folder of its own. */
export function writeWeights(folder: string): VeloTheta {
  const theta = clockTheta({ hidden: 16, bank: 2 });
  mkdirSync(folder, { recursive: true });
  const bytes = encodeSafetensors(encodeTheta(theta, SHIPPED_THETA_CARD));
  writeFileSync(join(folder, `${DEFAULT_WEIGHTS}.safetensors`), bytes);
  return theta;
}

export function servicesIn(folder: string): TrainServices {
  return {
    dataDir: join(ROOT, 'media', 'data'),
    weightsDir: join(folder, 'weights'),
    version: '0.0.0-test',
  };
}

/** A decoded config: digits, a small perceptron, 60 steps of Adam on tfjs-cpu, and what `changes` says. */
export function smallConfig(changes: Partial<RunConfigInput> = {}): RunConfig {
  const config: RunConfigInput = {
    name: 'test',
    task: { family: 'imageMlp', dataset: 'digits8', hidden: [8], batchSize: 16 },
    optimizer: {
      name: 'adam',
      learningRate: 0.01,
      schedule: { kind: 'warmupCosine', warmupFraction: 0.1 },
    },
    numSteps: 60,
    seed: 3,
    device: 'cpu',
    checkpointEvery: 7,
    evaluate: { every: 20, batches: 2 },
    ...changes,
  };
  return parseRunConfigText(JSON.stringify(config), { fileName: 'test.velo.json' });
}
