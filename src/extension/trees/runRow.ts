/** How a run looks in the tree, as plain data: words, icon, what may be done with it. Newest first. */
import { isLive } from '../../protocol/live/index';
import type { RunEntry, RunEntryState } from '../../protocol/live/index';
import { formatCount, formatNumber, formatSeconds } from '../format';

export interface RunRow {
  readonly label: string;
  /** Most important first, since it is cut at the right. */
  readonly description: string;
  /** A codicon, and the theme colour it is drawn in. */
  readonly icon: { readonly id: string; readonly color?: string };
  /** Words that menus look for: `run pausable stoppable`. */
  readonly contextValue: string;
  /** For screen readers: everything that the icon says, in words. */
  readonly spoken: string;
}

const ICONS: Readonly<Record<RunEntryState, RunRow['icon']>> = {
  queued: { id: 'clock', color: 'charts.blue' },
  starting: { id: 'sync', color: 'charts.blue' },
  running: { id: 'sync', color: 'charts.blue' },
  paused: { id: 'debug-pause', color: 'charts.yellow' },
  finished: { id: 'pass', color: 'charts.green' },
  diverged: { id: 'flame', color: 'charts.red' },
  stopped: { id: 'primitive-square', color: 'descriptionForeground' },
  interrupted: { id: 'debug-disconnect', color: 'charts.yellow' },
  failed: { id: 'error', color: 'charts.red' },
};

export function runRow(entry: RunEntry): RunRow {
  const description = describe(entry);
  return {
    label: entry.name,
    description,
    icon: ICONS[entry.state],
    contextValue: ['run', ...abilities(entry)].join(' '),
    spoken: `${entry.name}, ${stateWord(entry)}, ${formatCount(entry.step)} of ${formatCount(entry.numSteps)} steps, loss ${formatNumber(lossOf(entry))}, ${entry.optimizer}`,
  };
}

/** `Running`, `Running in another process`, `Interrupted` */
export function stateWord({ state, owner }: RunEntry): string {
  const word = state.charAt(0).toUpperCase() + state.slice(1);
  return owner === 'other' && isLive(state) ? `${word} in another process` : word;
}

/** The last training loss; of a run without one, the last evaluation's. */
export function lossOf({ trainLoss, heldOutLoss }: RunEntry): number | null {
  return trainLoss ?? heldOutLoss;
}

function describe(entry: RunEntry): string {
  const { state, step, numSteps, optimizer } = entry;
  const loss = formatNumber(lossOf(entry));
  const progress = `${formatCount(step)}/${formatCount(numSteps)}`;
  const elsewhere = entry.owner === 'other' ? ['elsewhere'] : [];
  switch (state) {
    case 'queued':
      return join('queued', optimizer);
    case 'starting':
      return join('starting', optimizer);
    case 'running':
      return join(progress, loss, optimizer, ...elsewhere);
    case 'paused':
      return join(`paused at ${progress}`, loss, optimizer, ...elsewhere);
    case 'finished':
      return join(loss, optimizer);
    case 'diverged':
      return join(`diverged at step ${formatCount(step)}`, optimizer);
    case 'stopped':
      return join(`stopped at ${progress}`, loss, optimizer);
    case 'interrupted':
      return join(`interrupted at step ${formatCount(step)}`, optimizer);
    case 'failed':
      return join(entry.message === undefined ? 'failed' : `failed: ${entry.message}`, optimizer);
  }
}

function join(...parts: readonly string[]): string {
  return parts.join(' · ');
}

function abilities({ state, owner, canResume }: RunEntry): string[] {
  const ours = owner === 'engine';
  const words: string[] = [];
  if (ours && state === 'running') words.push('pausable');
  if (ours && state === 'paused') words.push('continuable');
  if (ours && isLive(state)) words.push('stoppable');
  if (canResume && !isLive(state)) words.push('resumable');
  if (!isLive(state)) words.push('deletable');
  return words;
}

/** Lines of the tooltip: name and value. */
export function runDetails(entry: RunEntry): readonly (readonly [string, string])[] {
  const lines: [string, string | undefined][] = [
    ['State', stateWord(entry)],
    ['What happened', entry.message],
    ['Step', `${formatCount(entry.step)} of ${formatCount(entry.numSteps)}`],
    ['Training loss', formatNumber(entry.trainLoss)],
    ['Held-out loss', formatNumber(entry.heldOutLoss)],
    ['Held-out accuracy', accuracy(entry.heldOutAccuracy)],
    ['Task', entry.task],
    ['Optimizer', entry.handMade ? `${entry.optimizer} (weights made by hand)` : entry.optimizer],
    ['Device', entry.device],
    ['Training time', formatSeconds(entry.seconds)],
    ['Time a step', entry.msPerStep === null ? undefined : `${formatNumber(entry.msPerStep)} ms`],
    ['Time left', timeLeft(entry)],
    ['Checkpoint', entry.checkpointStep === null ? 'none' : `step ${entry.checkpointStep}`],
    ['Id', entry.runId],
  ];
  return lines.flatMap(([name, value]): [string, string][] =>
    value === undefined ? [] : [[name, value]],
  );
}

/** `3.7 s`, of a running run whose speed is known. */
export function timeLeft({ state, step, numSteps, msPerStep }: RunEntry): string | undefined {
  if (state !== 'running' || msPerStep === null || step < 20) return undefined;
  return formatSeconds(((numSteps - step) * msPerStep) / 1000);
}

function accuracy(value: number | null): string | undefined {
  return value === null ? undefined : `${(value * 100).toFixed(1)} %`;
}

/** Newest first; runs that have not begun come before all others. */
export function newestFirst(a: RunEntry, b: RunEntry): number {
  const startOf = ({ startedAt }: RunEntry): string => startedAt ?? '\uFFFF';
  const [left, right] = [startOf(a), startOf(b)];
  if (left !== right) return left < right ? 1 : -1;
  return b.runId.localeCompare(a.runId, 'en', { numeric: true });
}

/** Whether every word of the filter occurs in what is known of the run. */
export function matchesFilter(entry: RunEntry, filter: string): boolean {
  const words = filter.toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0) return true;
  const text = [entry.name, entry.runId, entry.state, entry.task, entry.optimizer, entry.message]
    .join(' ')
    .toLowerCase();
  return words.every((word) => text.includes(word));
}
