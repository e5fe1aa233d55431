/** How the chosen task's number came about: the curves with the distance between them, and the baseline's sweep. */
import type { TaskCurves } from '../../../src/protocol/live/index';
import { LoadingText, Section } from '../../shared/components';
import { curveTable, sweepTable } from '../exports';
import { secondsOf } from '../figures/how';
import { findingText, secondsFinding, taskText } from '../figures/words';
import { hasBegun } from '../model';
import type { Shown } from './useShown';
import { HowChart } from './HowChart';
import { SweepChart } from './SweepChart';

export interface DetailProps {
  readonly shown: Shown;
  /** Index of the task. */
  readonly task: number;
  readonly curves: TaskCurves | undefined;
  /** Newer curves are on their way. */
  readonly isWaiting: boolean;
}

export function Detail({ shown, task: index, curves, isWaiting }: DetailProps) {
  const { overview, isOpen, toggle } = shown;
  const task = overview.tasks[index];
  if (task === undefined) return null;
  const { baseline } = overview.protocol;
  return (
    <aside class="detail" aria-label={`How the number of ${task.name} came about`}>
      <Section
        title={task.name}
        unit="how its number came about"
        {...(curves && { table: () => curveTable(overview, curves) })}
        open={isOpen('detail')}
        onToggle={toggle('detail')}
      >
        <p class="detail-text dim">
          {taskText(task)} <Finding {...{ shown, index, curves }} />
        </p>
        {curves ? (
          <HowChart shown={shown} curves={curves} />
        ) : (
          <Waiting isWaiting={isWaiting} hasBegun={hasBegun(task)} />
        )}
      </Section>
      {curves && curves.sweep.length > 0 && (
        <Section
          title={`${baseline}’s sweep`}
          unit="loss against learning rate"
          table={() => sweepTable(overview, curves)}
          open={isOpen('sweep')}
          onToggle={toggle('sweep')}
        >
          <SweepChart shown={shown} curves={curves} />
        </Section>
      )}
    </aside>
  );
}

interface FindingProps {
  readonly shown: Shown;
  readonly index: number;
  readonly curves: TaskCurves | undefined;
}

function Finding({ shown, index, curves }: FindingProps) {
  const { overview, choices, chosen } = shown;
  const task = overview.tasks[index]!;
  const result = task.results[chosen.front];
  const seconds = curves && choices.unit === 'seconds' && secondsOf({ overview, curves });
  const bySeconds =
    seconds && result
      ? secondsFinding(overview, result.seconds, {
          own: seconds.own[chosen.front] ?? NaN,
          baseline: seconds.baseline,
        })
      : undefined;
  return (
    <span class="detail-finding">
      {findingText(overview, task, chosen.front)} {bySeconds}
    </span>
  );
}

function Waiting({
  isWaiting,
  hasBegun: begun,
}: {
  readonly isWaiting: boolean;
  readonly hasBegun: boolean;
}) {
  if (!begun)
    return <p class="detail-text dim">No training of this task has ended yet: no curves.</p>;
  return isWaiting ? (
    <div class="detail-loading" aria-busy="true">
      <LoadingText>Reading the curves of this task</LoadingText>
    </div>
  ) : null;
}
