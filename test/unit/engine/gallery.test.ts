import { gunzipSync } from 'node:zlib';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { TASK_FAMILIES } from '../../../src/core/tasks/registry';
import { taskCost } from '../../../src/core/training/taskCost';
import { TaskGallery } from '../../../src/engine/gallery/gallery';
import { createTask } from '../../../src/engine/jobs/createTask';
import { decodeTask } from '../../../src/protocol/index';
import {
  readyTaskSchema,
  taskFamilySchema,
  taskSampleSchema,
} from '../../../src/protocol/live/index';
import type { TaskFamilyEntry, TaskSampleEntry } from '../../../src/protocol/live/index';

const DATA_DIR = join(import.meta.dirname, '..', '..', '..', 'media', 'data');
const gallery = new TaskGallery(DATA_DIR);
// What somebody has added on this machine is none of these tests' business.
const ownData = mkdtempSync(join(tmpdir(), 'velo-gallery-'));
beforeAll(() => vi.stubEnv('VELO_DATA_DIR', ownData));
afterAll(() => {
  vi.unstubAllEnvs();
  rmSync(ownData, { recursive: true, force: true });
});

function unpacked(path: string): Buffer {
  return gunzipSync(readFileSync(join(DATA_DIR, path)));
}

async function sampleOf<K extends TaskSampleEntry['kind']>(
  kind: K,
  task: object,
): Promise<Extract<TaskSampleEntry, { kind: K }>> {
  const sample = await gallery.sample(task);
  expect(taskSampleSchema.safeParse(sample).success).toBe(true);
  expect(sample.kind).toBe(kind);
  return sample as Extract<TaskSampleEntry, { kind: K }>;
}

describe('the families of the gallery', () => {
  let families: readonly TaskFamilyEntry[] = [];
  beforeAll(async () => {
    families = await gallery.families();
  });

  it('are all, each with tasks that a config can have as they are', () => {
    expect(families.map(({ family }) => family)).toEqual(TASK_FAMILIES.map(({ name }) => name));
    for (const entry of families) {
      expect(taskFamilySchema.safeParse(entry).error).toBeUndefined();
      expect(entry.tasks.length, entry.family).toBeGreaterThan(0);
      for (const { task, summary, parameters } of entry.tasks) {
        expect(decodeTask(task)).toEqual(task);
        expect(summary).not.toBe('');
        expect(parameters).toBeGreaterThan(0);
      }
    }
  });

  it('have an id for each task and an option doc for each field', () => {
    const tasks = families.flatMap((entry) => entry.tasks);
    expect(new Set(tasks.map(({ id }) => id)).size).toBe(tasks.length);
    for (const { options, tasks: own } of families) {
      const documented = new Set(['family', ...options.map(({ name }) => name)]);
      const fields = own.flatMap(({ task }) => Object.keys(task));
      expect(fields.filter((field) => !documented.has(field))).toEqual([]);
    }
  });

  it('count parameters, batch and unit', () => {
    const rows = families.find(({ family }) => family === 'tabularMlp');
    // 16 numbers, two layers of 128, 26 letters.
    const letter = 16 * 128 + 128 + 128 * 128 + 128 + 128 * 26 + 26;
    const entry = rows?.tasks.find(({ name }) => name === 'letter');
    expect(entry).toMatchObject({
      parameters: letter,
      batch: 128,
      dataset: 'letter',
      lossUnit: 'cross-entropy, nats',
    });
  });

  it('have two draws where a sampler has a choice, which are what the sampler says', async () => {
    const drawn = families.map(({ tasks }) => tasks.filter(({ seed }) => seed !== undefined));
    const counts = Object.fromEntries(families.map(({ family }, i) => [family, drawn[i]!.length]));
    expect(counts).toMatchObject({ imageMlp: 2, rnnLm: 2, quadratic: 2, rosenbrock: 0, beale: 0 });
    for (const task of drawn.flat()) {
      const again = await gallery.draw(String(task.task['family']), task.seed!);
      expect(again).toEqual(task);
      expect(readyTaskSchema.safeParse(again).success).toBe(true);
    }
  });

  it('say what wrapped tasks hold', () => {
    const wrapped = families.filter(({ kind }) => kind === 'wrapped').flatMap(({ tasks }) => tasks);
    expect(wrapped.every(({ inside }) => inside !== undefined && inside !== '')).toBe(true);
  });

  it('refuse an unknown family by name', async () => {
    await expect(gallery.draw('imageMpl', 0)).rejects.toThrow(
      'no task family is called "imageMpl"',
    );
  });
});

describe('what a step costs', () => {
  it('is counted from the plan', async () => {
    const task = { family: 'imageMlp', dataset: 'digits8', hidden: [16], batchSize: 32 };
    const { flops, bytes } = await gallery.cost(task);
    // Two products forward, one back to the hidden layer, two for the weights: 2·batch·in·out each.
    const products = 2 * 32 * (2 * 64 * 16 + 3 * 16 * 10);
    expect(flops).toBeGreaterThan(products);
    expect(flops).toBeLessThan(1.2 * products);
    const parameters = 64 * 16 + 16 + 16 * 10 + 10;
    expect(bytes).toBeGreaterThan(4 * (2 * parameters + 32 * 64));
  });

  it('of byte pairs needs no learning of them', async () => {
    const started = performance.now();
    const task = { family: 'rnnLm', vocabulary: 9000, length: 2, batchSize: 4, hidden: 8 };
    expect((await gallery.cost(task)).flops).toBeGreaterThan(2 * 8 * 8 * 9000);
    // Learning them takes a hundred times as long as this.
    expect(performance.now() - started).toBeLessThan(20_000);
  });

  it('is refused, with what to do, where finding it would take too long', async () => {
    const large = { family: 'rnnLm', vocabulary: 9000, length: 400, batchSize: 256 };
    await expect(gallery.cost(large)).rejects.toThrow('too many to be planned for a list');
    const task = await createTask(decodeTask({ family: 'quadratic' }), {
      seed: 0,
      dataDir: DATA_DIR,
    });
    expect(() => taskCost(task, 10)).toThrow(/a step has \d+ operations; up to 10 are planned/);
    expect(taskCost(task, 200).parameters).toBe(10);
  });
});

