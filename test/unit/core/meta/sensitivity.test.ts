import { describe, expect, it } from 'vitest';
import {
  configuredFactor,
  noiseEffect,
  proposeScale,
  scaleEntries,
} from '../../../../src/core/meta/sensitivity';

describe('the effect of noise', () => {
  it('is the rise of both sides over theta itself and the size of their difference', () => {
    const pairs = [
      { positive: 1.3, negative: 1.1, diverged: 0 },
      { positive: -0.9, negative: -0.5, diverged: 0 },
      { positive: 2.5, negative: 0.5, diverged: 1 },
    ];
    const effect = noiseEffect(pairs, [1, -1, 1.2]);
    // Rises 0.2, 0.3, 0.3; differences 0.2, 0.4, 2.
    expect(effect.rise).toBeCloseTo(0.8 / 3, 12);
    expect(effect.riseError).toBeCloseTo(Math.sqrt(0.01 / 3 / 3), 12);
    expect(effect.differenceRms).toBeCloseTo(Math.sqrt(4.2 / 3), 12);
    expect(effect.differenceMedian).toBeCloseTo(0.4, 12);
    expect(effect.diverged).toBeCloseTo(1 / 6, 12);
  });

  it('has a median between the two in the middle, and no error where there is one problem', () => {
    const pair = (difference: number) => ({ positive: difference, negative: 0, diverged: 0 });
    expect(noiseEffect([pair(1), pair(5), pair(2), pair(9)], [0, 0, 0, 0]).differenceMedian).toBe(
      3.5,
    );
    expect(noiseEffect([pair(1)], [0]).riseError).toBe(0);
    expect(() => noiseEffect([], [])).toThrow('the number of problems must be an integer');
  });
});

const FLOOR = { differenceMedian: 0.005 };

function effect(rise: number, differenceMedian: number) {
  return { rise, differenceMedian, differenceRms: differenceMedian, riseError: 0, diverged: 0 };
}

describe('a proposal for a scale', () => {
  it.each([
    // 0.28 is seven times what it may: 1/√7 = 0.378.
    ['a head that costs too much', effect(0.28, 0.3), 'loud', 0.37],
    ['one that costs what it may', effect(0.04, 0.12), 'good', 1],
    ['one that costs nothing and is seen', effect(0.002, 0.05), 'good', 1],
    ['one whose noise helps', effect(-0.01, 0.05), 'good', 1],
    // Of 0.013 the chaos leaves 0.012: 0.015/0.012.
    ['one that hardly stands out', effect(0.001, 0.013), 'quiet', 1.2],
    // 0.015/0.003 would be 5 times, but √(0.04/0.01) = 2 is all that the rise allows.
    [
      'one that may not be as loud as it should',
      effect(0.01, Math.hypot(0.005, 0.003)),
      'quiet',
      2,
    ],
    ['one that is all chaos', effect(0, 0.004), 'quiet', 10],
    ['one that costs and is not seen', effect(0.16, 0.004), 'lost', 0.5],
    ['one that is far too loud', effect(90, 3), 'loud', 0.1],
    ['one that is frozen', effect(0, 0), 'idle', 1],
  ])('for %s', (_, measured, verdict, factor) => {
    expect(proposeScale(measured, FLOOR)).toMatchObject({ verdict, factor });
  });

  it('never expects more than the target, whatever the rise, unless it cannot go as far', () => {
    for (let rise = 0.0007; rise < 3; rise *= 1.37) {
      const { expectedRise } = proposeScale(effect(rise, 0.004), FLOOR, { targetRise: 0.03 });
      expect(expectedRise).toBeLessThanOrEqual(0.03 * (1 + 1e-9));
      expect(expectedRise).toBeGreaterThan(0);
    }
  });

  it('refuses a target of nothing', () => {
    expect(() => proposeScale(effect(1, 1), FLOOR, { targetRise: 0 })).toThrow(
      'the target of the rise must be a finite number above 0, got 0',
    );
  });
});

describe('scales of a config', () => {
  it('give each group its factor though its name begins with another', () => {
    const factors = new Map([
      ['LSTM', 0.5],
      ['LSTM input', 0.5],
      ['LSTM input, late', 2],
      ['LSTM bias', 1],
      ['controls', 1],
      ['step multiplier', 0.2],
      ['step multiplier, bias', 1],
    ]);
    const entries = scaleEntries(factors);
    expect(entries).toEqual({
      LSTM: 0.5,
      'LSTM input, late': 4,
      'LSTM bias': 2,
      'step multiplier': 0.2,
      'step multiplier, bias': 5,
    });
    for (const [name, factor] of factors) expect(configuredFactor(entries, name)).toBe(factor);
  });

  it('leave frozen what is frozen with the others of its name', () => {
    const frozen = new Map([
      ['LSTM', 0],
      ['LSTM bias', 0],
    ]);
    expect(scaleEntries(frozen)).toEqual({ LSTM: 0 });
  });
});
