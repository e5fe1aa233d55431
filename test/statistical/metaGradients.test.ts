import { describe, expect, it } from 'vitest';
import { createEstimator } from '../../src/core/meta/estimators/createEstimator';
import type { EstimatorConfig } from '../../src/core/meta/estimators/createEstimator';
import type { PairTurn, Segment } from '../../src/core/meta/estimators';
import { TOY_SIZE, ToyPlayer, exactGradient, playIterations } from '../support/toyMeta';

const THETA = [0.05, -0.02, 0.1];
const SIGMA = 0.1;

/** Two-sided normal tail of 1.2·10⁻⁷; three coordinates, so below 4·10⁻⁷ for false alarms. */
const BOUND = 5.3;

const COMMON = { seed: 0, pairs: 1, sigma: SIGMA, shape: { kind: 'raw' } } as const;
const LENGTHS = { kind: 'constant', steps: 7 } as const;
const PIECES = { ...COMMON, lengths: LENGTHS, truncation: 3 };

/** Weights of the step losses of the whole play: those of a turn's mean loss, by problem and step. */
function weightsOf(
  turns: readonly PairTurn[][],
  weightOf: (segments: readonly Segment[]) => number,
): Map<number, { weights: number[]; lead: number }> {
  const all = new Map<number, { weights: number[]; lead: number }>();
  for (const { segments } of turns.flat()) {
    for (const { problem, from, steps, lead = 0 } of segments) {
      const entry = all.get(problem) ?? { weights: new Array<number>(from).fill(0), lead };
      for (let i = 0; i < steps; i++) entry.weights.push(weightOf(segments));
      all.set(problem, entry);
    }
  }
  return all;
}

const perStep = (segments: readonly Segment[]): number =>
  1 / segments.reduce((sum, { steps }) => sum + steps, 0);
const perTruncation = (): number => 1 / 3;

/** z-scores of (sum of estimates − exact gradient of what they estimate) over seeds, by coordinate. */
function zScores(
  config: EstimatorConfig,
  play: {
    readonly iterations: number;
    readonly seeds: number;
    readonly weightOf?: (segments: readonly Segment[]) => number;
    readonly weights?: readonly number[];
  },
): number[] {
  const { iterations, seeds, weightOf = perStep } = play;
  const sums = new Float64Array(TOY_SIZE);
  const squares = new Float64Array(TOY_SIZE);
  for (let seed = 0; seed < seeds; seed++) {
    const estimator = createEstimator({ ...config, seed });
    const player = new ToyPlayer(seed, THETA, SIGMA);
    const { turns, estimates } = playIterations(estimator, player, iterations);
    const off = new Float64Array(TOY_SIZE);
    for (const { gradient } of estimates) gradient.forEach((value, j) => (off[j]! += value));
    for (const [problem, { weights, lead }] of weightsOf(turns, weightOf)) {
      const exact = exactGradient({ world: seed, problem }, play.weights ?? weights, THETA, lead);
      exact.forEach((value, j) => (off[j]! -= value));
    }
    off.forEach((value, j) => {
      sums[j]! += value;
      squares[j]! += value * value;
    });
  }
  return Array.from(sums, (sum, j) => {
    const mean = sum / seeds;
    const variance = squares[j]! / seeds - mean * mean;
    return mean / Math.sqrt(variance / seeds);
  });
}

const largest = (scores: readonly number[]): number => Math.max(...scores.map(Math.abs));

describe('estimates of the gradient of a meta-loss that is quadratic in theta', () => {
  const whole = { ...COMMON, kind: 'fullEs', lengths: LENGTHS, lengthPer: 'pair' } as const;
  const seventh = new Array<number>(7).fill(1 / 7);

  it.each([
    ['avg', seventh],
    ['last', [0, 0, 0, 0, 0, 0, 1]],
    ['lastRecompute', [0, 0, 0, 0, 0, 0, 0, 1]],
  ] as const)('are right in the mean by full ES of the %s loss', (loss, weights) => {
    const scores = zScores({ ...whole, loss }, { iterations: 1, seeds: 4000, weights });
    expect(largest(scores)).toBeLessThan(BOUND);
    // The same estimates are no estimates of another loss.
    const others = loss === 'avg' ? [0, 0, 0, 0, 0, 0, 1] : seventh;
    const wrong = zScores({ ...whole, loss }, { iterations: 1, seeds: 4000, weights: others });
    expect(largest(wrong)).toBeGreaterThan(BOUND);
  });

  it('are right in the mean by persistent ES that stops at ends', () => {
    const config = { ...PIECES, kind: 'pes', ends: 'stop' } as const;
    const play = { iterations: 8, seeds: 4000, weightOf: perTruncation };
    expect(largest(zScores(config, play))).toBeLessThan(BOUND);
  });

  it('are right in the mean by persistent ES that crosses ends', () => {
    const config = { ...PIECES, kind: 'pes', ends: 'cross' } as const;
    expect(largest(zScores(config, { iterations: 8, seeds: 4000 }))).toBeLessThan(BOUND);
  });

  it('are right in the mean by persistent ES whose particles are out of step', () => {
    const config = { ...PIECES, kind: 'pes', ends: 'cross', staggered: true } as const;
    expect(largest(zScores(config, { iterations: 5, seeds: 4000 }))).toBeLessThan(BOUND);
  });

  it('are off by persistent ES that counts the last step as new', () => {
    const config = { ...PIECES, kind: 'pes', ends: 'cross', countsLastAsNew: true } as const;
    expect(largest(zScores(config, { iterations: 8, seeds: 4000 }))).toBeGreaterThan(BOUND);
  });

  it('are right in the mean by noise-reuse ES', () => {
    const config = { ...PIECES, kind: 'noiseReuseEs' } as const;
    expect(largest(zScores(config, { iterations: 6, seeds: 4000 }))).toBeLessThan(BOUND);
  });

  it.each(['cross', 'stop'] as const)('are biased by truncated ES (%s)', (ends) => {
    const config = { ...PIECES, kind: 'truncatedEs', ends } as const;
    const weightOf = ends === 'stop' ? perTruncation : perStep;
    const scores = zScores(config, { iterations: 8, seeds: 1000, weightOf });
    expect(largest(scores)).toBeGreaterThan(2 * BOUND);
  });

  it.each<[string, EstimatorConfig]>([
    ['full ES', { ...whole, loss: 'avg' }],
    ['persistent ES', { ...PIECES, kind: 'pes', ends: 'stop' }],
    ['noise-reuse ES', { ...PIECES, kind: 'noiseReuseEs' }],
  ])('scatter by %s as one over the number of pairs', (_, config) => {
    const scatter = (pairs: number, seeds: number): number => {
      const sums = new Float64Array(TOY_SIZE);
      let squares = 0;
      for (let seed = 0; seed < seeds; seed++) {
        const estimator = createEstimator({ ...config, seed, pairs });
        const { estimates } = playIterations(estimator, new ToyPlayer(seed, THETA, SIGMA), 2);
        estimates[1]!.gradient.forEach((value, j) => {
          sums[j]! += value;
          squares += value * value;
        });
      }
      const means = Array.from(sums, (sum) => sum / seeds);
      return squares / seeds - means.reduce((sum, mean) => sum + mean * mean, 0);
    };
    const one = scatter(1, 4000);
    for (const [pairs, seeds] of [
      [4, 1500],
      [16, 1500],
    ] as const) {
      const ratio = one / scatter(pairs, seeds);
      expect(ratio).toBeGreaterThan(0.8 * pairs);
      expect(ratio).toBeLessThan(1.25 * pairs);
    }
  });
});
