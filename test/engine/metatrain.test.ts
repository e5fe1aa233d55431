/** Meta-trainings whose workers die, whose tasks cannot be trained, and whose memory is short. */
import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startMetaTraining } from '../../src/engine/index';
import type { MetaEvent, NewMetaOptions } from '../../src/engine/index';
import { checkMetaConfig } from '../../src/protocol/index';
import type { MetaConfig } from '../../src/protocol/index';
import { readMetaIterations, readMetaValidations } from '../../src/storage/index';
import { bundleOf } from '../support/bundles';
import { TINY_META } from '../support/tinyMeta';
import { ROOT } from './trainingSupport';

const folder = fs.mkdtempSync(join(tmpdir(), 'velo-metatrain-engine-'));
let script: string;
beforeAll(async () => {
  script = await bundleOf('src/engine/workers/main.ts', 'engineWorker.cjs');
});
afterAll(() => {
  fs.rmSync(folder, { recursive: true, force: true });
});

const SHORT = { ...TINY_META, iterations: 4, validation: { every: 2, tasks: 2, lengths: [10] } };

function configOf(value: object): MetaConfig {
  const { config, problems } = checkMetaConfig(value);
  expect(problems).toBeUndefined();
  return config!;
}

async function train(value: object, changes: Partial<NewMetaOptions> = {}) {
  const events: MetaEvent[] = [];
  const root = fs.mkdtempSync(join(folder, 'case-'));
  const result = await startMetaTraining({
    config: configOf(value),
    root,
    services: { dataDir: join(ROOT, 'media', 'data'), weightsDir: folder, version: '0' },
    workers: 2,
    workerScript: script,
    onEvent: (event) => events.push(event),
    ...changes,
  });
  const iterations = readMetaIterations(result.directory);
  const validations = readMetaValidations(result.directory);
  return {
    iterations: iterations.map((one) => ({ ...one, seconds: 0, busy: 0 })),
    validations: validations.map((one) => ({ ...one, seconds: 0 })),
    warnings: events.flatMap((event) => (event.type === 'warning' ? [event.text] : [])),
    events,
  };
}

/** A worker's program whose thread ends in the middle of a turn, each of which looks at the clock, once. */
function dying(died: string): string {
  const file = join(folder, 'dies.cjs');
  const before = `
    const { existsSync, writeFileSync } = require('node:fs');
    const { parentPort } = require('node:worker_threads');
    let isPlaying = false;
    parentPort.on('message', ({ method }) => { isPlaying = method === 'play'; });
    const now = performance.now.bind(performance);
    let looks = 0;
    performance.now = () => {
      if (isPlaying && ++looks === 60 && !existsSync(${JSON.stringify(died)})) {
        writeFileSync(${JSON.stringify(died)}, '');
        process.exit(7);
      }
      return now();
    };`;
  fs.writeFileSync(file, `${before}\nrequire(${JSON.stringify(script)});\n`);
  return file;
}

describe('a meta-training', () => {
  it('learns the same bits though a worker dies in the middle', async () => {
    const whole = await train(SHORT);
    const died = join(folder, 'died');
    const broken = await train(SHORT, { workerScript: dying(died) });
    expect(fs.existsSync(died)).toBe(true);
    expect(broken.warnings).toEqual([expect.stringMatching(/^a worker broke down: /)]);
    expect(whole.warnings).toEqual([]);
    expect(broken.iterations).toEqual(whole.iterations);
    expect(broken.validations).toEqual(whole.validations);
  });

  it('counts trainings that cannot be made as the worst, and tells of them once', async () => {
    const [good] = TINY_META.tasks.metaTrain;
    const bad = { task: { ...good.task, batchSize: 60_000 } };
    const tasks = { ...TINY_META.tasks, metaTrain: [good, bad] };
    const { iterations, warnings } = await train({ ...SHORT, tasks });
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toMatch(/^member \d \(digits8, seed \d+\): batchSize is 60000/);
    const pairs = iterations.flatMap((one) => one.pairs);
    const failed = pairs.filter(({ entry }) => entry === 1);
    expect(failed.length).toBeGreaterThan(2);
    expect(failed.every((one) => one.diverged === 2 && one.difference === 0)).toBe(true);
    expect(pairs.some(({ entry, diverged }) => entry === 0 && diverged === 0)).toBe(true);
    expect(iterations.every(({ loss }) => Number.isFinite(loss))).toBe(true);
  });

  it('says what it will take before it starts', async () => {
    const { events } = await train(SHORT);
    expect(events.slice(0, 3).map(({ type }) => type)).toEqual([
      'forecast',
      'opened',
      'validationTasks',
    ]);
    const [first] = events;
    const { forecast } = first as Extract<MetaEvent, { type: 'forecast' }>;
    // 4 pairs of lengths from 5 to 30.
    expect(forecast.innerSteps).toBeGreaterThan(8 * 8);
    expect(forecast.innerSteps).toBeLessThan(8 * 22);
    expect(forecast.iterations).toBe(4);
    expect(forecast.secondsPerIteration).toBeGreaterThan(0);
    expect(forecast.seconds).toBeGreaterThan(
      4 * forecast.secondsPerIteration + forecast.secondsBefore,
    );
    expect([forecast.memberBytes, forecast.workerBytes > 1e4]).toEqual([0, true]);
  });

  it('refuses to start where memory is short, and leaves nothing', async () => {
    const root = fs.mkdtempSync(join(folder, 'case-'));
    await expect(train(SHORT, { root, memoryLimit: 1e5 })).rejects.toThrow(
      /^the meta-training needs about \d+ MB on 2 workers, expected at most 1$/,
    );
    expect(fs.readdirSync(root)).toEqual([]);
  });
});
