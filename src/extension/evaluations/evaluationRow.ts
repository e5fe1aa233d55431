/** How an evaluation looks in the tree, in pickers and in the status bar, as plain data. */
import { isAtWork } from '../../protocol/live/index';
import type { EvaluationEntry, JobState } from '../../protocol/live/index';
import { formatCount, formatNumber, formatSeconds } from '../format';

export interface EvaluationRow {
  readonly label: string;
  /** Most important first, since it is cut at the right. */
  readonly description: string;
  readonly tooltip: string;
  readonly icon: { readonly id: string; readonly color?: string };
  /** Words that menus look for: `evaluation stoppable`. */
  readonly contextValue: string;
  /** For screen readers: everything that the icon says, in words. */
  readonly spoken: string;
}

export const JOB_ICONS: Readonly<Record<JobState, EvaluationRow['icon']>> = {
  starting: { id: 'sync', color: 'charts.blue' },
  running: { id: 'sync', color: 'charts.blue' },
  stopping: { id: 'sync', color: 'charts.blue' },
  stopped: { id: 'primitive-square', color: 'descriptionForeground' },
  interrupted: { id: 'debug-disconnect', color: 'charts.yellow' },
  finished: { id: 'pass', color: 'charts.green' },
  failed: { id: 'error', color: 'charts.red' },
};

export function evaluationRow(entry: EvaluationEntry): EvaluationRow {
  const description = describe(entry);
  return {
    label: entry.evaluationId,
    description,
    tooltip: details(entry).join('\n'),
    icon: JOB_ICONS[entry.state],
    contextValue: ['evaluation', ...abilities(entry)].join(' '),
    spoken: `${entry.evaluationId}, ${jobStateWord(entry)}, ${description}`,
  };
}

/** `Running`, `Running in another process`, `Interrupted` */
export function jobStateWord({ state, owner }: Pick<EvaluationEntry, 'state' | 'owner'>): string {
  const word = state.charAt(0).toUpperCase() + state.slice(1);
  return owner === 'other' && isAtWork(state) ? `${word} in another process` : word;
}

/** `5/12 tasks · VeLO 1.36× · 12 min 3 s left` */
function describe(entry: EvaluationEntry): string {
  const { state, owner, tasks, tasksDone, secondsLeft, message } = entry;
  const left = isAtWork(state) && secondsLeft !== undefined;
  const parts = [
    ...(state === 'running' || state === 'finished' ? [] : [state]),
    ...(state === 'failed' && message !== undefined ? [message] : []),
    ...(tasksDone === null ? [] : [`${tasksDone}/${tasks} tasks`]),
    ...medianTexts(entry),
    ...(left ? [`${formatSeconds(secondsLeft)} left`] : []),
    ...(owner === 'other' && isAtWork(state) ? ['elsewhere'] : []),
  ];
  return parts.join(' · ');
}

/** `velo 1.36×`, of those that have a result. */
function medianTexts({ optimizers, medians }: EvaluationEntry): string[] {
  return optimizers.flatMap((name, index) => {
    const median = medians[index];
    return typeof median === 'number' ? [`${name} ${formatNumber(median)}×`] : [];
  });
}

function details(entry: EvaluationEntry): string[] {
  const { name, done, total, baseline, directory } = entry;
  const medians = medianTexts(entry);
  return [
    `${name}: ${jobStateWord(entry).toLowerCase()}`,
    ...(entry.message === undefined ? [] : [entry.message]),
    `${formatCount(done)} of ${formatCount(total)} trainings`,
    ...(medians.length === 0
      ? []
      : [`Median speedup in steps over tuned ${baseline}: ${medians.join(', ')}`]),
    directory,
  ];
}

function abilities({ state, owner, canResume, tasksDone }: EvaluationEntry): string[] {
  const words: string[] = [];
  if (owner === 'engine' && (state === 'starting' || state === 'running')) words.push('stoppable');
  if (canResume) words.push('resumable');
  if (owner === 'nobody') words.push('deletable');
  if (tasksDone !== null && tasksDone > 0) words.push('reportable');
  return words;
}

/** One line for the status bar's tooltip: `quick-12-1: 130 of 384 trainings, 12 min 3 s left`. */
export function evaluationLine({
  evaluationId,
  done,
  total,
  secondsLeft,
}: EvaluationEntry): string {
  const left = secondsLeft === undefined ? '' : `, ${formatSeconds(secondsLeft)} left`;
  return `${evaluationId}: ${formatCount(done)} of ${formatCount(total)} trainings${left}`;
}
