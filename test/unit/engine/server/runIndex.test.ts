import * as fs from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { Job, JobFailure } from '../../../../src/engine/server/jobs';
import { RunIndex } from '../../../../src/engine/server/runIndex';
import type { RunsChange } from '../../../../src/engine/server/runIndex';
import {
  createRun,
  reserveRun,
  runsDirectory,
  writeRunSummary,
} from '../../../../src/storage/index';
import {
  SUMMARY,
  exampleCheckpoint,
  exampleConfig,
  exampleRun,
  temporaryFolder,
} from '../../storage/runFixtures';

function indexed(root = temporaryFolder()) {
  const jobs = new Map<string, Job>();
  const failures = new Map<string, JobFailure>();
  const index = new RunIndex(root, {
    job: (id) => jobs.get(id),
    failure: (id) => failures.get(id),
  });
  const changes: RunsChange[] = [];
  index.onChange((change) => changes.push(change));
  onTestFinished(() => {
    index.unfollow();
  });
  const told = (): string[] =>
    changes
      .splice(0)
      .flatMap(({ changed, removed }) => [
        ...changed.map(({ runId, state }) => `${runId} ${state}`),
        ...removed.map((id) => `${id} gone`),
      ]);
  return { root, index, jobs, failures, told };
}

/** Long enough ago that its time is taken for its content's. */
function age(root: string, id: string, seconds: number): void {
  const then = new Date(Date.now() - seconds * 1000);
  fs.utimesSync(join(runsDirectory(root), id), then, then);
}

describe('the index of runs', () => {
  it('lists what is there, oldest first, and says what is no run', async () => {
    const { root, index } = indexed();
    for (const name of ['b', 'a']) createRun(root, exampleRun(name)).close();
    fs.mkdirSync(join(runsDirectory(root), 'empty'));
    fs.mkdirSync(join(runsDirectory(root), '.deleted-x'));
    fs.mkdirSync(join(runsDirectory(root), 'broken'));
    fs.writeFileSync(join(runsDirectory(root), 'broken', 'config.json'), '{');
    const { runs, warnings } = await index.list();
    expect(runs.map(({ runId, state, owner }) => [runId, state, owner])).toEqual([
      ['a-1', 'interrupted', 'nobody'],
      ['b-1', 'interrupted', 'nobody'],
    ]);
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toContain(join('broken', 'config.json'));
  });

  it('of a workspace without runs is empty', async () => {
    expect(await indexed().index.list()).toEqual({ runs: [], warnings: [] });
  });

  it('tells once of what is new, changed or gone, and nothing of the rest', async () => {
    const { root, index, told } = indexed();
    const { directory } = reserveRun(root, exampleConfig('a'));
    reserveRun(root, exampleConfig('b'));
    await index.scan();
    expect(told().sort()).toEqual(['a-1 queued', 'b-1 queued']);
    await index.scan();
    expect(told()).toEqual([]);
    writeRunSummary(directory, { ...SUMMARY, state: 'failed', message: 'no' });
    fs.rmSync(join(runsDirectory(root), 'b-1'), { recursive: true });
    await index.scan();
    expect(told().sort()).toEqual(['a-1 failed', 'b-1 gone']);
    expect(index.get('a-1')).toMatchObject({ message: 'no', canResume: false });
  });

  it('reads a folder again only when it was touched', async () => {
    const { root, index, told } = indexed();
    const { directory } = reserveRun(root, exampleConfig('a'));
    age(root, 'a-1', 60);
    await index.scan();
    told();
    // Behind its back: what is written in place does not touch the folder.
    fs.writeFileSync(
      join(directory, 'summary.json'),
      JSON.stringify({ ...SUMMARY, state: 'stopped' }),
    );
    await index.scan();
    expect(told()).toEqual([]);
    age(root, 'a-1', 30);
    await index.scan();
    expect(told()).toEqual(['a-1 stopped']);
  });

  it('lays what a job knows over what the disk says', async () => {
    const { root, index, jobs, failures, told } = indexed();
    const run = createRun(root, exampleRun('a'));
    run.saveCheckpoint(exampleCheckpoint(4));
    await index.scan();
    expect(index.get('a-1')).toMatchObject({
      state: 'running',
      owner: 'engine',
      checkpointStep: 4,
    });
    const summary = {
      ...SUMMARY,
      step: 7,
      trainLoss: 0.5,
      heldOut: { step: 6, split: 'test', loss: 2 },
    };
    jobs.set('a-1', { runId: 'a-1', mode: 'start', state: 'paused', summary, device: 'wasm simd' });
    told();
    index.jobChanged('a-1');
    expect(told()).toEqual(['a-1 paused']);
    expect(index.get('a-1')).toMatchObject({
      step: 7,
      trainLoss: 0.5,
      heldOutLoss: 2,
      device: 'wasm simd',
      canResume: false,
    });
    run.close();
    jobs.clear();
    failures.set('a-1', { kind: 'told', message: 'no disk', mode: 'resume' });
    index.jobChanged('a-1');
    expect(index.get('a-1')).toMatchObject({
      state: 'failed',
      message: 'no disk',
      canResume: true,
      owner: 'nobody',
    });
  });

  it('knows how far a run of another process is from its log', async () => {
    const { root, index } = indexed();
    const run = createRun(root, exampleRun('a'));
    for (let step = 0; step < 5; step++) run.appendMetric({ step, loss: step, seconds: step / 10 });
    run.flush();
    const lock = join(run.directory, 'lock.json');
    const own = JSON.parse(fs.readFileSync(lock, 'utf8')) as object;
    fs.writeFileSync(lock, JSON.stringify({ ...own, host: 'elsewhere' }));
    await index.scan();
    expect(index.get('a-1')).toMatchObject({ owner: 'other', step: 5, trainLoss: 2, seconds: 0.4 });
    run.appendMetric({ step: 5, loss: 11 });
    run.flush();
    await index.scan();
    expect(index.get('a-1')).toMatchObject({ step: 6, trainLoss: 3.5 });
    fs.rmSync(lock);
    await index.scan();
    expect(index.get('a-1')).toMatchObject({ owner: 'nobody', state: 'interrupted', step: 6 });
    run.close();
  });

  it('notices by itself what comes while it follows', async () => {
    const { root, index, told } = indexed();
    index.follow();
    await index.list();
    reserveRun(root, exampleConfig('a'));
    const end = performance.now() + 10_000;
    while (index.get('a-1') === undefined && performance.now() < end) {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    expect(told()).toEqual(['a-1 queued']);
  });
});
