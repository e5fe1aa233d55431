import { mkdtemp, readFile, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { textDatasetFrom } from '../../../src/core/tasks/datasets/text';
import { listCached } from '../../../src/engine/data/cache';
import { createTask, taskFrom } from '../../../src/engine/jobs/createTask';
import { shareTasks, sharedBytesOf } from '../../../src/engine/population/sharedMemory';
import { loadText } from '../../../src/engine/texts';
import { decodeTask, describeTask, innermostTask, lossUnit } from '../../../src/protocol/index';
import { randomLines } from '../../support/texts';
import { countParameters, inputsOf, lossOf } from '../../support/taskChecks';
import { useBackend } from '../../support/tfBackends';

const dataDir = join(__dirname, '../../../media/data');
let folder = '';

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'velo-texts-'));
  vi.stubEnv('VELO_DATA_DIR', join(folder, 'cache'));
  await useBackend('cpu');
});
afterAll(async () => {
  vi.unstubAllEnvs();
  await rm(folder, { recursive: true });
});

describe('loadText', () => {
  it('reads the bundled text as bytes', async () => {
    const { tokens, starts, vocabulary } = await loadText('gutenberg-small', {
      dataDir,
      vocabulary: 259,
    });
    expect(vocabulary).toBe(259);
    expect(starts.length - 1).toBe(9670);
    const first = String.fromCharCode(...tokens.subarray(0, starts[1]).map((id) => id - 3));
    expect(first).toBe("[Alice's Adventures in Wonderland by Lewis Carroll 1865]");
  });

  it('reads files, packed or not', async () => {
    const text = 'one\ntwo\n';
    await writeFile(join(folder, 'plain.txt'), text);
    await writeFile(join(folder, 'packed.txt'), gzipSync(text));
    const load = (name: string) => loadText(join(folder, name), { dataDir, vocabulary: 259 });
    const [plain, packed] = [await load('plain.txt'), await load('packed.txt')];
    expect([...packed.tokens]).toEqual([...plain.tokens]);
    await expect(load('absent.txt')).rejects.toThrow('absent.txt does not exist');
  });

  it('learns byte pairs once for a text, and again where the kept ones are damaged', async () => {
    const file = join(folder, 'learned.txt');
    await writeFile(file, randomLines(300));
    const load = (vocabulary: number) => loadText(file, { dataDir, vocabulary });
    const first = await load(300);
    const kept = join(folder, 'cache', '.pieces');
    const [name] = await readdir(kept);
    const path = join(kept, name!);
    const whole = await readFile(path);
    const smaller = await load(270);
    expect(smaller).toEqual({ ...textDatasetFrom('', await readFile(file), 270), name: file });
    await expect(readdir(kept)).resolves.toHaveLength(1);
    for (const damaged of [
      whole.subarray(0, 100),
      Buffer.concat([whole.subarray(0, 200), Buffer.of(whole[200]! ^ 1), whole.subarray(201)]),
      Buffer.alloc(0),
    ]) {
      await writeFile(path, damaged);
      expect(await load(300)).toEqual(first);
      expect(await readFile(path)).toEqual(whole);
    }
    // What is kept is what is used.
    const other = join(folder, 'other.txt');
    await writeFile(other, 'quite another text');
    await loadText(other, { dataDir, vocabulary: 300 });
    const [foreign] = (await readdir(kept)).filter((entry) => entry !== name);
    await rename(join(kept, foreign!), path);
    expect((await load(300)).starts).toHaveLength(2);
  });

  it('learns where nothing can be kept', async () => {
    const file = join(folder, 'unkept.txt');
    await writeFile(file, randomLines(300, 2));
    vi.stubEnv('VELO_DATA_DIR', join(file, 'no', 'folder'));
    const text = await loadText(file, { dataDir, vocabulary: 280 });
    vi.stubEnv('VELO_DATA_DIR', join(folder, 'cache'));
    expect(text).toEqual({ ...textDatasetFrom('', await readFile(file), 280), name: file });
  });

  it('keeps the pieces of the latest texts only', async () => {
    const cache = join(folder, 'cache');
    for (let i = 0; i < 18; i++) {
      const file = join(folder, 'changing.txt');
      await writeFile(file, `text ${i} of a file that changes`);
      await loadText(file, { dataDir, vocabulary: 300 });
    }
    await expect(readdir(join(cache, '.pieces'))).resolves.toHaveLength(16);
    expect(listCached(cache)).toEqual([]);
  });
});

