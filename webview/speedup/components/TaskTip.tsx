/** What stands beside the pointer over a mark: the task, its number, and its curves in small. */
import { integer, num, tickLabel } from '../../shared/format';
import type { TaskMark } from '../figures/sorted';
import { speedupWithSeeds } from '../figures/words';
import type { Shown } from './useShown';
import { Sparkline } from './Sparkline';

export interface TaskTipProps {
  readonly shown: Shown;
  readonly mark: TaskMark;
}

export function TaskTip({ shown, mark }: TaskTipProps) {
  const { overview, looks } = shown;
  const { baseline, numSteps } = overview.protocol;
  const task = overview.tasks[mark.task];
  const result = task?.results[mark.optimizer];
  if (task === undefined || result === undefined) return null;
  return (
    <>
      <b>{task.name}</b> <span class="dim">{task.family}</span>
      <br />
      {overview.optimizers[mark.optimizer]?.label}: <b>{speedupWithSeeds(mark.speedup)}</b>
      <Sparkline
        baseline={task.baselineSpark}
        own={result.spark}
        color={looks[mark.optimizer]!.color}
        width={240}
        height={56}
      />
      <span class="dim">
        final loss {num(result.finalTrain)}; {baseline} after {integer(numSteps)} steps{' '}
        {num(task.baselineLoss)}, best learning rate{' '}
        {Number.isNaN(task.bestLearningRate) ? '–' : tickLabel(task.bestLearningRate)}
      </span>
    </>
  );
}
