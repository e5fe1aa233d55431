/** The settings of a sweep as a table: sorted for the page, whole for files. Pure. */
import type { EvaluationOverview, SweepTable, SweptSetting } from '../../src/protocol/live/index';
import type { TableContent } from '../shared/components';
import type { CellValue } from '../shared/save';
import { fileNameOf, toCsv } from '../shared/save';
import type { SweepAxis } from './figures/sweepAxes';

/** What has no value comes last in either order. */
export function sortSettings(
  settings: readonly SweptSetting[],
  axes: readonly SweepAxis[],
  { key, descending }: { readonly key: string; readonly descending: boolean },
): SweptSetting[] {
  const axis = axes.find((one) => one.key === key);
  if (axis === undefined) return [...settings];
  const sign = descending ? -1 : 1;
  const rank = (setting: SweptSetting): number => {
    const raw = axis.rawOf(setting);
    return typeof raw === 'number' ? raw : axis.valueOf(setting);
  };
  return settings.toSorted((a, b) => {
    const [one, other] = [rank(a), rank(b)];
    if (Number.isNaN(one) || Number.isNaN(other))
      return Number(Number.isNaN(one)) - Number(Number.isNaN(other));
    return sign * (one - other);
  });
}

/** `speedup-quick-12-sweep-digits8`, `…-all-tasks` */
export function sweepName(overview: EvaluationOverview, table: SweepTable | undefined): string {
  const task = table?.task === undefined ? 'all-tasks' : (overview.tasks[table.task]?.name ?? '');
  return fileNameOf('speedup', overview.suite, 'sweep', task);
}

interface SweepRows {
  readonly overview: EvaluationOverview;
  readonly table: SweepTable | undefined;
  readonly axes: readonly SweepAxis[];
  readonly settings: readonly SweptSetting[];
}

/** All of these settings, also what diverged. */
export function settingsTable({ overview, table, axes, settings }: SweepRows): TableContent {
  const task = table?.task === undefined ? 'all tasks' : overview.tasks[table.task]?.name;
  const isNamed = axes.some(({ key }) => key === 'optimizer');
  return {
    title: `Settings, ${task ?? ''}`,
    columns: [
      ...(isNamed ? [] : [{ label: 'optimizer' }]),
      ...axes.map(({ title }) => ({ label: title })),
      ...['trainings', 'diverged'].map((label) => ({ label })),
    ],
    rows: settings.map((setting): CellValue[] => [
      ...(isNamed ? [] : [setting.optimizer]),
      ...axes.map((axis) => axis.rawOf(setting)),
      ...[setting.trainings, setting.diverged],
    ]),
    fileName: sweepName(overview, table),
    note: 'Losses are means over seeds, empty where one diverged. Times in seconds.',
  };
}

export function settingsCsv(rows: SweepRows): string {
  const { columns, rows: cells } = settingsTable(rows);
  return toCsv(
    columns.map(({ label }) => label),
    cells,
  );
}

/** As it came, with every seed's curve; arrays as lists, what isn't finite as null. */
export function sweepJson(table: SweepTable): string {
  const plain = (_: string, value: unknown) => {
    if (value instanceof Float32Array)
      return Array.from(value, (one) => (Number.isFinite(one) ? one : null));
    return value instanceof Uint32Array ? [...value] : value;
  };
  return JSON.stringify(table, plain, 2);
}

/** The curves of settings: a line for each point of each seed, or each task. */
export function curvesTable(
  overview: EvaluationOverview,
  task: number | undefined,
  settings: readonly SweptSetting[],
): TableContent {
  const isOneTask = task !== undefined;
  const named = ({ optimizer, setting }: SweptSetting): string[] => [optimizer, setting];
  const rows = settings.flatMap((setting): CellValue[][] =>
    isOneTask
      ? (setting.onTask?.seeds ?? []).flatMap(({ seed, curve }) =>
          Array.from(curve.steps, (step, i) => [...named(setting), seed, step, curve.losses[i]]),
        )
      : Array.from(setting.overTasks?.logRatios ?? [], (ratio, i) => [
          ...named(setting),
          overview.tasks[i]?.name,
          Number.isFinite(ratio) ? Math.exp(ratio) : null,
        ]),
  );
  const columns = isOneTask ? ['seed', 'step', 'train loss'] : ['task', 'loss by best'];
  const name = isOneTask ? (overview.tasks[task]?.name ?? '') : 'all tasks';
  return {
    title: `Curves of ${settings.length} ${settings.length === 1 ? 'setting' : 'settings'}, ${name}`,
    columns: ['optimizer', 'setting', ...columns].map((label) => ({ label })),
    rows,
    fileName: fileNameOf('speedup', overview.suite, 'sweep', name, 'curves'),
  };
}
