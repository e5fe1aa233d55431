/** What the one status-bar item says: the runs in progress, or the run that has just failed. */
import { isLive } from '../../protocol/live/index';
import type { EvaluationEntry, MetaEntry, RunEntry } from '../../protocol/live/index';
import { evaluationLine } from '../evaluations/evaluationRow';
import { metaLine } from '../metas/metaRow';
import { formatCount, formatNumber } from '../format';
import { lossOf, stateWord, timeLeft } from '../trees/runRow';

export interface StatusText {
  readonly text: string;
  /** One line a run. */
  readonly lines: readonly string[];
  readonly failed: boolean;
  readonly spoken: string;
}

/** Lines of the tooltip; the rest is counted. */
const MAX_LINES = 10;

/**
 * @param entries  runs in progress; others are passed over
 * @param failed  a run that failed and was not looked at since
 * @param evaluations  those that somebody is at work on
 * @param metas  the same of meta-trainings
 * @returns undefined where there is nothing to say
 */
export function statusText(
  entries: readonly RunEntry[],
  failed: RunEntry | undefined,
  evaluations: readonly EvaluationEntry[] = [],
  metas: readonly MetaEntry[] = [],
): StatusText | undefined {
  const live = entries.filter(({ state }) => isLive(state));
  if (failed !== undefined) return failedText(failed);
  const [first] = live.filter(({ state }) => state === 'running').concat(live);
  const [evaluation] = evaluations;
  const body = first === undefined ? jobBody(evaluation, metas[0]) : bodyOf(first);
  if (body === undefined) return undefined;
  const all = [...live.map(lineOf), ...evaluations.map(evaluationLine), ...metas.map(metaLine)];
  const more = all.length > 1 ? ` +${all.length - 1}` : '';
  const lines = all.slice(0, MAX_LINES);
  if (all.length > MAX_LINES) lines.push(`and ${all.length - MAX_LINES} more`);
  return {
    text: `$(${first?.state === 'paused' ? 'debug-pause' : 'sync'}) VeLO ${body}${more}`,
    lines,
    failed: false,
    spoken: `VeLO Lab, ${lines.join('; ')}`,
  };
}

function jobBody(
  evaluation: EvaluationEntry | undefined,
  meta: MetaEntry | undefined,
): string | undefined {
  if (evaluation !== undefined) return shareOf(evaluation);
  return meta && `meta-training ${Math.floor(100 * meta.progress)} %`;
}

/** `evaluation 34 %` */
function shareOf({ done, total }: EvaluationEntry): string {
  return `evaluation ${Math.floor((100 * done) / Math.max(1, total))} %`;
}

function failedText(failed: RunEntry): StatusText {
  const reason = failed.message === undefined ? 'failed' : `failed: ${failed.message}`;
  const line = `${failed.name} ${reason}`;
  return {
    text: `$(error) VeLO ${failed.name} failed`,
    lines: [line],
    failed: true,
    spoken: `VeLO Lab, ${line}`,
  };
}

function bodyOf(entry: RunEntry): string {
  if (entry.state === 'queued' || entry.state === 'starting') return entry.state;
  return `${formatCount(entry.step)}/${formatCount(entry.numSteps)} · ${formatNumber(lossOf(entry))}`;
}

function lineOf(entry: RunEntry): string {
  const left = timeLeft(entry);
  return [
    `${entry.name}: ${stateWord(entry).toLowerCase()}, step ${formatCount(entry.step)} of ${formatCount(entry.numSteps)}`,
    `loss ${formatNumber(lossOf(entry))}`,
    ...(left === undefined ? [] : [`${left} left`]),
  ].join(', ');
}
