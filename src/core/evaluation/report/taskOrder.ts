/** Tasks in the order of one optimizer's speedups, best first: the order of the chart. */
import type { Interval } from '../bootstrap';
import { speedupInSeconds } from '../scoreOptimizer';
import type { OptimizerScore } from '../scoreOptimizer';
import type { TaskScore } from '../scoreTask';
import { speedupNumber } from '../speedup';
import type { Speedup } from '../speedup';

export type SpeedupUnit = 'steps' | 'seconds';

/** A task's place in the chart. */
export interface PlacedSpeedup {
  readonly task: string;
  readonly speedup: Speedup;
  readonly interval: Interval | undefined;
}

const FAILURES: readonly Speedup['kind'][] = ['worseThanStart', 'diverged'];

/** The tasks that have a baseline and a result of the optimizer; equal ones by name, failures last. */
export function speedupOrder(
  tasks: readonly TaskScore[],
  optimizer: string,
  unit: SpeedupUnit,
): PlacedSpeedup[] {
  const placed = tasks.flatMap(({ task, optimizers }) => {
    const score = optimizers.find((one) => one.optimizer === optimizer);
    const inUnit = score && speedupIn(score, unit);
    return inUnit === undefined ? [] : [{ task, ...inUnit }];
  });
  const numberOf = ({ speedup }: PlacedSpeedup): number => speedupNumber(speedup) ?? -1;
  const failureOf = ({ speedup }: PlacedSpeedup): number => FAILURES.indexOf(speedup.kind);
  return placed
    .filter(({ speedup }) => speedup.kind !== 'noBaseline')
    .sort(
      (a, b) =>
        numberOf(b) - numberOf(a) || failureOf(a) - failureOf(b) || (a.task < b.task ? -1 : 1),
    );
}

/** A speedup in the unit; undefined where times are not known. */
function speedupIn(
  score: OptimizerScore,
  unit: SpeedupUnit,
): Pick<PlacedSpeedup, 'speedup' | 'interval'> | undefined {
  return unit === 'seconds' ? speedupInSeconds(score) : score;
}
