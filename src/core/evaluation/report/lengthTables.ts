/** What an evaluation of several lengths says: a row for each task and length, geometric means over rows, and both in a sentence. */
import { TRAIN_FAMILY } from '../lengths/scoreLengths';
import type { LengthAggregate, LengthsScore } from '../lengths/scoreLengths';
import type { LengthRow, TunedLoss } from '../lengths/scoreRow';
import { countText, factorText } from './format';
import { numbers, words } from './table';
import type { ReportTable } from './table';

/** Marks tasks of data that learned optimizers may have been meta-trained on. */
const SEEN_MARK = '*';

/** Losses at the ends, with the learning rate that was best for the baselines, and speedups. */
export function lengthRowsTable({ rows, baselines }: LengthsScore): ReportTable {
  const optimizers = namesOf(rows);
  const { baseline, second } = baselines;
  return {
    columns: [
      words('Task'),
      numbers('T'),
      numbers(`${baseline} (rate)`),
      ...(second === undefined ? [] : [numbers(`${second} (rate)`)]),
      ...optimizers.flatMap((name) => [numbers(name), numbers('Speedup')]),
    ],
    rows: rows.map((row) => [
      `${row.family === TRAIN_FAMILY ? SEEN_MARK : ''}${row.task}`,
      countText(row.length),
      tunedText(row.baseline),
      ...(second === undefined ? [] : [tunedText(row.second)]),
      ...optimizers.flatMap((name) => cellsOf(row, name)),
    ]),
  };
}

/** Geometric means over rows, by optimizer, family and length. */
export function lengthMeansTable({ aggregates, baselines }: LengthsScore): ReportTable {
  const { baseline, second } = baselines;
  return {
    columns: [
      words('Optimizer'),
      words('Tasks'),
      numbers('T'),
      numbers('Rows'),
      numbers(`Loss by ${baseline}`),
      ...(second === undefined ? [] : [numbers(`Loss by ${second}`)]),
      numbers('Speedup'),
    ],
    rows: aggregates.map((one) => [
      one.optimizer,
      one.family,
      one.length === undefined ? 'all' : countText(one.length),
      String(one.rows),
      one.ratio.toFixed(3),
      ...(second === undefined ? [] : [one.secondRatio?.toFixed(3) ?? '–']),
      factorText(one.speedup),
    ]),
  };
}

/** Of each optimizer on each family over all lengths: `velo, held-out: …`. */
export function lengthFindings({ aggregates, baselines }: LengthsScore): string[] {
  return aggregates
    .filter(({ length }) => length === undefined)
    .map((one) => findingOf(one, baselines));
}

function findingOf(
  { optimizer, family, rows, ratio, secondRatio, speedup }: LengthAggregate,
  { baseline, second }: LengthsScore['baselines'],
): string {
  const bySecond =
    secondRatio === undefined ? '' : `, ${secondRatio.toFixed(3)} times that of tuned ${second}`;
  return (
    `${optimizer}, ${family}: speedup ${factorText(speedup)} over tuned ${baseline}, loss ${ratio.toFixed(3)} times ` +
    `its${bySecond} (geometric means over ${rows} rows).`
  );
}

/** How the two tables are to be read. */
export const LENGTHS_EXPLAINED =
  'Train losses after the last of T announced steps, geometric means over seeds; the baselines with their best rate for each row. ' +
  'Speedup: steps that the lower envelope over the baseline’s rates needs for the same loss, by T, at most 4 (+: it needs more). ' +
  `Loss by a baseline: (loss + 0.01) / (its loss + 0.01). ${SEEN_MARK} data that optimizers may have been meta-trained on, with other seeds.`;

function namesOf(rows: readonly LengthRow[]): string[] {
  return [...new Set(rows.flatMap(({ optimizers }) => optimizers.map((one) => one.optimizer)))];
}

function cellsOf({ optimizers }: LengthRow, name: string): [string, string] {
  const score = optimizers.find(({ optimizer }) => optimizer === name);
  if (score === undefined) return ['–', '–'];
  return [score.loss.toFixed(4), `${factorText(score.speedup)}${score.isCapped ? '+' : ''}`];
}

function tunedText(tuned: TunedLoss | undefined): string {
  if (tuned === undefined) return '–';
  const rate = tuned.hyperparameters['learningRate'];
  const text = typeof rate === 'number' ? ` (${Number(rate.toPrecision(2))})` : '';
  return `${tuned.loss.toFixed(4)}${text}`;
}
