/** What the one status-bar item says: the runs in progress, or the run that has just failed. */
import { isLive } from '../../protocol/live/index';
import type { RunEntry } from '../../protocol/live/index';
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
 * @returns undefined where there is nothing to say
 */
export function statusText(
  entries: readonly RunEntry[],
  failed: RunEntry | undefined,
): StatusText | undefined {
  const live = entries.filter(({ state }) => isLive(state));
  if (failed !== undefined) return failedText(failed);
  const [first] = live.filter(({ state }) => state === 'running').concat(live);
  if (first === undefined) return undefined;
  const more = live.length > 1 ? ` +${live.length - 1}` : '';
  const body = bodyOf(first);
  const lines = live.slice(0, MAX_LINES).map(lineOf);
  if (live.length > MAX_LINES) lines.push(`and ${live.length - MAX_LINES} more`);
  return {
    text: `$(${first.state === 'paused' ? 'debug-pause' : 'sync'}) VeLO ${body}${more}`,
    lines,
    failed: false,
    spoken: `VeLO Lab, ${lines.join('; ')}`,
  };
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
