import { describe, expect, it } from 'vitest';
import { createOuterSchedule } from '../../../../../src/core/meta/outer/schedule';

describe('the outer learning rate', () => {
  it('climbs by iterations and falls by progress', () => {
    const rate = createOuterSchedule({ learningRate: 2, warmupIterations: 10, floor: 0.05 });
    expect(rate(0, 0)).toBeCloseTo(0.2, 12);
    expect(rate(9, 0)).toBeCloseTo(2, 12);
    expect(rate(500, 0.5)).toBeCloseTo(2 * (0.05 + 0.95 / 2), 12);
    expect(rate(500, 1)).toBeCloseTo(0.1, 12);
    expect(rate(500, 1.3)).toBeCloseTo(0.1, 12);
  });

  it('stays where nothing else is said', () => {
    const rate = createOuterSchedule({ learningRate: 3e-4 });
    expect([rate(0, 0), rate(7, 0.4), rate(9, 1)]).toEqual([3e-4, 3e-4, 3e-4]);
  });

  it('refuses a floor outside of [0, 1]', () => {
    expect(() => createOuterSchedule({ learningRate: 1, floor: 2 })).toThrow('floor must be in');
  });
});
