/**
 * What is scored one by one: the tasks, or with protocol `lengths` each task at each of its lengths. A row has all
 * trainings of its task but those of other lengths.
 */
import { LENGTHS_PROTOCOL } from '../../core/index';
import type { ProtocolOptions } from '../../core/index';
import { labelOf } from '../../protocol/index';
import type { ResolvedEvaluation } from '../../protocol/index';
import { armsOf, trainingsOf } from './arms';
import type { Training } from './arms';
import { groupBy } from './groupBy';

export interface Row {
  /** Unique: the task's name, with `, T 300` of a length. */
  readonly name: string;
  /** Index of the task. */
  readonly task: number;
  /** Announced steps; absent: those of the evaluation. */
  readonly length?: number;
}

export function rowsOf({ protocol, tasks }: Pick<ResolvedEvaluation, 'protocol' | 'tasks'>): Row[] {
  return tasks.flatMap(({ name, lengths = [] }, task): Row[] =>
    protocol === 'lengths'
      ? lengths.map((length) => ({ name: `${name}, T ${length}`, task, length }))
      : [{ name, task }],
  );
}

/** The trainings of each row, in the order of `rowsOf`; those of a baseline are in several. */
export function trainingsOfRows(config: ResolvedEvaluation): Training[][] {
  const arms = armsOf(config);
  const byTask = groupBy(trainingsOf(config), ({ task }) => task);
  return rowsOf(config).map(({ task, length }) => {
    const belongs = ({ arm }: Training): boolean =>
      arms[arm]!.length === undefined || arms[arm]!.length === length;
    return (byTask.get(task) ?? []).filter(belongs);
  });
}

/** How rows are scored. */
export function scoringOf({
  protocol,
  baseline,
}: Pick<ResolvedEvaluation, 'protocol' | 'baseline'>): Partial<ProtocolOptions> {
  const baselines = [labelOf(baseline)];
  return protocol === 'lengths' ? { ...LENGTHS_PROTOCOL, baselines } : { baselines };
}
