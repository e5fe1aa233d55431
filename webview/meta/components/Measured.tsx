/** The view of a config whose start is measured: there is no meta-training yet, only what noise does to its theta. */
import { useState } from 'preact/hooks';
import type { MetaViewMessage, SensitivityState } from '../../../src/protocol/live/index';
import { Badge, IconButton, StateBadge } from '../../shared/components';
import { Sensitivity } from '../sections/Sensitivity';

export interface MeasuredProps {
  readonly state: SensitivityState;
  readonly canControl: boolean;
  readonly isNarrow: boolean;
  readonly post: (message: MetaViewMessage) => void;
}

export function Measured(props: MeasuredProps) {
  const { state, post } = props;
  const [open, setOpen] = useState(true);
  return (
    <>
      <div class="view-header">
        <header class="view-row">
          <div class="view-name">
            <h1 class="ellipsis" title={state.config}>
              {state.config}
            </h1>
            <State state={state} />
          </div>
          <span class="spring" />
          <IconButton
            icon="go-to-file"
            label="Open the config"
            onClick={() => {
              post({ type: 'openConfig' });
            }}
          />
        </header>
      </div>
      <Sensitivity
        {...props}
        open={open}
        onToggle={() => {
          setOpen(!open);
        }}
      />
    </>
  );
}

function State({ state: { work, result, problem } }: Pick<MeasuredProps, 'state'>) {
  if (work) return <StateBadge state="running" word={work.isStopping ? 'Stopping' : 'Measuring'} />;
  if (problem !== undefined) return <StateBadge state="failed" />;
  return result ? <StateBadge state="finished" word="Measured" /> : <Badge>Not measured</Badge>;
}
