import { describe, expect, it } from 'vitest';
import type { VeloTheta } from '../../../../../src/core/index';
import { clockTheta, createRng, plainTheta } from '../../../../../src/core/index';
import {
  leastSquares,
  weightedRidge,
} from '../../../../../src/core/optimizers/velo/handmade/linearSolve';
import { oracleStart, oracleStep } from '../../../../parity/oracle';
import { oracleSetup } from '../../../../support/oracleReplay';

describe('the plain hand-made theta', () => {
  it('never steps uphill and follows a cosine from its peak to zero', () => {
    const multipliers = multipliersOf(plainTheta({ hidden: 9, bank: 2 }), 400);
    expect(Math.min(...multipliers)).toBeGreaterThanOrEqual(0);
    for (const fraction of [0.1, 0.25, 0.5, 0.75, 0.95]) {
      const wanted = 5 * (1 + Math.cos((Math.PI * (fraction - 0.02)) / 0.98));
      expect(Math.abs(multipliers[Math.round(400 * fraction)]! - wanted)).toBeLessThan(0.08 * 10);
    }
  });

  it('scales with its peak', () => {
    const [ten, twenty] = [10, 20].map((peak) =>
      multipliersOf(plainTheta({ hidden: 16, bank: 8, peak }), 50),
    );
    expect(ten![10]! / 10).toBeCloseTo(twenty![10]! / 20, 5);
  });

  it('needs nine units', () => {
    expect(() => plainTheta({ hidden: 8, bank: 2 })).toThrow('hidden must be at least 9, got 8');
  });
});

describe('the hand-made theta with clocks', () => {
  const theta = clockTheta({ hidden: 13, bank: 2 });

  it.each([1, 2, 10, 100, 1000, 3000])('never steps uphill in a run of %i steps', (numSteps) => {
    expect(Math.min(...multipliersOf(theta, numSteps))).toBeGreaterThanOrEqual(0);
  });

  it('takes large steps in short runs and small ones in long runs', () => {
    const atTenth = [100, 1000, 10_000].map((T) => multipliersOf(theta, T, T / 10 + 1).at(-1)!);
    expect(atTenth[0]! / 40).toBeGreaterThan(0.85);
    expect(atTenth[1]! / 40).toBeLessThan(0.7);
    expect(atTenth[2]! / 40).toBeLessThan(0.08 * 10);
    expect(atTenth[2]! / 40).toBeGreaterThan(0.13);
  });

  it('needs thirteen units', () => {
    expect(() => clockTheta({ hidden: 12, bank: 2 })).toThrow('hidden must be at least 13, got 12');
  });

  it('is not changed by a reservoir of random units, at first', () => {
    const reservoir = createRng({ seed: 3, purpose: 'theta' });
    const planted = clockTheta({ hidden: 32, bank: 8, reservoir });
    const bare = clockTheta({ hidden: 32, bank: 8 });
    expect(multipliersOf(planted, 60)).toEqual(multipliersOf(bare, 60));
    const filled = planted.tensors['rnn_params/linear_1/w']!.data;
    expect(filled.filter((value) => value !== 0)).toHaveLength(30 * 19);
    const lstm = planted.tensors['rnn_params/rnn/linear/w']!.data;
    const bareLstm = bare.tensors['rnn_params/rnn/linear/w']!.data;
    expect(lstm.filter((value, i) => value !== bareLstm[i])).toHaveLength(64 * 4 * 19);
  });
});

describe('least squares', () => {
  const design = [
    [1, 0.5],
    [1, 1.5],
    [1, 3],
    [1, 4],
  ];

  it('solves a regression', () => {
    const [intercept, slope] = leastSquares(design, [2, 4, 7, 9], 1e-6);
    expect(intercept).toBeCloseTo(1, 10);
    expect(slope).toBeCloseTo(2, 10);
  });

  it('leaves out directions below the cut-off: equal columns share the weight', () => {
    const twins = design.map(([, x]) => [x!, x!]);
    const weights = leastSquares(twins, [1, 3, 6, 8], 1e-4);
    expect(weights[0]).toBeCloseTo(weights[1]!, 10);
    expect(weights[0]! * 2).toBeCloseTo(2, 10);
  });

  it('with ridge solves the normal equations', () => {
    // (AᵀWA + 2I) w = AᵀWy with W = diag(1, 2): [[5, 4], [4, 10]] w = [5, 8].
    const solution = weightedRidge(
      [
        [1, 0],
        [1, 2],
      ],
      [1, 2],
      [1, 2],
      2,
    );
    expect(5 * solution[0]! + 4 * solution[1]!).toBeCloseTo(5, 10);
    expect(4 * solution[0]! + 10 * solution[1]!).toBeCloseTo(8, 10);
  });
});

/** Step multipliers of the first updates of a run; a hand-made theta looks at nothing but the time. */
function multipliersOf(theta: VeloTheta, numSteps: number, count = numSteps): number[] {
  const setup = oracleSetup({ theta, numSteps });
  const state = oracleStart(setup, [{ shape: [], data: [0.5] }]);
  return Array.from({ length: count }, () => oracleStep(setup, state, [[0]], 1).stepMultiplier[0]!);
}
