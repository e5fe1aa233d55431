/** What is meta-trained, how far it is, and what can be done with it. */
import type { MetaViewMessage } from '../../../src/protocol/live/index';
import { IconButton, KeyValues, Menu, StateBadge } from '../../shared/components';
import type { IconName, MenuItem } from '../../shared/components';
import { integer } from '../../shared/format';
import { headerItems } from '../figures/words';
import type { MetaData } from '../model';
import { bestOf } from '../model';

export interface HeaderProps {
  readonly data: MetaData;
  readonly canControl: boolean;
  readonly exports: readonly MenuItem[];
  readonly post: (message: MetaViewMessage) => void;
}

const RESTRICTED = 'Not in a workspace that is not trusted';

export function Header({ data, canControl, exports, post }: HeaderProps) {
  const { name, metaId, state } = data.entry;
  const isStopping = state === 'stopping';
  return (
    <header class="view-row">
      <div class="view-name">
        <h1 class="ellipsis" title={`${name}: ${metaId}`}>
          {metaId}
        </h1>
        <StateBadge
          state={isStopping ? 'running' : state}
          word={isStopping ? 'Stopping' : undefined}
        />
      </div>
      <KeyValues layout="header" items={headerItems(data)} />
      <span class="spring" />
      <div class="toolbar" role="toolbar" aria-label="Meta-training">
        <RunButton {...{ data, canControl, post }} />
        <ThetaButtons {...{ data, canControl, post }} />
        <span class="separator" />
        <Menu icon="desktop-download" label="Export what is shown…" items={exports} />
        <IconButton
          icon="go-to-file"
          label="Open the config"
          onClick={() => {
            post({ type: 'openConfig' });
          }}
        />
        <Menu
          icon="ellipsis"
          label="More actions"
          items={[
            {
              label: 'New Meta-Training…',
              icon: 'add',
              disabled: !canControl,
              onSelect: () => {
                post({ type: 'newMeta' });
              },
            },
            {
              label: 'Reveal the folder',
              icon: 'folder-opened',
              onSelect: () => {
                post({ type: 'reveal' });
              },
            },
          ]}
        />
      </div>
    </header>
  );
}

type ButtonProps = Omit<HeaderProps, 'exports'>;

/** Stop while it runs, resume while it can go on. */
function RunButton({ data, canControl, post }: ButtonProps) {
  const { state, owner, canResume } = data.entry;
  const isLive = owner !== 'nobody';
  if (!isLive && !canResume) return null;
  const action = isLive ? 'stop' : 'resume';
  const isElsewhere = owner === 'other';
  const why = isElsewhere ? 'Another process makes it: end it there with Ctrl-C' : undefined;
  const label = isLive ? 'Stop: it can go on later' : 'Resume from the last checkpoint';
  return (
    <>
      <IconButton
        icon={isLive ? 'debug-stop' : 'debug-continue'}
        label={label}
        title={canControl ? (why ?? label) : RESTRICTED}
        disabled={!canControl || isElsewhere || state === 'stopping'}
        onClick={() => {
          post({ type: 'control', action });
        }}
      />
      <span class="separator" />
    </>
  );
}

type Action = Extract<MetaViewMessage, { type: 'theta' }>['action'];

const THETA_ACTIONS: readonly { action: Action; icon: IconName; label: string }[] = [
  { action: 'train', icon: 'play', label: 'Train with the best theta…' },
  { action: 'evaluate', icon: 'graph-scatter', label: 'Evaluate the best theta…' },
  { action: 'open', icon: 'circuit-board', label: 'Look into the best theta' },
  { action: 'save', icon: 'save', label: 'Save the best theta as…' },
];

function ThetaButtons({ data, canControl, post }: ButtonProps) {
  const best = bestOf(data);
  const isThere = best?.theta !== undefined;
  return (
    <>
      {THETA_ACTIONS.map(({ action, icon, label }) => (
        <IconButton
          key={action}
          {...{ icon, label }}
          title={titleOf(label, best?.iteration, canControl)}
          disabled={!canControl || !isThere}
          onClick={() => {
            if (best !== undefined) post({ type: 'theta', action, theta: best.iteration });
          }}
        />
      ))}
    </>
  );
}

function titleOf(label: string, iteration: number | undefined, canControl: boolean): string {
  if (!canControl) return RESTRICTED;
  if (iteration === undefined) return `${label.replace('…', '')}: there is none yet`;
  return `${label.replace('…', '')}, of outer step ${integer(iteration)}`;
}
