import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Lifetime } from '../../../../src/engine/server/lifetime';
import { Paced } from '../../../../src/engine/server/paced';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

describe('paced messages', () => {
  it('come at most so often, however often they are asked for, and the last news is told', async () => {
    let news = 0;
    const sent: number[] = [];
    const paced = new Paced<number>({
      make: () => Promise.resolve(news),
      send: (message) => {
        sent.push(message);
        return Promise.resolve();
      },
      onError: () => undefined,
      everyMs: 50,
    });
    for (let ms = 0; ms < 1000; ms += 5) {
      news += 1;
      paced.poke();
      await vi.advanceTimersByTimeAsync(5);
    }
    await vi.advanceTimersByTimeAsync(100);
    expect(sent.length).toBeGreaterThan(15);
    expect(sent.length).toBeLessThanOrEqual(21);
    expect(sent.at(-1)).toBe(news);
  });

  it('wait for a slow receiver, and go on after an error', async () => {
    let arrive: () => void = () => undefined;
    const sent: number[] = [];
    const errors: unknown[] = [];
    let made = 0;
    const paced = new Paced<number>({
      make: () => (made++ === 1 ? Promise.reject(new Error('once')) : Promise.resolve(made)),
      send: (message) => {
        sent.push(message);
        return new Promise((resolve) => {
          arrive = resolve;
        });
      },
      onError: (thrown) => errors.push(thrown),
      everyMs: 50,
    });
    paced.poke();
    await vi.advanceTimersByTimeAsync(500);
    paced.poke();
    await vi.advanceTimersByTimeAsync(500);
    expect(sent).toEqual([1]);
    arrive();
    await vi.advanceTimersByTimeAsync(100);
    expect(errors).toHaveLength(1);
    paced.poke();
    await vi.advanceTimersByTimeAsync(100);
    expect(sent).toEqual([1, 3]);
    paced.close();
    arrive();
    paced.poke();
    await vi.advanceTimersByTimeAsync(100);
    expect(sent).toEqual([1, 3]);
  });
});

describe('the life of an engine', () => {
  it('ends a while after the last one has left, unless somebody comes back', async () => {
    let isNeeded = false;
    const end = vi.fn();
    const lifetime = new Lifetime({
      isNeeded: () => isNeeded,
      end,
      firstClientMs: 1000,
      graceMs: 100,
    });
    await vi.advanceTimersByTimeAsync(900);
    isNeeded = true;
    lifetime.changed();
    await vi.advanceTimersByTimeAsync(5000);
    isNeeded = false;
    lifetime.changed();
    await vi.advanceTimersByTimeAsync(90);
    isNeeded = true;
    lifetime.changed();
    await vi.advanceTimersByTimeAsync(5000);
    expect(end).not.toHaveBeenCalled();
    isNeeded = false;
    lifetime.changed();
    await vi.advanceTimersByTimeAsync(101);
    expect(end).toHaveBeenCalledOnce();
  });

  it('ends when nobody ever comes', async () => {
    const end = vi.fn();
    new Lifetime({ isNeeded: () => false, end, firstClientMs: 1000, graceMs: 100 });
    await vi.advanceTimersByTimeAsync(999);
    expect(end).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(2);
    expect(end).toHaveBeenCalledOnce();
  });
});