describe('a look at the data', () => {
  it('shows images as stored, one of each class in turn', async () => {
    const sample = await sampleOf('images', { family: 'imageMlp', dataset: 'digits8' });
    expect(sample).toMatchObject({ height: 8, width: 8, channels: 1, classes: 10 });
    expect(sample.labels.slice(0, 10)).toEqual(['0', '1', '2', '3', '4', '5', '6', '7', '8', '9']);
    expect(sample.labels).toHaveLength(16);
    const stored = unpacked('digits8/images-idx3-ubyte.gz').subarray(16);
    const labels = unpacked('digits8/labels-idx1-ubyte.gz').subarray(8);
    sample.labels.forEach((label, i) => {
      const image = Buffer.from(sample.pixels.subarray(i * 64, (i + 1) * 64));
      const at = stored.indexOf(image);
      expect(at % 64).toBe(0);
      expect(String(labels[at / 64])).toBe(label);
    });
  });

  it('shows images in the size and colours of the task', async () => {
    const task = { family: 'imageConv', dataset: 'emoji9', imageSize: 12, grey: true };
    const sample = await sampleOf('images', task);
    expect(sample).toMatchObject({ height: 12, width: 12, channels: 1, classes: 9 });
    expect(sample.pixels).toHaveLength(16 * 144);
    expect(sample.labels[0]).toBe('Smileys & Emotion');
  });

  it.each([259, 400])('cuts documents at tokens of a vocabulary of %i', async (vocabulary) => {
    const sample = await sampleOf('text', { family: 'rnnLm', vocabulary, length: 40 });
    expect(sample.documents).toHaveLength(4);
    const text = unpacked('text/gutenberg-small.txt.gz').toString('latin1').replace(/\n/g, ' ');
    const longest = Math.max(...sample.documents.flat().map(({ length }) => length));
    expect(longest).toBe(vocabulary === 259 ? 1 : longest);
    expect(longest > 1).toBe(vocabulary > 259);
    for (const tokens of sample.documents) {
      expect(tokens.length).toBeLessThanOrEqual(41);
      expect(text).toContain(tokens.join(''));
    }
  });

  it('shows rows with the names of columns and classes', async () => {
    const sample = await sampleOf('table', {
      family: 'tabularMlp',
      dataset: 'iris',
      batchSize: 15,
    });
    expect(sample.columns).toHaveLength(4);
    expect(new Set(sample.labels)).toEqual(new Set(['setosa', 'versicolor', 'virginica']));
    const lines = unpacked('tabular/iris.csv.gz').toString().split(/\r?\n/);
    const names = ['setosa', 'versicolor', 'virginica'];
    sample.labels.forEach((label, row) => {
      const numbers = [...sample.values.subarray(4 * row, 4 * row + 4)];
      const isIn = lines.some((line) => {
        const cells = line.split(',').map(Number);
        return (
          names[cells[4] ?? -1] === label &&
          numbers.every((value, i) => Math.abs(value - cells[i]!) < 1e-5)
        );
      });
      expect(isIn, `${numbers.join(', ')}: ${label}`).toBe(true);
    });
  });

  it.each([
    ['rosenbrock', (x: number, y: number) => (1 - x) ** 2 + 100 * (y - x * x) ** 2, [1, 1]],
    [
      'beale',
      (x: number, y: number) =>
        (1.5 - x + x * y) ** 2 + (2.25 - x + x * y * y) ** 2 + (2.625 - x + x * y ** 3) ** 2,
      [3, 0.5],
    ],
  ] as const)('shows %s over the plane', async (family, value, minimum) => {
    const { x, y, columns, rows, ...sample } = await sampleOf('plane', { family });
    expect(sample.minimum).toEqual(minimum);
    for (const [column, row] of [
      [0, 0],
      [17, 50],
      [columns - 1, rows - 1],
    ] as const) {
      const px = x[0] + ((column + 0.5) / columns) * (x[1] - x[0]);
      const py = y[1] - ((row + 0.5) / rows) * (y[1] - y[0]);
      const shown = sample.values[row * columns + column]!;
      expect(Math.abs(shown - value(px, py))).toBeLessThan(1e-6 * (1 + value(px, py)));
    }
  });

  it("shows a quadratic's curvatures from 1/condition to 1", async () => {
    const task = { family: 'quadratic', dimension: 500, condition: 1000 };
    const { eigenvalues, dimension } = await sampleOf('spectrum', task);
    expect(dimension).toBe(500);
    expect(eigenvalues).toHaveLength(200);
    expect(eigenvalues[0]).toBeCloseTo(1e-3, 9);
    expect(eigenvalues.at(-1)).toBeCloseTo(1, 6);
    expect([...eigenvalues]).toEqual([...eigenvalues].sort((a, b) => a - b));
  });

  it('of a wrapped task is that of the task inside', async () => {
    const inner = { family: 'imageMlp', dataset: 'mnist', imageSize: 8 };
    const wrapped = await gallery.sample({ family: 'esGradient', task: inner });
    expect(wrapped).toEqual(await gallery.sample(inner));
  });
});
