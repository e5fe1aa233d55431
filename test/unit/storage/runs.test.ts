import { spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  createRun,
  findRun,
  listRuns,
  readRun,
  readRunMetrics,
  resumeRun,
  runsDirectory,
} from '../../../src/storage/index';
import {
  SUMMARY,
  exampleCheckpoint,
  exampleConfig,
  exampleRun,
  temporaryFolder,
} from './runFixtures';

/** Process id that no process has any more. */
function deadPid(): number {
  return spawnSync(process.execPath, ['-e', '']).pid;
}

function writeLock(directory: string, pid: number, processStart: string | null = null): void {
  const lock = { pid, host: hostname(), processStart, since: '2026-11-24T12:00:00.000Z' };
  fs.writeFileSync(join(directory, 'lock.json'), JSON.stringify(lock));
}

describe('createRun', () => {
  it('numbers runs of one name and keeps the name readable', () => {
    const root = temporaryFolder();
    const ids = ['Fashion MNIST, älter', 'Fashion MNIST, älter', 'x'].map((name) => {
      const run = createRun(root, exampleRun(name));
      run.close();
      return run.id;
    });
    expect(ids).toEqual(['fashion-mnist-alter-1', 'fashion-mnist-alter-2', 'x-1']);
  });

  it('never hands out a number again that a later run has passed', () => {
    const root = temporaryFolder();
    fs.mkdirSync(join(runsDirectory(root), 'valley-7'), { recursive: true });
    const run = createRun(root, exampleRun());
    run.close();
    expect(run.id).toBe('valley-8');
  });

  it('writes a config that reads back equal', () => {
    const root = temporaryFolder();
    const run = createRun(root, exampleRun());
    run.close();
    expect(readRun(run.directory).config).toEqual(exampleConfig());
    expect(readRun(run.directory).environment?.device).toBe('cpu');
  });

  it('leaves nothing but the run itself', () => {
    const root = temporaryFolder();
    const run = createRun(root, exampleRun());
    run.saveCheckpoint(exampleCheckpoint(3));
    run.close();
    expect(fs.readdirSync(run.directory).sort()).toEqual([
      'checkpoints',
      'config.json',
      'env.json',
      'metrics.jsonl',
      'summary.json',
    ]);
    expect(fs.readdirSync(join(run.directory, 'checkpoints')).sort()).toEqual([
      'LATEST',
      'step-000003.safetensors',
    ]);
  });
});

describe('the state of a run', () => {
  it('is running while its writer lives and interrupted once the writer is gone', () => {
    const root = temporaryFolder();
    const run = createRun(root, exampleRun());
    expect(readRun(run.directory).state).toBe('running');
    writeLock(run.directory, deadPid());
    expect(readRun(run.directory).state).toBe('interrupted');
  });

  it('is interrupted when another process has got the id of the writer', () => {
    const root = temporaryFolder();
    const run = createRun(root, exampleRun());
    writeLock(run.directory, process.pid, '1');
    expect(readRun(run.directory).state).toBe(
      process.platform === 'linux' ? 'interrupted' : 'running',
    );
  });

  it.each(['finished', 'diverged', 'stopped', 'paused', 'failed'] as const)(
    'is %s once the summary says so',
    (state) => {
      const run = createRun(temporaryFolder(), exampleRun());
      run.writeSummary({ ...SUMMARY, state });
      run.close();
      expect(readRun(run.directory).state).toBe(state);
    },
  );

  it('survives a broken summary, with a warning', () => {
    const run = createRun(temporaryFolder(), exampleRun());
    run.close();
    fs.writeFileSync(join(run.directory, 'summary.json'), '{"state":');
    const record = readRun(run.directory);
    expect(record.state).toBe('interrupted');
    expect(record.warnings).toHaveLength(1);
    expect(record.warnings[0]).toContain('summary.json: expected JSON');
  });
});

