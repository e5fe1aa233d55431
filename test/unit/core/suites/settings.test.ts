import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { settingsOf } from '../../../../src/core/suites/settings';
import type { SweepSpec } from '../../../../src/core/suites/settings';

const RATES = { kind: 'list', values: [0.1, 0.01] } as const;
const noneWhole = () => false;

describe('all settings of a sweep', () => {
  it('are the product, by schedule, options and learning rate', () => {
    const settings = settingsOf(
      {
        learningRates: RATES,
        schedules: 2,
        options: { beta1: [0.5, 0.9, 0.9], nesterov: [true] },
      },
      noneWhole,
    );
    const told = settings.map(({ learningRate, schedule, options }) => [
      ...[schedule, options['beta1'], options['nesterov'], learningRate],
    ]);
    expect(told).toEqual([
      [0, 0.5, true, 0.01],
      [0, 0.5, true, 0.1],
      [0, 0.9, true, 0.01],
      [0, 0.9, true, 0.1],
      [1, 0.5, true, 0.01],
      [1, 0.5, true, 0.1],
      [1, 0.9, true, 0.01],
      [1, 0.9, true, 0.1],
    ]);
  });

  it('have ranges evenly spaced, in values or logarithms, whole where the option is', () => {
    const valuesOf = (axis: NonNullable<SweepSpec['options']>[string], whole = false) =>
      settingsOf(
        {
          learningRates: { kind: 'list', values: [1] },
          schedules: 1,
          options: { option: axis },
        },
        () => whole,
      ).map(({ options }) => options['option']);
    expect(valuesOf({ kind: 'uniform', points: 5, low: 0, high: 1 })).toEqual([
      0, 0.25, 0.5, 0.75, 1,
    ]);
    expect(valuesOf({ kind: 'logUniform', points: 4, low: 1e-5, high: 0.01 })).toEqual([
      1e-5, 1e-4, 1e-3, 0.01,
    ]);
    expect(valuesOf({ kind: 'logUniform', points: 4, low: 1, high: 8 }, true)).toEqual([
      1, 2, 4, 8,
    ]);
    expect(valuesOf({ kind: 'uniform', points: 9, low: 1, high: 3 }, true)).toEqual([1, 2, 3]);
    const drawn = valuesOf({ kind: 'random', points: 50, low: 0, high: 1, scale: 'linear' });
    expect(drawn.length).toBeGreaterThan(45);
    expect(drawn).toEqual(drawn.toSorted());
  });

  it('keep computed values between the ends where rounding would leave them', () => {
    const settings = settingsOf(
      {
        learningRates: RATES,
        schedules: 1,
        options: { beta2: { kind: 'uniform', points: 2, low: 0.99994, high: 0.99999 } },
      },
      noneWhole,
    );
    const values = settings.map(({ options }) => Number(options['beta2']));
    expect(Math.min(...values)).toBeGreaterThanOrEqual(0.99994);
    expect(Math.max(...values)).toBe(0.99999);
  });
});

describe('drawn settings', () => {
  const spec = (draw: number, drawSeed = 0): SweepSpec => ({
    learningRates: { kind: 'logUniform', points: 3, low: 1e-5, high: 1 },
    schedules: 3,
    options: {
      weightDecay: [0, 1e-4],
      beta1: { kind: 'uniform', points: 2, low: 0.5, high: 0.99 },
    },
    draw,
    drawSeed,
  });

  it('are the same for the same seed, and begin like a shorter draw', () => {
    const forty = settingsOf(spec(40), noneWhole);
    expect(forty).toHaveLength(40);
    expect(settingsOf(spec(40), noneWhole)).toEqual(forty);
    expect(settingsOf(spec(7), noneWhole)).toEqual(forty.slice(0, 7));
    expect(settingsOf(spec(40, 1), noneWhole)).not.toEqual(forty);
  });

  it('do not depend on the order of the options', () => {
    const { options = {}, ...rest } = spec(9);
    const turned = Object.fromEntries(Object.entries(options).reverse());
    expect(settingsOf({ ...rest, options: turned }, noneWhole)).toEqual(
      settingsOf(spec(9), noneWhole),
    );
  });

  it('cover all values, uniform in the logarithm of the learning rate', () => {
    const settings = settingsOf(spec(2000), noneWhole);
    const share = (holds: (setting: (typeof settings)[number]) => boolean): number =>
      settings.filter(holds).length / settings.length;
    // Standard deviations of 2,000 draws are at most 0.011; the bounds are five of them.
    for (const schedule of [0, 1, 2])
      expect(Math.abs(share((one) => one.schedule === schedule) - 1 / 3)).toBeLessThan(0.055);
    expect(Math.abs(share(({ options }) => options['weightDecay'] === 0) - 0.5)).toBeLessThan(0.06);
    expect(Math.abs(share(({ learningRate }) => learningRate < 1e-3) - 0.4)).toBeLessThan(0.055);
    expect(Math.abs(share(({ options }) => Number(options['beta1']) < 0.745) - 0.5)).toBeLessThan(
      0.06,
    );
  });

  it('name no setting twice, and stay between the ends', () => {
    fc.assert(
      fc.property(fc.nat(), fc.integer({ min: 1, max: 60 }), (drawSeed, draw) => {
        const settings = settingsOf(
          {
            learningRates: { kind: 'list', values: [0.1, 1] },
            schedules: 1,
            options: { blockSize: { kind: 'logUniform', points: 1, low: 3, high: 5 } },
            draw,
            drawSeed,
          },
          () => true,
        );
        expect(settings.length).toBeLessThanOrEqual(6);
        expect(new Set(settings.map((one) => JSON.stringify(one))).size).toBe(settings.length);
        for (const { options } of settings) expect([3, 4, 5]).toContain(options['blockSize']);
      }),
    );
  });
});
