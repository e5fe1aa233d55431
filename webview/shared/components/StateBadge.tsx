/** The state of a run: a word, its colour, and an icon so that colour is not alone. */
import type { RunEntryState } from '../../../src/protocol/live';
import { Icon, type IconName } from './Icon';

interface StateLook {
  readonly word: string;
  readonly icon: IconName;
  /** Class of its colour. */
  readonly tone: 'active' | 'suspect' | 'bad' | 'neutral';
}

const STATE_LOOKS: Readonly<Record<RunEntryState, StateLook>> = {
  queued: { word: 'Queued', icon: 'clock', tone: 'active' },
  starting: { word: 'Starting', icon: 'sync', tone: 'active' },
  running: { word: 'Running', icon: 'sync', tone: 'active' },
  paused: { word: 'Paused', icon: 'debug-pause', tone: 'suspect' },
  finished: { word: 'Finished', icon: 'pass', tone: 'neutral' },
  diverged: { word: 'Diverged', icon: 'flame', tone: 'bad' },
  stopped: { word: 'Stopped', icon: 'debug-stop', tone: 'neutral' },
  interrupted: { word: 'Interrupted', icon: 'debug-disconnect', tone: 'suspect' },
  failed: { word: 'Failed', icon: 'error', tone: 'bad' },
};

export interface StateBadgeProps {
  readonly state: RunEntryState;
  /** Other words than the state's own. */
  readonly word?: string | undefined;
}

/** Announces politely when the state changes; never for steps. */
export function StateBadge({ state, word }: StateBadgeProps) {
  const look = STATE_LOOKS[state];
  return (
    <span class={`badge ${look.tone}`} role="status">
      <Icon name={look.icon} size={12} spin={state === 'running' || state === 'starting'} />
      {word ?? look.word}
    </span>
  );
}

/** The same shape for what is no run's state: `Read-only`. */
export function Badge({ children }: { readonly children: string }) {
  return <span class="badge neutral">{children}</span>;
}
