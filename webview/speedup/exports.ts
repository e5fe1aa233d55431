/** What is shown, as tables and as text for files. Numbers are written as they are. Pure. */
import type { EvaluationOverview, Speedup, TaskCurves } from '../../src/protocol/live/index';
import type { TableContent } from '../shared/components';
import type { CellValue } from '../shared/save';
import { fileNameOf, toCsv } from '../shared/save';
import { baselineName } from './figures/words';
import { rankTasks } from './ranking';
import type { Unit, ViewChoices } from './view';

/** The name of a file says what it was made by: steps and seconds rank differently. */
export function exportName({ suite }: EvaluationOverview, { unit, chart }: ViewChoices): string {
  return fileNameOf('speedup', suite, `by-${unit}`, ...(chart === 'profile' ? ['profile'] : []));
}

function table(
  title: string,
  columns: readonly string[],
  rows: readonly (readonly CellValue[])[],
  more: { readonly fileName: string; readonly note?: string },
): TableContent {
  return { title, columns: columns.map((label) => ({ label })), rows, ...more };
}

/** The sorted chart: of each optimizer, rank for rank, the task and its speedup. */
export function speedupTable(overview: EvaluationOverview, unit: Unit): TableContent {
  const rows = overview.optimizers.flatMap(({ label }, optimizer) =>
    rankTasks(overview, optimizer, unit).map(({ task, speedup }, rank): CellValue[] => [
      ...[label, rank + 1, task.name, speedup.kind],
      ...[speedup.value, speedup.low, speedup.high],
    ]),
  );
  const columns = ['Optimizer', 'Rank', 'Task', 'Kind', 'Speedup', 'Low', 'High'];
  const title = `Speedup over tuned ${overview.protocol.baseline} by ${unit}`;
  return table(title, columns, rows, {
    fileName: fileNameOf('speedup', overview.suite, `by-${unit}`, 'ranks'),
    note: 'Censored: at least this. Failed: not finite, or never under the first loss. Low and high: over the seeds.',
  });
}

/** The profiles, factor by factor. */
export function profileTable(overview: EvaluationOverview, unit: Unit): TableContent {
  const profiles = [
    ...overview.optimizers.map((optimizer) => optimizer[unit].profile),
    overview.baselineProfile[unit],
  ];
  const factors = [...new Set(profiles.flatMap((profile) => [...profile.factors]))].sort(
    (a, b) => a - b,
  );
  const shareAt = ({ factors: own, shares }: (typeof profiles)[number], factor: number) =>
    shares[own.findLastIndex((candidate) => candidate <= factor)] ?? null;
  const rows = factors.map((factor) => [
    factor,
    ...profiles.map((profile) => shareAt(profile, factor)),
  ]);
  const labels = overview.optimizers.map(({ label }) => label);
  const columns = ['Factor', ...labels, baselineName(overview)];
  return table(`Share of tasks within a factor of the best, by ${unit}`, columns, rows, {
    fileName: fileNameOf('speedup', overview.suite, `by-${unit}`, 'profile'),
    note: 'Relative: it changes when an optimizer is added or removed.',
  });
}

/** A task's curves as drawn: one column each over all steps that any of them has. */
export function curveTable(overview: EvaluationOverview, curves: TaskCurves): TableContent {
  const shown = [curves.envelope, ...curves.optimizers.map(({ mean }) => mean)];
  const steps = [...new Set(shown.flatMap((curve) => [...curve.steps]))].sort((a, b) => a - b);
  const byStep = shown.map(
    (curve) => new Map(Array.from(curve.steps, (step, i) => [step, curve.losses[i]])),
  );
  const rows = steps.map((step) => [step, ...byStep.map((losses) => losses.get(step) ?? null)]);
  const labels = overview.optimizers.map(({ label }) => label);
  const columns = ['Step', `Tuned ${overview.protocol.baseline}`, ...labels];
  const name = overview.tasks[curves.task]?.name ?? '';
  return table(`${name}: train loss, smoothed`, columns, rows, {
    fileName: fileNameOf('speedup', overview.suite, name, 'curves'),
  });
}

/** The baseline's sweep on a task. */
export function sweepTable({ protocol, tasks, suite }: EvaluationOverview, curves: TaskCurves) {
  const { numSteps, baselineSteps, baseline } = protocol;
  const columns = ['Learning rate', `Loss at ${numSteps}`, `Loss at ${baselineSteps}`, 'Diverged'];
  const rows = curves.sweep.map(({ learningRate, lossAtNumSteps, lossAtEnd, diverged }) => [
    ...[learningRate, lossAtNumSteps, lossAtEnd, diverged],
  ]);
  const name = tasks[curves.task]?.name ?? '';
  return table(`${name}: sweep of ${baseline}`, columns, rows, {
    fileName: fileNameOf('speedup', suite, name, 'sweep'),
  });
}

/** One line a task, as in the table of tasks, both units. */
export function tasksTable(overview: EvaluationOverview): TableContent {
  const { baseline, numSteps } = overview.protocol;
  const parts = ['speedup by steps', 'kind', 'speedup by seconds', 'final train loss'];
  const more = [...parts, 'final held-out loss', 'seconds per step'];
  const columns = [
    ...['Task', 'Family', 'Stand-in for', 'Parameters', `${baseline}'s best learning rate`],
    `${baseline} at ${numSteps}`,
    ...overview.optimizers.flatMap(({ label }) => more.map((part) => `${label}: ${part}`)),
  ];
  const rows = overview.tasks.map((task): CellValue[] => [
    ...[task.name, task.family, task.standsFor, task.numParams],
    ...[finite(task.bestLearningRate), finite(task.baselineLoss)],
    ...task.results.flatMap(({ steps, seconds, finalTrain, finalHeldOut, secondsPerStep }) => [
      ...[valueOf(steps), steps.kind, valueOf(seconds)],
      ...[finite(finalTrain), finite(finalHeldOut), finite(secondsPerStep)],
    ]),
  ]);
  return table('Tasks', columns, rows, { fileName: fileNameOf('speedup', overview.suite) });
}

function valueOf({ kind, value }: Speedup): number | null {
  return kind === 'pending' ? null : value;
}

function finite(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}

export function tasksCsv(overview: EvaluationOverview): string {
  const { columns, rows } = tasksTable(overview);
  return toCsv(
    columns.map(({ label }) => label),
    rows,
  );
}

/** The overview as it came; arrays as lists, what is not a number becomes null. */
export function evaluationJson(overview: EvaluationOverview): string {
  const plain = (_: string, value: unknown) =>
    value instanceof Float32Array ? [...value].map(finite) : value;
  return JSON.stringify(overview, plain, 2);
}
