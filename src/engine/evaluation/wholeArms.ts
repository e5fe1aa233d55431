/** What can be scored before everything is there: half a sweep would be a weaker baseline than the one that was asked for. */
import type { ResolvedEvaluation } from '../../protocol/index';
import { armsOf } from './arms';
import type { TaskResult } from './results';
import { rowsOf, trainingsOfRows } from './rows';

/** Keeps of a task the optimizers whose settings are there with all their seeds. */
export type WholeArms = (result: TaskResult) => TaskResult;

/** @param failed  keys of trainings that could not be made: nobody waits for them */
export function wholeArms(config: ResolvedEvaluation, failed: ReadonlySet<string>): WholeArms {
  const arms = armsOf(config);
  const expected = new Map<string, number>();
  const nameOf = (task: string, optimizer: string): string => `${task}\n${optimizer}`;
  const rows = rowsOf(config);
  for (const [index, trainings] of trainingsOfRows(config).entries()) {
    for (const { key, arm } of trainings) {
      if (failed.has(key)) continue;
      const name = nameOf(rows[index]!.name, arms[arm]!.optimizer);
      expected.set(name, (expected.get(name) ?? 0) + 1);
    }
  }
  return ({ arms: known, ...task }) => {
    const there = new Map<string, number>();
    for (const { optimizer, curves } of known)
      there.set(optimizer, (there.get(optimizer) ?? 0) + curves.length);
    const isWhole = (optimizer: string): boolean =>
      (there.get(optimizer) ?? 0) >= (expected.get(nameOf(task.task, optimizer)) ?? Infinity);
    return { ...task, arms: known.filter(({ optimizer }) => isWhole(optimizer)) };
  };
}