describe('tasks from configs', () => {
  it.each([
    [{ family: 'rnnLm' }, 'gutenberg-small lstm 128 b128', 149_059, Math.log(259)],
    [{ family: 'transformerLm' }, 'gutenberg-small transformer 32x2 b128', 67_459, Math.log(259)],
    [
      { family: 'learnedOptimizer', steps: 2 },
      'learned adafactorMlp 2 steps, fashion-mnist 32 relu b128',
      197,
      Math.log(10),
    ],
    [{ family: 'esGradient' }, 'ES 1, fashion-mnist 32 relu b128', 2410, Math.log(10)],
    [
      { family: 'esGradient', task: { family: 'learnedOptimizer', steps: 2, optimizer: 'mlp' } },
      'ES 1, learned mlp 2 steps, fashion-mnist 32 relu b128',
      1762,
      Math.log(10),
    ],
  ])('%j', async (fields, description, parameters, guess) => {
    const config = decodeTask(fields);
    expect(describeTask(config)).toBe(description);
    expect(lossUnit(config)).toBe('cross-entropy, nats');
    const task = await createTask(config, { seed: 1, dataDir });
    expect(task.family).toBe(config.family);
    expect(countParameters(task)).toBe(parameters);
    const { params, batch } = inputsOf(task);
    expect(Math.abs(lossOf(task, params, batch) - guess)).toBeLessThan(0.5);
    expect(task.data!.evaluationBatches('test')).toBeGreaterThan(0);
  });

  it('clip the losses that a learned optimizer causes at half as much again as a guess', async () => {
    const task = await createTask(decodeTask({ family: 'learnedOptimizer', steps: 1 }), {
      ...{ seed: 1, dataDir },
    });
    expect(task.normalize(NaN)).toBeCloseTo(1.5 * Math.log(10), 12);
  });
});

describe('texts of a population', () => {
  it('are there once for tasks with the same tokens, with the samples of each length', async () => {
    const path = join(folder, 'lines.txt');
    await writeFile(path, Array.from({ length: 300 }, (_, i) => `line number ${i}`).join('\n'));
    const text = { family: 'rnnLm', dataset: path, batchSize: 4, hidden: 3, embedding: 2 };
    const configs = [
      decodeTask({ ...text, length: 5 }),
      decodeTask({ ...text, length: 7 }),
      decodeTask({ ...text, vocabulary: 280 }),
      decodeTask({ family: 'esGradient', task: { ...text, length: 9 } }),
    ];
    expect(innermostTask(configs[3]!).family).toBe('rnnLm');
    const tasks = await shareTasks(configs, dataDir);
    const datasets = tasks.map(({ dataset }) => dataset);
    expect(datasets[1]).toBe(datasets[0]);
    expect(datasets[3]).toBe(datasets[0]);
    expect(datasets[2]).not.toBe(datasets[0]);
    const [shared] = datasets;
    if (shared === undefined || !('tokens' in shared)) throw new Error('no text');
    expect(shared.tokens.buffer).toBeInstanceOf(SharedArrayBuffer);
    expect([...shared.prepared!.keys()]).toEqual([6, 8, 10]);
    const task = taskFrom(configs[0]!, 1, shared);
    expect(task.data!.rows!.arrays[0]!.data.buffer).toBeInstanceOf(SharedArrayBuffer);
    const own = await createTask(configs[0]!, { seed: 1, dataDir });
    expect(task.data!.trainBatch(3)).toEqual(own.data!.trainBatch(3));
    const rest = { kind: 'population', device: 'cpu', weightsDir: '', keepsTheta: false } as const;
    const cancelled = new Int32Array(1);
    const bytes = sharedBytesOf({
      ...{ ...rest, tasks, optimizers: [], optimizerKinds: [], arenaBytes: 0, cancelled },
    });
    expect(bytes).toBeGreaterThan(4 * 291 * (6 + 8 + 10));
  });
});
