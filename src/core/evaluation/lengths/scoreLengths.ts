/** Trainings of several announced lengths, row by row, and each optimizer's geometric means over rows by family and length. */
import { scoreRow } from './scoreRow';
import type { LengthRow, RowBaselines, RowResults, RowScore } from './scoreRow';

/** Of data, but not of seeds, that learned optimizers may have been meta-trained on; marked in tables. */
export const TRAIN_FAMILY = 'train family';
/** Of data that they were not. */
export const HELD_OUT_FAMILY = 'held-out';

/** A speedup of 0 has no logarithm. */
const SPEEDUP_FLOOR = 0.01;

/** Geometric means over rows. */
export interface LengthAggregate {
  readonly optimizer: string;
  readonly family: string;
  /** Absent: over all lengths. */
  readonly length?: number;
  readonly rows: number;
  readonly ratio: number;
  /** Undefined where a row has no second baseline. */
  readonly secondRatio: number | undefined;
  /** Of speedups, those under 0.01 taken for 0.01. */
  readonly speedup: number;
}

export interface LengthsScore {
  readonly baselines: RowBaselines;
  readonly rows: readonly LengthRow[];
  /** By optimizer, family and length; over all lengths after each single one. */
  readonly aggregates: readonly LengthAggregate[];
}

/**
 * @param results  rows, of which those without a finite first loss of the baseline are left out
 * @throws UserError('data') where curves are malformed
 */
export function scoreLengths(
  results: readonly RowResults[],
  baselines: RowBaselines,
): LengthsScore {
  const rows = results.flatMap((row) => scoreRow(row, baselines) ?? []);
  const optimizers = distinct(rows.flatMap((row) => row.optimizers.map((one) => one.optimizer)));
  const families = distinct(rows.map(({ family }) => family));
  const aggregates = optimizers.flatMap((optimizer) =>
    families.flatMap((family) => {
      const own = rows.flatMap((row) => {
        const score = row.optimizers.find((one) => one.optimizer === optimizer);
        return score === undefined || row.family !== family ? [] : [{ row, score }];
      });
      const lengths = distinct(own.map(({ row }) => row.length)).sort((a, b) => a - b);
      const of = (length?: number): LengthAggregate[] => {
        const some = own.filter(({ row }) => length === undefined || row.length === length);
        if (some.length === 0) return [];
        const means = meansOf(some.map(({ score }) => score));
        return [{ optimizer, family, ...(length === undefined ? {} : { length }), ...means }];
      };
      return [...lengths.flatMap((length) => of(length)), ...of()];
    }),
  );
  return { baselines, rows, aggregates };
}

function meansOf(
  scores: readonly RowScore[],
): Pick<LengthAggregate, 'rows' | 'ratio' | 'secondRatio' | 'speedup'> {
  const known = scores.flatMap(({ secondRatio }) => secondRatio ?? []);
  return {
    rows: scores.length,
    ratio: geometricMean(scores.map(({ ratio }) => ratio)),
    secondRatio: known.length < scores.length ? undefined : geometricMean(known),
    speedup: geometricMean(scores.map(({ speedup }) => Math.max(speedup, SPEEDUP_FLOOR))),
  };
}

function geometricMean(values: readonly number[]): number {
  return Math.exp(values.reduce((sum, value) => sum + Math.log(value), 0) / values.length);
}

function distinct<T>(values: readonly T[]): T[] {
  return [...new Set(values)];
}
