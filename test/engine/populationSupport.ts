/** Populations of small trainings on real threads, closed after each test. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect } from 'vitest';
import { flatTheta, plainTheta, streamKey } from '../../src/core/index';
import { openPopulation } from '../../src/engine/index';
import type {
  Assignment,
  MemberJob,
  MemberResult,
  Population,
  PopulationOptions,
} from '../../src/engine/index';
import type { OptimizerConfig } from '../../src/protocol/index';
import { bundleOf } from '../support/bundles';
import { ROOT, smallConfig } from './trainingSupport';

export const dataDir = join(ROOT, 'media', 'data');
export const theta = plainTheta({ hidden: 9, bank: 2, peak: 0.5 });
const sd = Float32Array.from(flatTheta(theta), () => 0.01);
export const TASKS: PopulationOptions['tasks'] = [
  {
    family: 'imageMlp',
    dataset: 'digits8',
    hidden: [6],
    activation: 'relu',
    norm: 'none',
    dropout: 0,
    loss: 'crossEntropy',
    batchSize: 8,
    grey: false,
  },
  {
    family: 'imageMlp',
    dataset: 'digits8',
    hidden: [],
    activation: 'relu',
    norm: 'none',
    dropout: 0,
    loss: 'crossEntropy',
    batchSize: 16,
    imageSize: 4,
    grey: false,
  },
  { family: 'quadratic', dimension: 5, condition: 10 },
];
export const LEARNED = 0;
export const ADAM = 1;

/** The program of a worker thread, and a folder that is gone in the end. */
export let script: string;
export let folder: string;
const open: Population[] = [];

beforeAll(async () => {
  script = await bundleOf('src/engine/workers/main.ts', 'engineWorker.cjs');
  folder = mkdtempSync(join(tmpdir(), 'velo-population-'));
});

afterEach(async () => {
  for (const population of open.splice(0)) await population.close();
});

afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

export async function populationOf(changes: Partial<PopulationOptions> = {}): Promise<Population> {
  const population = await openPopulation({
    tasks: TASKS,
    optimizers: [{ theta, sd }, { config: adam(0.01) }],
    members: 8,
    device: 'wasm',
    workers: 2,
    dataDir,
    weightsDir: folder,
    workerScript: script,
    ...changes,
  });
  open.push(population);
  return population;
}

export function adam(
  learningRate: number,
  kind: 'constant' | 'cosine' = 'constant',
): OptimizerConfig {
  return smallConfig({ optimizer: { name: 'adam', learningRate, schedule: { kind } } }).optimizer;
}

export function assignment(changes: Partial<Assignment> = {}): Assignment {
  return { task: 0, optimizer: LEARNED, seed: 1, numSteps: 100, ...changes };
}

/** Antithetic pairs over all tasks. */
export function pairs(count: number, steps: number): MemberJob[] {
  return Array.from({ length: count }, (_, member) => {
    const pair = Math.floor(member / 2);
    const key = streamKey({ seed: 9, purpose: 'noise', step: 0, member: pair });
    return {
      member,
      begin: assignment({ task: pair % TASKS.length, seed: pair }),
      perturbation: { key, sign: member % 2 === 0 ? 1 : -1 },
      steps,
      evaluate: { splits: ['outerValid'], batches: 2 },
    };
  });
}

/** The same jobs for members that have begun. */
export function goOn(jobs: readonly MemberJob[]): MemberJob[] {
  return jobs.map(({ member, perturbation, steps }) => ({
    member,
    perturbation: perturbation!,
    steps,
  }));
}

/** What has to be the same bits. */
export function numbers(results: readonly MemberResult[]) {
  return results.map(({ error, seconds, ...result }) => {
    expect([error, seconds]).toEqual([undefined, expect.any(Number)]);
    return result;
  });
}
