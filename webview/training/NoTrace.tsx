/** Why the inside of a run can't be shown, where it can't. */
import { isLive } from '../../src/protocol/live/index';
import { Button, EmptyState, Icon } from '../shared/components';
import { isTraceOff } from './figures/config';
import type { Panel } from './panel';

/** In place of everything that needs a trace. */
export function NoTrace({ panel }: { readonly panel: Panel }) {
  const { data, post } = panel;
  const { run, main, traceKnown } = data;
  const isOff = isTraceOff(run.configText);
  if (!traceKnown || (isLive(main.entry.state) && !isOff))
    return (
      <section class="section" aria-label="Trace">
        <EmptyState icon="list-tree" title="Nothing traced yet">
          Step multipliers, distributions and LSTM cells appear with the first traced step.
        </EmptyState>
      </section>
    );
  return (
    <section class="section" aria-label="Trace">
      <EmptyState
        icon="info"
        title="This run has no trace"
        actions={
          run.canControl && (
            <Button
              onClick={() => {
                post({ type: 'duplicate' });
              }}
            >
              Duplicate with a trace…
            </Button>
          )
        }
      >
        {isOff
          ? 'Its config says "trace": { "every": 0 }. Take that out (or set "auto") and train again to see step multipliers, distributions and LSTM cells.'
          : 'No snapshot was recorded before it ended, so step multipliers, distributions and LSTM cells can’t be shown. The training itself doesn’t depend on it.'}
      </EmptyState>
    </section>
  );
}

/** One line for what an optimizer doesn't have. */
export function NoLstm({ optimizer }: { readonly optimizer: string }) {
  return (
    <p class="absent">
      <Icon name="info" size={14} />
      <span>
        <b>Step multiplier, LSTM cells, bank mixture:</b> {optimizer} has no LSTM.
      </span>
    </p>
  );
}

/** In place of the charts before anything was logged. */
export function Waiting({ panel }: { readonly panel: Panel }) {
  const { state } = panel.data.main.entry;
  if (!isLive(state))
    return (
      <EmptyState icon="graph-line" title="No step was logged">
        The run ended before its first logged step.
      </EmptyState>
    );
  return state === 'queued' ? (
    <EmptyState icon="clock" title="Waiting for its turn">
      Other runs are before it in the queue. The curves appear with its first step.
    </EmptyState>
  ) : (
    <EmptyState
      icon="loading"
      busy
      title={state === 'starting' ? 'Preparing the run' : 'Waiting for the first step'}
    >
      Data, weights and device are being loaded; the curves appear with the first step.
    </EmptyState>
  );
}
