import { describe, expect, it } from 'vitest';
import { TimeLeft } from '../../../src/engine/evaluation/timeLeft';

/** `count` trainings of a kind that by their trial take so many seconds each. */
function trainings(kind: string, count: number, seconds: number) {
  return Array.from({ length: count }, () => ({ kind, seconds }));
}

describe('the time left', () => {
  it('is what the trials say at first, shared by the workers', () => {
    const time = new TimeLeft([...trainings('a', 3, 2), ...trainings('b', 1, 4)], 2);
    expect(time.seconds).toBe(5);
  });

  it('is right at once where all trials are wrong alike, and 0 at the end', () => {
    let now = 0;
    const all = trainings('a', 8, 1);
    const time = new TimeLeft(all, 2, () => now);
    // Each takes three seconds with its evaluations, two of them its steps; two workers.
    for (const [done, one] of all.entries()) {
      if (done % 2 === 1) now += 3000;
      time.note(one, 1, 2);
      if (done % 2 === 1) expect(time.seconds).toBeCloseTo(((7 - done) / 2) * 3, 9);
    }
  });

  it('corrects each kind by itself', () => {
    let now = 0;
    const [a, b] = [trainings('a', 4, 1), trainings('b', 4, 1)];
    const time = new TimeLeft([...a, ...b], 1, () => now);
    // Kind a takes 1 s, kind b 10 s: one of each is done after 11 s.
    now = 11_000;
    time.note(a[0]!, 1, 1);
    time.note(b[0]!, 1, 10);
    expect(time.seconds).toBeCloseTo(3 * 1 + 3 * 10, 9);
  });

  it('does not take a training that diverged early for a fast one', () => {
    let now = 0;
    const all = trainings('a', 3, 10);
    const time = new TimeLeft(all, 1, () => now);
    now = 1000;
    time.note(all[0]!, 0.1, 1);
    expect(time.seconds).toBeCloseTo(20, 9);
    now = 11_000;
    time.note(all[1]!, 1, 10);
    expect(time.seconds).toBeCloseTo(10, 9);
  });
});
