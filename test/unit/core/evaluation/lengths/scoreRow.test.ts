import { describe, expect, it } from 'vitest';
import { scoreRow } from '../../../../../src/core/evaluation/lengths/scoreRow';
import type { RowResults } from '../../../../../src/core/evaluation/lengths/scoreRow';
import type { Arm, Curve } from '../../../../../src/core/evaluation/results';

const NAMES = { baseline: 'adam', second: 'adam cosine' };
const GRID = [0, 50, 100, 200, 400];

function curve(steps: readonly number[], losses: readonly number[], seed = 0): Curve {
  const train = Float64Array.from(losses);
  const [at, seconds] = [Float64Array.from(steps), new Float64Array(steps.length)];
  return { seed, steps: at, train, heldOut: train, seconds, diverged: false };
}

/** Seeds of losses at their ends. */
function ended(optimizer: string, finals: readonly number[], learningRate = 1): Arm {
  const curves = finals.map((loss, seed) => curve([0, 100], [2, loss], seed));
  return { optimizer, length: 100, hyperparameters: { learningRate }, curves };
}

function adam(learningRate: number, ...losses: readonly (readonly number[])[]): Arm {
  const curves = losses.map((of, seed) => curve(GRID, of, seed));
  return { optimizer: 'adam', length: 400, hyperparameters: { learningRate }, curves };
}

/** The envelope is 2, 1, 0.6, 0.5, 0.2. */
const SWEEP = [adam(0.1, [2, 1, 0.8, 0.5, 0.4]), adam(0.2, [2, 1.2, 0.6, 0.55, 0.2])];
const COSINE = [ended('adam cosine', [0.7], 0.1), ended('adam cosine', [0.5], 0.2)];

function rowOf(...arms: readonly Arm[]): RowResults {
  return { task: 'net, T 100', of: { task: 'net', length: 100 }, family: 'held-out', arms };
}

function scoreOf(...finals: readonly number[]) {
  return scoreRow(rowOf(...SWEEP, ...COSINE, ended('velo', finals)), NAMES)!.optimizers[0]!;
}

describe('a row', () => {
  it('has the best rate of each baseline at its length', () => {
    const row = scoreRow(rowOf(...SWEEP, ...COSINE, ended('velo', [1])), NAMES)!;
    expect(row).toMatchObject({ task: 'net', family: 'held-out', length: 100 });
    expect(row.baseline.hyperparameters).toEqual({ learningRate: 0.2 });
    expect(row.baseline.loss).toBeCloseTo(0.6, 5);
    expect(row.second!.hyperparameters).toEqual({ learningRate: 0.2 });
    expect(row.second!.loss).toBeCloseTo(0.5, 5);
  });

  it('counts the steps of the envelope to the same loss, linearly between points', () => {
    // From 1 at 50 to 0.6 at 100: 0.75 is there at 50 + 50 · 0.25 / 0.4.
    expect(scoreOf(0.75).speedup).toBeCloseTo(0.8125, 4);
    // From 0.5 at 200 to 0.2 at 400: 0.35 is in the middle.
    expect(scoreOf(0.35)).toMatchObject({ isCapped: false });
    expect(scoreOf(0.35).speedup).toBeCloseTo(3, 4);
  });

  it('divides losses, a hundredth added to both', () => {
    expect(scoreOf(0.35).ratio).toBeCloseTo(0.36 / 0.61, 5);
    expect(scoreOf(0.35).secondRatio).toBeCloseTo(0.36 / 0.51, 5);
  });

  it('averages seeds geometrically', () => {
    expect(scoreOf(0.4, 0.9).loss).toBeCloseTo(0.6, 5);
    const uneven = [adam(0.1, [2, 1, 0.2, 0.1, 0.1], [2, 1, 0.8, 0.4, 0.1])];
    const row = scoreRow(rowOf(...uneven, ended('velo', [0.4])), NAMES)!;
    expect(row.baseline.loss).toBeCloseTo(0.4, 5);
    expect(row.optimizers[0]!.speedup).toBeCloseTo(1, 4);
    expect([row.second, row.optimizers[0]!.secondRatio]).toEqual([undefined, undefined]);
  });

  it('caps a speedup at four lengths, also of a baseline that was trained for longer', () => {
    expect(scoreOf(0.1)).toMatchObject({ speedup: 4, isCapped: true });
    const longer = { ...adam(0.1), curves: [curve([...GRID, 800], [2, 1, 0.8, 0.5, 0.4, 0.05])] };
    const row = scoreRow(rowOf(longer, ended('velo', [0.1])), NAMES)!;
    expect(row.optimizers[0]).toMatchObject({ speedup: 4, isCapped: true });
  });

  it('takes the first time that the envelope is there, though it rises again', () => {
    const row = scoreRow(rowOf(adam(0.1, [2, 1, 1.5, 0.9, 0.4]), ended('velo', [1.2])), NAMES)!;
    expect(row.optimizers[0]!.speedup).toBeCloseTo(0.4, 4);
  });

  it('takes what blew up, or is above it, for one and a half first losses', () => {
    const gone = ended('velo', [0.75, NaN]);
    const diverged = gone.curves.map((one, i) => ({ ...one, diverged: i === 1 }));
    const row = scoreRow(rowOf(...SWEEP, { ...gone, curves: diverged }), NAMES)!;
    expect(row.optimizers[0]!.loss).toBeCloseTo(1.5, 4);
    expect(scoreOf(50).loss).toBeCloseTo(3, 4);
    expect(scoreOf(50)).toMatchObject({ speedup: 0, isCapped: false });
    // A diverged rate of the baseline is just a bad one.
    const bad = { ...adam(9, [2, 0.1, 0.1, 0.1, NaN]), curves: [curve([0, 50], [2, NaN])] };
    const dead = { ...bad, curves: bad.curves.map((one) => ({ ...one, diverged: true })) };
    expect(scoreRow(rowOf(...SWEEP, dead, ended('velo', [0.35])), NAMES)!.optimizers[0]).toEqual(
      scoreRow(rowOf(...SWEEP, ended('velo', [0.35])), NAMES)!.optimizers[0],
    );
  });

  it('is left out where the baseline has no first loss', () => {
    const nothing = adam(0.1, [NaN, NaN, NaN, NaN, NaN]);
    expect(scoreRow(rowOf(nothing, ended('velo', [1])), NAMES)).toBeUndefined();
    expect(scoreRow(rowOf(ended('velo', [1])), NAMES)).toBeUndefined();
  });

  it('takes the best setting of an optimizer that was swept', () => {
    const row = scoreRow(rowOf(...SWEEP, ended('sgd', [0.9]), ended('sgd', [0.35])), NAMES)!;
    expect(row.optimizers).toHaveLength(1);
    expect(row.optimizers[0]!.speedup).toBeCloseTo(3, 4);
  });
});
