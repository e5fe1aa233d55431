import { describe, expect, it } from 'vitest';
import { NADAMW_SETTINGS, createOptimizer, nadamwSetting } from '../../../../src/core/index';
import { checkRunConfig } from '../../../../src/protocol/index';

const ALL = Array.from({ length: NADAMW_SETTINGS }, (_, index) => nadamwSetting(index));

describe('the list of NAdamW settings', () => {
  it('stays as it is', () => {
    expect([0, 1, 2, 999].map(nadamwSetting)).toMatchInlineSnapshot(`
      [
        {
          "beta1": 0.975,
          "beta2": 0.99844,
          "epsilon": 1.86e-9,
          "l2": 0.000447,
          "learningRate": 0.0214,
          "nesterov": false,
          "schedule": {
            "constantFraction": 0.512,
            "kind": "warmupCosine",
            "minMultiplier": 0.0503,
            "warmupFraction": 0,
          },
          "weightDecay": 0.00000103,
        },
        {
          "beta1": 0.926,
          "beta2": 0.99919,
          "epsilon": 5.14e-10,
          "l2": 0,
          "learningRate": 0.000945,
          "nesterov": true,
          "schedule": {
            "kind": "constant",
          },
          "weightDecay": 0.00265,
        },
        {
          "beta1": 0.951,
          "beta2": 0.99771,
          "epsilon": 6.2e-7,
          "l2": 0,
          "learningRate": 0.0000954,
          "nesterov": true,
          "schedule": {
            "constantFraction": 0.498,
            "kind": "warmupCosine",
            "minMultiplier": 0.00422,
            "warmupFraction": 0,
          },
          "weightDecay": 0,
        },
        {
          "beta1": 0.973,
          "beta2": 0.99891,
          "epsilon": 0.00000175,
          "l2": 0.00764,
          "learningRate": 0.000662,
          "nesterov": true,
          "schedule": {
            "kind": "constant",
          },
          "weightDecay": 0,
        },
      ]
    `);
  });

  it('has a thousand different ones', () => {
    expect(new Set(ALL.map((setting) => JSON.stringify(setting))).size).toBe(1000);
  });

  it('holds settings that a config may have and an optimizer can be made of', () => {
    for (const setting of ALL) {
      const optimizer = { name: 'nadamw', ...setting };
      const { config, problems } = checkRunConfig({ task: { family: 'beale' }, optimizer });
      expect(problems).toBeUndefined();
      expect(config!.optimizer).toEqual({ ...optimizer, subtractL2: false });
      expect(createOptimizer({ name: 'nadamw', options: setting }, { numSteps: 9 }).name).toBe(
        'nadamw',
      );
    }
  });

  it('spreads over its space as it says', () => {
    const share = (test: (setting: (typeof ALL)[number]) => boolean): number =>
      ALL.filter(test).length / ALL.length;
    // Of a thousand, a share p has a standard deviation of at most 0.016: four of them are 0.064.
    const shares: [number, number][] = [
      [share(({ learningRate }) => learningRate < 1e-3), 0.5],
      [share(({ learningRate }) => learningRate < 1e-4), 0.25],
      [share(({ beta1 }) => beta1 > 0.9293), 0.5],
      [share(({ beta2 }) => beta2 > 0.99684), 0.5],
      [share(({ nesterov }) => nesterov), 0.5],
      [share(({ weightDecay }) => weightDecay > 0), 0.5],
      [share(({ l2 }) => l2 > 0), 0.25],
      [share(({ schedule }) => schedule.kind === 'constant'), 0.25],
    ];
    for (const [got, expected] of shares) expect(Math.abs(got - expected)).toBeLessThan(0.064);
    for (const { learningRate, beta1, beta2, epsilon } of ALL) {
      expect([learningRate >= 1e-5, learningRate <= 0.1]).toEqual([true, true]);
      expect([beta1 >= 0.5, beta1 <= 0.99]).toEqual([true, true]);
      expect([beta2 >= 0.9, beta2 <= 0.9999]).toEqual([true, true]);
      expect([epsilon >= 1e-10, epsilon <= 1e-3]).toEqual([true, true]);
    }
  });

  it.each([-1, 1000, 0.5, NaN])('has nothing at %s', (index) => {
    expect(() => nadamwSetting(index)).toThrow('index must be a whole number from 0 to 999');
  });
});
