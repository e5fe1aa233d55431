import { describe, expect, it } from 'vitest';
import { traceSchedule, tracedUpdates } from '../../../../../src/core/training/trace/schedule';

/** Traced steps of a whole training. */
function tracedSteps(options: Parameters<typeof traceSchedule>[0]): number[] {
  const isTraced = traceSchedule(options);
  return Array.from({ length: options.numSteps }, (_, step) => step).filter(isTraced);
}

function gapsOf(steps: readonly number[]): number[] {
  return steps.slice(1).map((step, i) => step - steps[i]!);
}

describe('the automatic schedule', () => {
  it.each([1, 2, 10, 125, 176, 249])('traces every one of %i steps', (numSteps) => {
    const all = Array.from({ length: numSteps }, (_, step) => step);
    expect(tracedSteps({ numSteps, every: 'auto' })).toEqual(all);
  });

  it.each([250, 374, 375, 499, 500, 1000, 9999, 150_000, 12_345_678, 100_000_000])(
    'of %i steps has 165 to 190 snapshots, first and last included, with gaps that grow to T / 125',
    (numSteps) => {
      const updates = tracedUpdates(numSteps);
      expect(updates.length).toBeGreaterThanOrEqual(165);
      expect(updates.length).toBeLessThanOrEqual(190);
      expect([updates[0], updates.at(-1)]).toEqual([0, numSteps - 1]);
      const gaps = gapsOf(updates);
      expect(Math.min(...gaps)).toBeGreaterThanOrEqual(1);
      expect(Math.max(...gaps)).toBe(Math.floor(numSteps / 125));
      // The last gap is what is left over.
      const grown = gaps.slice(0, -1);
      expect(grown).toEqual([...grown].sort((a, b) => a - b));
    },
  );

  it('traces the first steps of 1,000 one by one and the last ones eight apart', () => {
    const steps = tracedSteps({ numSteps: 1000, every: 'auto' });
    expect(steps).toHaveLength(176);
    expect(steps.slice(0, 40)).toEqual([...Array.from({ length: 39 }, (_, i) => i), 40]);
    expect(steps.slice(-4)).toEqual([979, 987, 995, 999]);
  });

  it('falls on the batch that makes the update where several are averaged', () => {
    const steps = tracedSteps({ numSteps: 3001, accumulate: 3, every: 'auto' });
    expect(steps).toEqual(tracedUpdates(1000).map((update) => update * 3 + 2));
  });
});

describe('a regular schedule', () => {
  it('traces every n-th step and the last', () => {
    expect(tracedSteps({ numSteps: 10, every: 4 })).toEqual([0, 4, 8, 9]);
    expect(tracedSteps({ numSteps: 9, every: 4 })).toEqual([0, 4, 8]);
    expect(tracedSteps({ numSteps: 3, every: 1 })).toEqual([0, 1, 2]);
  });

  it('traces the updates whose batches hold a multiple of n', () => {
    // Updates of batches 0–2, 3–5, 6–8, 9–11; batch 12 makes none.
    expect(tracedSteps({ numSteps: 13, accumulate: 3, every: 4 })).toEqual([2, 5, 8, 11]);
    expect(tracedSteps({ numSteps: 13, accumulate: 3, every: 6 })).toEqual([2, 8, 11]);
    expect(tracedSteps({ numSteps: 13, accumulate: 3, every: 1 })).toEqual([2, 5, 8, 11]);
  });

  it('traces nothing where n is 0', () => {
    expect(tracedSteps({ numSteps: 10, every: 0 })).toEqual([]);
  });

  it.each([-1, 1.5, NaN])('refuses %d', (every) => {
    expect(() => traceSchedule({ numSteps: 10, every })).toThrow(
      `trace.every must be "auto" or an integer ≥ 0, got ${every}`,
    );
  });
});
