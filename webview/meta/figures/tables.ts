/** What is shown, as tables and as text for files. Numbers are written as they are. Pure. */
import type { MetaValidationEntry } from '../../../src/protocol/live/index';
import type { TableContent } from '../../shared/components';
import type { CellValue } from '../../shared/save';
import { toCsv } from '../../shared/save';
import type { MetaData } from '../model';
import { sidesOf } from '../model';
import { differenceRms, divergedShares, lengthsOf, speedsOf } from './iterations';
import type { EntryLook } from './pairs';
import { curveOf, groupsOf } from './validations';
import type { Grouping } from '../view';
import { taskRatio } from './validations';

type Rows = readonly (readonly CellValue[])[];

function table(title: string, columns: readonly string[], rows: Rows, note?: string): TableContent {
  const labels = columns.map((label) => ({ label }));
  return { title, columns: labels, rows, ...(note === undefined ? {} : { note }) };
}

export function lossTable(data: MetaData, grouping: Grouping): TableContent {
  const groups = groupsOf(data, grouping);
  const curves = groups.map(({ tasks }) => curveOf(data, tasks));
  const all = curveOf(data, [...data.tasks.keys()]);
  const rows = data.validations.map(({ iteration, ratio }, i) => [
    ...[iteration, ratio, all.low[i], all.high[i]],
    ...curves.map(({ y }) => y[i]),
  ]);
  const columns = ['Outer step', 'All tasks', 'Low', 'High', ...groups.map(({ name }) => name)];
  const note =
    'Geometric means of the loss over that of the start; low and high: one standard error over the tasks.';
  return table('Evaluation loss', columns, rows, note);
}

export function speedupTable({ validations, tasks }: MetaData): TableContent {
  const columns = [
    'Outer step',
    'Geometric mean',
    ...tasks.map(({ name, length }) => `${name}, T ${length}`),
  ];
  const rows = validations.map(({ iteration, speedup, speedups }) => [
    iteration,
    speedup,
    ...speedups,
  ]);
  const note = 'Steps that tuned Adam needs for the same loss, over T; 4 means: at least 4.';
  return table('Speedup over tuned Adam', columns, rows, note);
}

/** Of one validation, beside the start. */
export function taskTable(data: MetaData, now: MetaValidationEntry): TableContent {
  const start = data.validations[0];
  const rows = data.tasks.map(({ name, family, length, baseline }, i) => [
    ...[name, family, length, start?.losses[i], now.losses[i], taskRatio(data, now, i)],
    ...[baseline?.loss, baseline?.learningRate, now.speedups[i]],
  ]);
  const columns = [
    ...['Task', 'Family', 'T', 'Loss of the start', 'Loss', 'Ratio'],
    ...['Adam', 'Its rate', 'Speedup'],
  ];
  return table(`Validation tasks at outer step ${now.iteration}`, columns, rows);
}

export function multiplierTable(shown: readonly MetaValidationEntry[]): TableContent {
  const points = Math.max(0, ...shown.map(({ multiplier }) => multiplier.length));
  const rows = Array.from({ length: points }, (_, i) => [
    i / Math.max(1, points - 1),
    ...shown.map(({ multiplier }) => multiplier[i]),
  ]);
  const columns = ['Share of steps done', ...shown.map(({ iteration }) => `step ${iteration}`)];
  return table('Step multiplier learned', columns, rows);
}

export function driftTable({ validations }: MetaData): TableContent {
  const groups = validations.at(-1)?.groups ?? [];
  const rows = validations.map(({ iteration, drift }) => [iteration, ...drift]);
  return table('How far θ has moved', ['Outer step', ...groups], rows);
}

/** Of each pair its difference; of each training that is gone back through its meta-loss. */
export function pairTable(
  { iterations, about }: MetaData,
  looks: readonly EntryLook[],
): TableContent {
  const { iteration, pairs, length, entry, diverged } = iterations;
  const values = about.playsPairs ? iterations.difference : iterations.problemLoss;
  let at = 0;
  const rows = [...iteration].flatMap((step, i) =>
    Array.from({ length: pairs[i]! }, () => {
      const row = [step, looks[entry[at]!]?.name ?? '', length[at], values[at], diverged[at]];
      at += 1;
      return row;
    }),
  );
  return about.playsPairs
    ? table('Antithetic pairs', [...PAIR_COLUMNS, 'L⁺ − L⁻', 'Diverged sides'], rows)
    : table('Trainings', [...PAIR_COLUMNS, 'Meta-loss', 'Diverged'], rows);
}

const PAIR_COLUMNS = ['Outer step', 'Tasks', 'T'];

const ITERATION_COLUMNS = [
  ...[
    'Outer step',
    'Seconds',
    'Inner steps',
    'Steps a second',
    'Busy',
    'Meta-loss',
    'Learning rate',
  ],
  ...['Gradient norm', 'Update norm', 'Cosine'],
  ...['Shortest T', 'Median T', 'Longest T', 'Diverged'],
];
const DIFFERENCES = 'RMS of differences';

/** Everything of each outer iteration but its trainings. */
export function iterationTable(data: MetaData, title: string): TableContent {
  const { iterations, about } = data;
  const { low, median, high } = lengthsOf(iterations);
  const [speeds, rms, diverged] = [
    ...[speedsOf(iterations), differenceRms(iterations), divergedShares(iterations, sidesOf(data))],
  ];
  const rows = [...iterations.iteration].map((step, i) => [
    ...[step, iterations.seconds[i], iterations.innerSteps[i], speeds?.[i], iterations.busy[i]],
    ...[iterations.loss[i], iterations.learningRate[i], iterations.gradientRms[i]],
    ...[iterations.updateRms[i], iterations.cosine[i]],
    ...[low[i], median[i], high[i], diverged?.[i]],
    ...(about.playsPairs ? [rms?.[i]] : []),
  ]);
  const columns = [...ITERATION_COLUMNS, ...(about.playsPairs ? [DIFFERENCES] : [])];
  return table(title, columns, rows);
}

/** As a CSV file. */
export function csvOf({ columns, rows }: TableContent): string {
  return toCsv(
    columns.map(({ label }) => label),
    rows,
  );
}

/** Everything that is known, as JSON. */
export function metaJson(data: MetaData): string {
  const plain = (_: string, value: unknown): unknown =>
    ArrayBuffer.isView(value) ? [...(value as Float32Array)] : value;
  return `${JSON.stringify(data, plain, 1)}\n`;
}