describe('resumeRun', () => {
  const started = () => {
    const run = createRun(temporaryFolder(), exampleRun());
    for (let step = 0; step < 6; step++) {
      if (step === 3) run.saveCheckpoint(exampleCheckpoint(3));
      if (step === 3) run.appendMetric({ step, split: 'test', loss: 9 });
      run.appendMetric({ step, loss: step / 2 });
    }
    run.close();
    return run.directory;
  };

  it('goes on after the checkpoint and drops the metrics behind it', () => {
    const directory = started();
    const { run, config, checkpoint, warnings } = resumeRun(directory);
    expect(warnings).toEqual([]);
    expect(config).toEqual(exampleConfig());
    expect(checkpoint).toMatchObject({ step: 3, metadata: { progress: 'at 3' } });
    expect([...(checkpoint.tensors.x?.data ?? [])]).toEqual([3, 3.5]);
    run.appendMetric({ step: 3, loss: 77 });
    run.close();
    expect(readRunMetrics(directory).metrics).toEqual([
      { step: 0, loss: 0 },
      { step: 1, loss: 0.5 },
      { step: 2, loss: 1 },
      { step: 3, loss: 77 },
    ]);
  });

  it('refuses a run that a living process writes, and leaves it alone', () => {
    const directory = started();
    const { run } = resumeRun(directory);
    expect(() => resumeRun(directory)).toThrow(
      new RegExp(`run valley-1 is being written by process ${process.pid} since`),
    );
    run.appendMetric({ step: 3, loss: 5 });
    run.close();
    expect(readRunMetrics(directory).metrics.at(-1)).toEqual({ step: 3, loss: 5 });
  });

  it('takes over from a process that is gone, and from a lock that is no lock', () => {
    const directory = started();
    writeLock(directory, deadPid());
    resumeRun(directory).run.close();
    fs.writeFileSync(join(directory, 'lock.json'), '');
    resumeRun(directory).run.close();
    expect(fs.existsSync(join(directory, 'lock.json'))).toBe(false);
  });

  it('refuses a run without a checkpoint and gives the lock back', () => {
    const directory = started();
    fs.rmSync(join(directory, 'checkpoints'), { recursive: true });
    expect(() => resumeRun(directory)).toThrow(
      'run valley-1 has no usable checkpoint: there is none',
    );
    expect(fs.existsSync(join(directory, 'lock.json'))).toBe(false);
  });

  it('names the place of a broken config', () => {
    const directory = started();
    fs.writeFileSync(join(directory, 'config.json'), '{ "task": 3 }');
    expect(() => resumeRun(directory)).toThrow(/config\.json:1:11: task must be an object/);
  });
});

describe('findRun', () => {
  const workspace = () => {
    const root = temporaryFolder();
    for (const name of ['fashion', 'fashion', 'digits']) createRun(root, exampleRun(name)).close();
    for (let i = 3; i <= 10; i++) createRun(root, exampleRun('fashion')).close();
    return root;
  };

  it('finds by id, by the beginning of one id and by path', () => {
    const root = workspace();
    const expected = join(runsDirectory(root), 'digits-1');
    expect(findRun(root, 'digits-1')).toBe(expected);
    expect(findRun(root, 'd')).toBe(expected);
    expect(findRun('/', expected)).toBe(expected);
  });

  it('takes a whole id though others begin with it', () => {
    const root = workspace();
    expect(findRun(root, 'fashion-1')).toBe(join(runsDirectory(root), 'fashion-1'));
  });

  it.each([
    ['fash', '"fash" could be fashion-1'],
    ['digist-1', 'there is no run called "digist-1"; did you mean "digits-1"?'],
    ['', 'there is no run called ""'],
    ['some/where', 'some/where is not the folder of a run: it has no config.json'],
  ])('refuses %s', (reference, message) => {
    expect(() => findRun(workspace(), reference)).toThrow(message);
  });

  it('says when there are no runs at all', () => {
    expect(() => findRun(temporaryFolder(), 'x')).toThrow(/has no runs$/);
  });
});

describe('listRuns', () => {
  it('lists what can be read and names what cannot', () => {
    const root = temporaryFolder();
    createRun(root, exampleRun('a')).close();
    createRun(root, exampleRun('b')).close();
    fs.mkdirSync(join(runsDirectory(root), 'empty'));
    fs.writeFileSync(join(runsDirectory(root), 'b-1', 'config.json'), 'nonsense');
    const { runs, warnings } = listRuns(root);
    expect(runs.map(({ id }) => id)).toEqual(['a-1']);
    expect(warnings).toHaveLength(2);
    expect(warnings.join('\n')).toMatch(/b-1.config\.json:1:1: .*\n.*empty.config\.json/);
  });

  it('lists nothing where nothing is', () => {
    expect(listRuns(temporaryFolder())).toEqual({ runs: [], warnings: [] });
  });
});
