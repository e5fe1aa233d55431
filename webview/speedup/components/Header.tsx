/** What is evaluated, how far it is, and what can be done with it. */
import type { EvaluationOverview, SpeedupViewMessage } from '../../../src/protocol/live/index';
import { IconButton, KeyValues, Menu, StateBadge } from '../../shared/components';
import type { MenuItem } from '../../shared/components';
import { headerItems } from '../figures/words';

export interface HeaderProps {
  readonly overview: EvaluationOverview;
  readonly canControl: boolean;
  readonly exports: readonly MenuItem[];
  readonly post: (message: SpeedupViewMessage) => void;
}

const RESTRICTED = 'Not in a workspace that is not trusted';

export function Header({ overview, canControl, exports, post }: HeaderProps) {
  const { suite, state } = overview;
  const isStopping = state === 'stopping';
  const restricted = canControl ? {} : { title: RESTRICTED };
  return (
    <header class="view-row">
      <div class="view-name">
        <h1 class="ellipsis" title={suite}>
          {suite}
        </h1>
        <StateBadge
          state={isStopping ? 'running' : state}
          word={isStopping ? 'Stopping' : undefined}
        />
      </div>
      <KeyValues layout="header" items={headerItems(overview)} />
      <span class="spring" />
      <div class="toolbar" role="toolbar" aria-label="Evaluation">
        <RunButton {...{ state, canControl, post }} />
        <IconButton
          icon="add"
          label="New Evaluation…"
          {...restricted}
          disabled={!canControl}
          onClick={() => {
            post({ type: 'newEvaluation' });
          }}
        />
        <IconButton
          icon="note"
          label="Write the report…"
          title={canControl ? 'Write the report: protocol, settings, every result' : RESTRICTED}
          disabled={!canControl}
          onClick={() => {
            post({ type: 'report' });
          }}
        />
        <Menu icon="desktop-download" label="Export what is shown…" items={exports} />
      </div>
    </header>
  );
}

interface RunButtonProps extends Pick<HeaderProps, 'canControl' | 'post'> {
  readonly state: EvaluationOverview['state'];
}

/** Stop while it runs, resume while it can go on. */
function RunButton({ state, canControl, post }: RunButtonProps) {
  if (state === 'finished') return null;
  const isLive = state === 'starting' || state === 'running' || state === 'stopping';
  const action = isLive ? 'stop' : 'resume';
  return (
    <IconButton
      icon={isLive ? 'debug-stop' : 'debug-continue'}
      label={isLive ? 'Stop: what is done is kept' : 'Resume'}
      disabled={!canControl || state === 'stopping'}
      onClick={() => {
        post({ type: 'control', action });
      }}
    />
  );
}
