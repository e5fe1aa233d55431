/** How a meta-training looks in the tree, in pickers and in the status bar, as plain data. */
import { isAtWork } from '../../protocol/live/index';
import type { MetaEntry } from '../../protocol/live/index';
import { JOB_ICONS, jobStateWord } from '../evaluations/evaluationRow';
import type { EvaluationRow } from '../evaluations/evaluationRow';
import { formatCount, formatNumber, formatSeconds } from '../format';

export function metaRow(entry: MetaEntry): EvaluationRow {
  const description = describe(entry);
  return {
    label: entry.metaId,
    description,
    tooltip: details(entry).join('\n'),
    icon: JOB_ICONS[entry.state],
    contextValue: ['meta', ...abilities(entry)].join(' '),
    spoken: `${entry.metaId}, ${jobStateWord(entry)}, ${description}`,
  };
}

/** `step 310 · loss 0.78 of the start · 32 min 22 s left` */
function describe({ state, owner, iterations, best, secondsLeft, message }: MetaEntry): string {
  return [
    ...(state === 'running' || state === 'finished' ? [] : [state]),
    ...(state === 'failed' && message !== undefined ? [message] : []),
    `step ${formatCount(iterations)}`,
    ...(best === undefined || best.iteration === 0
      ? []
      : [`loss ${formatNumber(best.ratio)} of the start`]),
    ...(secondsLeft === undefined ? [] : [`${formatSeconds(secondsLeft)} left`]),
    ...(owner === 'other' && isAtWork(state) ? ['elsewhere'] : []),
  ].join(' · ');
}

function details(entry: MetaEntry): string[] {
  const { name, iterations, seconds, best, message, directory } = entry;
  return [
    `${name}: ${jobStateWord(entry).toLowerCase()}`,
    ...(message === undefined ? [] : [message]),
    `${formatCount(iterations)} outer steps in ${formatSeconds(seconds)}`,
    ...(best === undefined
      ? []
      : [
          `Best validation: ${formatNumber(best.ratio)} of the start's loss, at step ${formatCount(best.iteration)}`,
        ]),
    directory,
  ];
}

function abilities({ state, owner, canResume }: MetaEntry): string[] {
  return [
    ...(owner === 'engine' && (state === 'starting' || state === 'running') ? ['stoppable'] : []),
    ...(canResume ? ['resumable'] : []),
    ...(owner === 'nobody' ? ['deletable'] : []),
  ];
}

/** One line for the status bar's tooltip: `clock-1: outer step 310, 32 min 22 s left`. */
export function metaLine({ metaId, iterations, secondsLeft }: MetaEntry): string {
  const left = secondsLeft === undefined ? '' : `, ${formatSeconds(secondsLeft)} left`;
  return `${metaId}: outer step ${formatCount(iterations)}${left}`;
}
