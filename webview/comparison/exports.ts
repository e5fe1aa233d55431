/** What is shown, as tables and as text for files. Numbers are written as they are. Pure. */
import type { CellValue } from '../shared/save';
import { fileNameOf, toCsv } from '../shared/save';
import type { Comparison } from './rows';
import { positions } from './summaries';
import type { Axis, ViewChoices } from './view';

/** The name of a file says which of the curves it holds: steps and seconds rank differently. */
export function exportName({ quantity }: Comparison, { axis }: ViewChoices): string {
  return fileNameOf('comparison', quantity === 'heldOut' ? 'held-out' : 'train', `by-${axis}`);
}

export interface PlainTable {
  readonly columns: string[];
  readonly rows: CellValue[][];
}

/** One line a run, as in the table of runs. */
export function summaryTable({ rows, target }: Comparison): PlainTable {
  const goal = target === undefined ? 'target' : String(target);
  return {
    columns: [
      ...['Run', 'Optimizer', 'Setting', 'State', 'Final train loss', 'Final held-out loss'],
      ...['Best held-out loss', 'at step', `Steps to ${goal}`, `Seconds to ${goal}`, 'ms per step'],
    ],
    rows: rows.map((row) => [
      ...[row.name, row.optimizer, row.setting, row.stateText, row.finalTrain, row.finalHeldOut],
      ...[row.bestHeldOut, row.bestStep, row.stepsToTarget, row.secondsToTarget, row.msPerStep],
    ]),
  };
}

/**
 * The curves as drawn: by step one column a run over all steps that any of them has, by seconds one line a point,
 * since no two runs share a time.
 */
export function curveTable({ rows }: Comparison, axis: Axis): PlainTable {
  if (axis === 'seconds') {
    return {
      columns: ['Run', 'Seconds', 'Step', 'Loss'],
      rows: rows.flatMap(({ label, curve }) =>
        Array.from(curve.values, (loss, i) => [label, curve.seconds[i]!, curve.steps[i]!, loss]),
      ),
    };
  }
  const steps = new Set(rows.flatMap(({ curve }) => Array.from(curve.steps)));
  const byStep = rows.map(
    ({ curve }) => new Map(Array.from(curve.steps, (step, i) => [step, curve.values[i]])),
  );
  return {
    columns: ['Step', ...rows.map(({ label }) => label)],
    rows: [...steps]
      .sort((a, b) => a - b)
      .map((step) => [step, ...byStep.map((values) => values.get(step) ?? null)]),
  };
}

export function summaryCsv(comparison: Comparison): string {
  const { columns, rows } = summaryTable(comparison);
  return toCsv(columns, rows);
}

export function curvesCsv(comparison: Comparison, axis: Axis): string {
  const { columns, rows } = curveTable(comparison, axis);
  return toCsv(columns, rows);
}

/** Choices, table and curves; what is not a number becomes null. */
export function comparisonJson(comparison: Comparison, { axis, smoothing }: ViewChoices): string {
  const { quantity, target } = comparison;
  const runs = comparison.rows.map((row) => ({
    runId: row.entry.runId,
    name: row.name,
    optimizer: row.optimizer,
    setting: row.setting,
    state: row.state,
    ...row.summary,
    curve: { [axis]: Array.from(positions(row.curve, axis)), loss: Array.from(row.curve.values) },
  }));
  const choices = { quantity, axis, smoothing: quantity === 'train' ? smoothing : 0, target };
  return JSON.stringify({ ...choices, runs }, null, 2);
}
