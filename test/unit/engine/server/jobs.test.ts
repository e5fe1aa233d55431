import { describe, expect, it, vi } from 'vitest';
import type { RunSummary } from '../../../../src/protocol/index';
import { Jobs } from '../../../../src/engine/server/jobs';
import type { JobFailure, WorkerListener } from '../../../../src/engine/server/jobs';

const SUMMARY: RunSummary = {
  state: 'running',
  step: 3,
  numSteps: 9,
  trainLoss: 1,
  seconds: 1,
  msPerStep: 1,
};

/** Jobs whose trainings are played by the test. */
function played(maxRunning = 1) {
  const workers = new Map<string, WorkerListener & { sent: string[] }>();
  const queues: (readonly string[])[] = [];
  const failures: (JobFailure & { runId: string })[] = [];
  let isDiskFull = false;
  const jobs = new Jobs({
    launch: (runId, _mode, listener) => {
      const sent: string[] = [];
      workers.set(runId, { ...listener, sent });
      return {
        send: (command) => sent.push(command),
        terminate: () => {
          listener.onExit('terminated');
        },
      };
    },
    saveQueue: (runIds) => {
      if (isDiskFull) throw new Error('full');
      queues.push(runIds);
    },
    onFailure: (runId, failure) => failures.push({ runId, ...failure }),
    patienceMs: 1000,
  });
  jobs.maxRunning = maxRunning;
  const states = (): string => jobs.all.map(({ runId, state }) => `${runId} ${state}`).join(', ');
  const fill = (): void => {
    isDiskFull = true;
  };
  return { jobs, workers, queues, failures, states, fill };
}

describe('a queue of trainings', () => {
  it('begins the next one when one ends, in order, and keeps what waits on the disk', () => {
    const { jobs, workers, queues, states } = played();
    for (const id of ['a', 'b', 'c']) jobs.add(id, 'start');
    expect(states()).toBe('a starting, b queued, c queued');
    expect(queues.at(-1)).toEqual(['b', 'c']);
    workers.get('a')?.onReport({ type: 'started', device: 'cpu', why: '' });
    expect(states()).toBe('a running, b queued, c queued');
    workers.get('a')?.onExit();
    expect(states()).toBe('b starting, c queued');
    expect(queues.at(-1)).toEqual(['c']);
  });

  it('has as many at work as it may, and begins more when it may have more', () => {
    const { jobs, states } = played(2);
    for (const id of ['a', 'b', 'c', 'd']) jobs.add(id, 'start');
    expect(states()).toBe('a starting, b starting, c queued, d queued');
    jobs.maxRunning = 3;
    expect(states()).toBe('a starting, b starting, c starting, d queued');
    jobs.maxRunning = 1;
    expect(states()).toContain('b starting');
  });

  it('keeps the place of a paused one, and its state while it steps', () => {
    const { jobs, workers, states } = played();
    jobs.add('a', 'start');
    jobs.add('b', 'start');
    expect(() => {
      jobs.control('b', 'hold');
    }).toThrow('run b waits for its turn and cannot pause');
    jobs.control('a', 'hold');
    expect(() => {
      jobs.control('a', 'step');
    }).toThrow('run a is starting, not paused');
    workers.get('a')?.onReport({ type: 'held', summary: SUMMARY });
    jobs.control('a', 'step');
    expect(workers.get('a')?.sent).toEqual(['hold', 'step']);
    expect(states()).toBe('a paused, b queued');
    expect(jobs.get('a')?.summary?.step).toBe(3);
    workers.get('a')?.onReport({ type: 'progress', summary: SUMMARY });
    expect(states()).toBe('a running, b queued');
    expect(() => {
      jobs.control('x', 'hold');
    }).toThrow('run x is not being trained');
  });

  it('takes in a run once, and not at all where its queue cannot be kept', () => {
    const { jobs, fill, states } = played();
    jobs.add('a', 'start');
    expect(() => {
      jobs.add('a', 'resume');
    }).toThrow('run a is starting already');
    fill();
    expect(() => {
      jobs.add('b', 'start');
    }).toThrow('full');
    expect(states()).toBe('a starting');
  });

  it('tells why a training ended otherwise than by itself', () => {
    const { jobs, workers, failures } = played(3);
    for (const id of ['a', 'b', 'c']) jobs.add(id, 'start');
    workers.get('a')?.onReport({ type: 'failed', error: { code: 'data', message: 'no data' } });
    workers.get('a')?.onExit();
    workers.get('b')?.onExit('out of memory');
    workers.get('c')?.onReport({ type: 'ended', summary: SUMMARY });
    workers.get('c')?.onExit();
    expect(failures).toEqual([
      { runId: 'a', kind: 'told', message: 'no data', mode: 'start' },
      {
        runId: 'b',
        kind: 'crashed',
        message: 'Its thread broke down: out of memory',
        mode: 'start',
      },
    ]);
  });

  it('ends one by force that does not obey', () => {
    vi.useFakeTimers();
    try {
      const { jobs, workers, failures, states } = played();
      jobs.add('a', 'start');
      expect(jobs.stop('a')).toBe(false);
      expect(jobs.stop('a')).toBe(false);
      expect(workers.get('a')?.sent).toEqual(['stop']);
      vi.advanceTimersByTime(1001);
      expect(failures).toMatchObject([{ runId: 'a', kind: 'killed' }]);
      expect(states()).toBe('');
    } finally {
      vi.useRealTimers();
    }
  });

  it('begins nothing more while it closes, and leaves what waits in its file', async () => {
    const { jobs, workers, queues, states } = played();
    jobs.add('a', 'start');
    jobs.add('b', 'start');
    let isClosed = false;
    const closed = jobs.close().then(() => (isClosed = true));
    expect(workers.get('a')?.sent).toEqual(['pause']);
    await Promise.resolve();
    expect(isClosed).toBe(false);
    workers.get('a')?.onExit();
    await closed;
    expect(states()).toBe('b queued');
    expect(queues.at(-1)).toEqual(['b']);
  });
});
