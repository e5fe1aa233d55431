import { describe, expect, it } from 'vitest';
import { scoreLengths } from '../../../../../src/core/evaluation/lengths/scoreLengths';
import type { RowResults } from '../../../../../src/core/evaluation/lengths/scoreRow';
import {
  lengthFindings,
  lengthMeansTable,
  lengthRowsTable,
} from '../../../../../src/core/evaluation/report/lengthTables';
import type { Arm } from '../../../../../src/core/evaluation/results';

/** The baseline falls from 1 to 0.2 over four lengths, in a straight line. */
function rowOf(task: string, family: string, length: number, finals: Record<string, number>) {
  const arm = (optimizer: string, at: number[], losses: number[], rate = {}): Arm => {
    const [steps, train] = [Float64Array.from(at), Float64Array.from(losses)];
    const seconds = new Float64Array(at.length);
    const curve = { seed: 0, steps, train, heldOut: train, seconds, diverged: false };
    return { optimizer, length: at.at(-1)!, hyperparameters: rate, curves: [curve] };
  };
  return {
    ...{ task: `${task}, T ${length}`, of: { task, length }, family },
    arms: [
      arm('adam', [0, 4 * length], [1, 0.2], { learningRate: 0.032 }),
      ...Object.entries(finals).map(([name, loss]) => arm(name, [0, length], [1, loss])),
    ],
  } satisfies RowResults;
}

// After one length the baseline is at 0.8, after two at 0.6, after half a one at 0.9.
const SCORE = scoreLengths(
  [
    rowOf('a', 'train family', 100, { cosine: 0.4, velo: 0.6 }),
    rowOf('b', 'held-out', 100, { cosine: 0.39, velo: 0.9 }),
    rowOf('c', 'held-out', 100, { cosine: 0.39, velo: 0.6 }),
    rowOf('c', 'held-out', 1000, { cosine: 0.39, velo: 1 }),
  ],
  { baseline: 'adam', second: 'cosine' },
);

describe('the means over rows', () => {
  it('are geometric, by family and length, and over all lengths', () => {
    const known = SCORE.aggregates.map(({ family, length, rows }) => [family, length, rows]);
    expect(known).toEqual([
      ['train family', 100, 1],
      ['train family', undefined, 1],
      ['held-out', 100, 2],
      ['held-out', 1000, 1],
      ['held-out', undefined, 3],
    ]);
    const [, , short, long, all] = SCORE.aggregates;
    expect(short!.speedup).toBeCloseTo(Math.sqrt(0.5 * 2), 3);
    expect(short!.ratio).toBeCloseTo(Math.sqrt((0.91 / 0.81) * (0.61 / 0.81)), 5);
    expect(short!.secondRatio).toBeCloseTo(Math.sqrt((0.91 / 0.4) * (0.61 / 0.4)), 4);
    // A speedup of 0 counts as 0.01.
    expect(long!.speedup).toBeCloseTo(0.01, 6);
    expect(all!.speedup).toBeCloseTo(Math.cbrt(0.01), 3);
  });

  it('have no second ratio without a second baseline', () => {
    const plain = scoreLengths([rowOf('a', 'held-out', 100, { velo: 0.6 })], { baseline: 'adam' });
    expect(plain.aggregates[0]!.secondRatio).toBeUndefined();
    expect(lengthMeansTable(plain).columns).toHaveLength(6);
  });
});

describe('the tables of lengths', () => {
  it('have a row for each task and length, marked where its data may be known', () => {
    const { columns, rows } = lengthRowsTable(SCORE);
    expect(columns.map(({ title }) => title)).toEqual([
      ...['Task', 'T', 'adam (rate)', 'cosine (rate)', 'velo', 'Speedup'],
    ]);
    expect(rows[0]).toEqual(['*a', '100', '0.8000 (0.032)', '0.4000', '0.6000', '2.00×']);
    expect(rows[3]).toEqual(['c', '1,000', '0.8000 (0.032)', '0.3900', '1.0000', '0×']);
  });

  it('have the means below each other, and say them in sentences', () => {
    expect(lengthMeansTable(SCORE).rows.at(-1)).toEqual([
      ...['velo', 'held-out', 'all', '3', '1.018', '2.061', '0.22×'],
    ]);
    expect(lengthFindings(SCORE)[1]).toBe(
      'velo, held-out: speedup 0.22× over tuned adam, loss 1.018 times its, 2.061 times that of tuned cosine ' +
        '(geometric means over 3 rows).',
    );
  });
});
