import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Heartbeat } from '../../../src/client/heartbeat';
import { RestartBudget } from '../../../src/client/restartBudget';

describe('the budget of restarts', () => {
  it('waits longer each time, ends, and comes back with time or on request', () => {
    const budget = new RestartBudget([1, 10, 100], 1000);
    expect([0, 5, 20, 50].map((now) => budget.take(now))).toEqual([1, 10, 100, undefined]);
    expect(budget.take(1001)).toBe(100);
    expect(budget.take(5000)).toBe(1);
    budget.take(5001);
    budget.reset();
    expect(budget.take(5002)).toBe(1);
  });
});

describe('the heartbeat', () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it('calls an engine hung after two pings in a row without an answer, not after one', async () => {
    const answers = [true, false, true, false, false];
    let asked = 0;
    const onHung = vi.fn();
    const ping = (): Promise<void> =>
      (answers[asked++] ?? true) ? Promise.resolve() : Promise.reject(new Error('late'));
    new Heartbeat(ping, onHung, { pingEveryMs: 100 });
    await vi.advanceTimersByTimeAsync(450);
    expect(asked).toBe(4);
    expect(onHung).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(100);
    expect(onHung).toHaveBeenCalledOnce();
    await vi.advanceTimersByTimeAsync(1000);
    expect(asked).toBe(5);
  });

  it('asks no more once it is stopped, and blames nobody', async () => {
    const onHung = vi.fn();
    const ping = vi.fn(() => Promise.reject(new Error('late')));
    const heartbeat = new Heartbeat(ping, onHung, { pingEveryMs: 100 });
    await vi.advanceTimersByTimeAsync(150);
    heartbeat.stop();
    await vi.advanceTimersByTimeAsync(1000);
    expect(ping).toHaveBeenCalledOnce();
    expect(onHung).not.toHaveBeenCalled();
  });
});
