import * as fs from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { RunEntry } from '../../../../src/protocol/live/index';
import { SeriesCursor, thinningFor } from '../../../../src/engine/server/seriesCursor';
import { SeriesLog } from '../../../../src/engine/server/seriesLog';
import { temporaryFolder } from '../../storage/runFixtures';

const ENTRY: RunEntry = {
  runId: 'a-1',
  name: 'a',
  directory: '/a-1',
  state: 'running',
  owner: 'engine',
  canResume: false,
  step: 0,
  numSteps: 10,
  trainLoss: null,
  heldOutLoss: null,
  heldOutAccuracy: null,
  task: 'beale',
  optimizer: 'adam 0.001',
  handMade: false,
  seconds: 0,
  msPerStep: null,
  checkpointStep: null,
};

function logged() {
  const folder = temporaryFolder();
  const path = join(folder, 'metrics.jsonl');
  const write = (...metrics: object[]): void => {
    fs.appendFileSync(path, metrics.map((metric) => `${JSON.stringify(metric)}\n`).join(''));
  };
  return { log: new SeriesLog(folder), path, write };
}

describe('what a watch of a run is sent', () => {
  it('is everything at first, then what is new, then nothing', async () => {
    const { log, write } = logged();
    const cursor = new SeriesCursor();
    write({ step: 0, loss: 4, seconds: 0.5 }, { step: 0, split: 'test', loss: 3, accuracy: 0.25 });
    await log.pull();
    expect(cursor.next(log, ENTRY, true)).toMatchObject({
      reset: true,
      thinnedBy: 1,
      steps: new Uint32Array([0]),
      losses: new Float32Array([4]),
      seconds: new Float32Array([0.5]),
      heldOutSteps: new Uint32Array([0]),
      heldOutAccuracies: new Float32Array([0.25]),
      heldOutSeconds: new Float32Array([NaN]),
    });
    expect(cursor.next(log, ENTRY, true)).toBeUndefined();
    write({ step: 1, loss: null });
    await log.pull();
    const update = cursor.next(log, ENTRY, true);
    expect(update).toMatchObject({ reset: false, losses: new Float32Array([NaN]) });
    expect(update?.heldOutSteps).toHaveLength(0);
  });

  it('of a run without metrics is an empty beginning, and its entry when that changes', async () => {
    const { log } = logged();
    const cursor = new SeriesCursor();
    await log.pull();
    expect(cursor.next(log, ENTRY, true)).toMatchObject({ reset: true, steps: new Uint32Array(0) });
    const paused = { ...ENTRY, state: 'paused' } as const;
    expect(cursor.next(log, paused, true)).toMatchObject({ reset: false, entry: paused });
  });

  it('begins anew when the log was cut', async () => {
    const { log, path, write } = logged();
    const cursor = new SeriesCursor();
    write({ step: 0, loss: 4 }, { step: 1, loss: 3 });
    await log.pull();
    cursor.next(log, ENTRY, true);
    fs.writeFileSync(path, '');
    write({ step: 0, loss: 4 });
    await log.pull();
    expect(cursor.next(log, ENTRY, true)).toMatchObject({
      reset: true,
      losses: new Float32Array([4]),
    });
  });
});

describe('a run of very many points', () => {
  it('is thinned by powers of two', () => {
    expect([10, 250_000, 250_001, 500_000, 500_001].map((n) => thinningFor(n, 250_000))).toEqual([
      1, 1, 2, 2, 4,
    ]);
  });

  it('keeps lowest and highest of each part, and what is not finite', () => {
    const log = new SeriesLog('/nowhere');
    const count = 600_000;
    for (let step = 0; step < count; step++) {
      log.steps.push(step);
      log.losses.push(step === 123_457 ? NaN : step === 400_001 ? 1000 : step % 8);
      log.seconds.push(step / 1000);
    }
    const cursor = new SeriesCursor();
    const update = cursor.next(log, ENTRY, true)!;
    expect(update.thinnedBy).toBe(4);
    expect(update.steps).toHaveLength(count / 4);
    expect([...update.steps.subarray(0, 4)]).toEqual([0, 7, 8, 15]);
    expect(update.steps).toContain(123_457);
    expect(update.losses[update.steps.indexOf(123_457)]).toBeNaN();
    expect(update.losses[update.steps.indexOf(400_001)]).toBe(1000);
    // A part at the end waits until it is whole, or until the run is over.
    for (let step = count; step < count + 5; step++) {
      log.steps.push(step);
      log.losses.push(step);
      log.seconds.push(0);
    }
    expect(cursor.next(log, ENTRY, true)).toBeUndefined();
    expect([...(cursor.next(log, ENTRY, false)?.steps ?? [])]).toEqual([count, count + 4]);
  });
});
