import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ScheduleSpec } from '../../../../src/core/optimizers/schedules';
import { createSchedule } from '../../../../src/core/optimizers/schedules';

describe('schedules', () => {
  it.each<[string, ScheduleSpec, Record<number, number>]>([
    ['a constant stays at 1', { kind: 'constant' }, { 0: 1, 50: 1, 100: 1 }],
    [
      'a cosine falls slowly, then fast, then slowly',
      { kind: 'cosine' },
      { 0: 1, 25: 0.8535533906, 50: 0.5, 75: 0.1464466094, 100: 0 },
    ],
    [
      'a cosine ends at its final fraction',
      { kind: 'cosine', minMultiplier: 0.2 },
      { 50: 0.6, 100: 0.2 },
    ],
    ['a line falls evenly', { kind: 'linear', minMultiplier: 0.5 }, { 0: 1, 50: 0.75, 100: 0.5 }],
    [
      'a warm-up climbs from 0, holds at 1 and decays to the final fraction',
      { kind: 'warmupCosine', warmupFraction: 0.1, constantFraction: 0.5, minMultiplier: 0.1 },
      { 0: 0, 5: 0.5, 10: 1, 50: 1, 75: 0.55, 100: 0.1 },
    ],
    [
      'the decay starts right after the warm-up unless told otherwise',
      { kind: 'warmupCosine', warmupFraction: 0.2 },
      { 10: 0.5, 20: 1, 60: 0.5, 100: 0 },
    ],
    ['past the end the last value stays', { kind: 'linear' }, { 100: 0, 250: 0 }],
  ])('%s', (_, spec, expected) => {
    const schedule = createSchedule(spec);
    for (const [step, value] of Object.entries(expected)) {
      expect(schedule(Number(step), 100), `step ${step}`).toBeCloseTo(value, 9);
    }
  });

  it('stay within [0, 1] at every step', () => {
    const share = fc.double({ min: 0, max: 1, noNaN: true });
    const spec: fc.Arbitrary<ScheduleSpec> = fc.oneof(
      fc.record({ kind: fc.constant('cosine' as const), minMultiplier: share }),
      fc.record({ kind: fc.constant('linear' as const), minMultiplier: share }),
      fc
        .tuple(share, share, share)
        .filter(([a, b]) => Math.min(a, b) < 1)
        .map(([a, b, minMultiplier]) => ({
          kind: 'warmupCosine' as const,
          warmupFraction: Math.min(a, b),
          constantFraction: Math.max(a, b),
          minMultiplier,
        })),
    );
    fc.assert(
      fc.property(
        spec,
        fc.nat(2000),
        fc.integer({ min: 1, max: 1000 }),
        (chosen, step, numSteps) => {
          const value = createSchedule(chosen)(step, numSteps);
          expect(value).toBeGreaterThanOrEqual(0);
          expect(value).toBeLessThanOrEqual(1);
        },
      ),
      { seed: 11 },
    );
  });

  it.each<[ScheduleSpec, string]>([
    [
      { kind: 'cosine', minMultiplier: 1.5 },
      'schedule cosine: minMultiplier must be in [0, 1], got 1.5',
    ],
    [
      { kind: 'warmupCosine', warmupFraction: 1 },
      'schedule warmupCosine: warmupFraction must be in [0, 1), got 1',
    ],
    [
      { kind: 'warmupCosine', warmupFraction: 0.5, constantFraction: 0.2 },
      'schedule warmupCosine: constantFraction must be at least warmupFraction (0.5), got 0.2',
    ],
    [
      { kind: 'linear', warmupFraction: 0.1 } as ScheduleSpec,
      'schedule linear: there is no option warmupFraction; it takes minMultiplier',
    ],
    [
      { kind: 'linear', minMultiplier: NaN },
      'schedule linear: minMultiplier must be in [0, 1], got NaN',
    ],
  ])('refuse %j', (spec, message) => {
    expect(() => createSchedule(spec)).toThrow(message);
  });
});
