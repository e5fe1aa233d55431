/** What a person has chosen in this view, and what follows from it; kept by the host, so it is checked when it comes back. */
import { TASK_KINDS } from '../../src/protocol/live/index';
import type { ShownFamily, ShownTask, TaskKind } from '../../src/protocol/live/index';

export interface Choices {
  /** Words that a task must have. */
  readonly text: string;
  readonly kind: TaskKind | 'all';
  /** A data set; empty: any. */
  readonly dataset: string;
  /** Id of the task in the detail; null: closed by the reader. */
  readonly task?: string | null | undefined;
}

/** Whatever is missing or wrong has its default. */
export function readChoices(kept: unknown): Choices {
  const { text, kind, dataset, task } = isRecord(kept) ? kept : {};
  return {
    text: typeof text === 'string' ? text : '',
    kind: TASK_KINDS.find((known) => known === kind) ?? 'all',
    dataset: typeof dataset === 'string' ? dataset : '',
    ...(typeof task === 'string' || task === null ? { task } : {}),
  };
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Families with the tasks that the choices let through; families without any are left out. */
export function filterFamilies(
  families: readonly ShownFamily[],
  { text, kind, dataset }: Choices,
): readonly ShownFamily[] {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  return families
    .filter((family) => kind === 'all' || family.kind === kind)
    .map((family) => ({
      ...family,
      tasks: family.tasks.filter((task) => {
        if (dataset !== '' && task.dataset !== dataset) return false;
        const searched = searchText(family, task);
        return words.every((word) => searched.includes(word));
      }),
    }))
    .filter(({ tasks }) => tasks.length > 0);
}

function searchText({ family, title, kind }: ShownFamily, task: ShownTask): string {
  const { name, summary, dataset, inside = '', seed } = task;
  const drawn = seed === undefined ? '' : `drawn ${seed}`;
  // Names of options would find every task of the family.
  const options = JSON.stringify(Object.values(task.task));
  return [family, title, kind, name, summary, dataset, inside, drawn, options]
    .join(' ')
    .toLowerCase();
}

/** Names of data sets in the order in which they come up. */
export function datasetsOf(families: readonly ShownFamily[]): readonly string[] {
  const names = families.flatMap(({ tasks }) => tasks.map(({ dataset }) => dataset));
  return [...new Set(names)].filter((name) => name !== '');
}

export interface FoundTask {
  readonly family: ShownFamily;
  readonly task: ShownTask;
}

export function findTask(
  families: readonly ShownFamily[],
  id: string | null | undefined,
): FoundTask | undefined {
  for (const family of families) {
    const task = family.tasks.find((candidate) => candidate.id === id);
    if (task !== undefined) return { family, task };
  }
  return undefined;
}
