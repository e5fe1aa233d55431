/** What has to be said above the charts: failed, diverged, interrupted, no engine, no permission. */
import { isLive } from '../../src/protocol/live/index';
import { Banner, Button } from '../shared/components';
import { integer, sentence } from '../shared/format';
import { canDo, runControls } from './actions';
import { firstNonFinite } from './figures/health';
import { divergenceOf } from './figures/loss';
import type { Panel } from './panel';
import { useDelayed } from './useDelayed';

interface Props {
  readonly panel: Panel;
}

/** Milliseconds that connecting may take before it is worth a word. */
const CONNECTING_WORDS_MS = 1000;

export function Banners({ panel }: Props) {
  return (
    <>
      <EngineBanner panel={panel} />
      <StateBanner panel={panel} />
      <PermissionBanner panel={panel} />
    </>
  );
}

function EngineBanner({ panel }: Props) {
  const { engine } = panel.data;
  const isSlow = useDelayed(engine.state === 'connecting', CONNECTING_WORDS_MS);
  if (engine.state === 'lost')
    return (
      <Banner
        kind="error"
        icon="debug-disconnect"
        title="The engine does not answer."
        actions={<LogButton panel={panel} />}
      >
        {engine.message !== undefined && `${sentence(engine.message)} `}
        What was received stays here, and what the run wrote is on disk. Run “VeLO: Restart Engine”,
        or reload the window.
      </Banner>
    );
  return isSlow ? (
    <Banner kind="info" icon="sync" title="Connecting to the engine.">
      The curves go on as soon as it answers.
    </Banner>
  ) : null;
}

function StateBanner({ panel }: Props) {
  switch (panel.data.main.entry.state) {
    case 'failed':
      return <FailedBanner panel={panel} />;
    case 'diverged':
      return <DivergedBanner panel={panel} />;
    case 'interrupted':
      return <InterruptedBanner panel={panel} />;
    case 'queued':
    case 'starting':
    case 'running':
    case 'paused':
    case 'finished':
    case 'stopped': {
      const { message } = panel.data.main.entry;
      return message === undefined ? null : <Banner kind="info">{message}</Banner>;
    }
  }
}

function FailedBanner({ panel }: Props) {
  const { step, message, checkpointStep } = panel.data.main.entry;
  return (
    <Banner
      kind="error"
      title={`This run failed at step ${integer(step)}.`}
      actions={
        <>
          <ResumeButton panel={panel} />
          <LogButton panel={panel} />
        </>
      }
    >
      {message !== undefined && `${sentence(message)} `}
      {checkpointStep === null
        ? 'There is no checkpoint to go on from.'
        : `The last checkpoint is from step ${integer(checkpointStep)}; nothing before it is lost.`}
    </Banner>
  );
}

function DivergedBanner({ panel }: Props) {
  const { data, cursor, post } = panel;
  const mark = divergenceOf(data.main);
  const tensor = data.trace && firstNonFinite(data.trace);
  return (
    <Banner
      kind="warning"
      icon="flame"
      title={`The loss is NaN from step ${integer(data.main.entry.step)} on.`}
      actions={
        <>
          {mark && (
            <Button
              onClick={() => {
                cursor.pin(mark.lastStep);
              }}
            >
              Go to step {integer(mark.lastStep)}
            </Button>
          )}
          {data.run.canControl && (
            <Button
              onClick={() => {
                post({ type: 'duplicate' });
              }}
            >
              Duplicate with other settings…
            </Button>
          )}
        </>
      }
    >
      It is kept as a diverged run and counts as a failure in comparisons.
      {tensor !== undefined && ` First non-finite tensor: ${tensor}.`}
    </Banner>
  );
}

function InterruptedBanner({ panel }: Props) {
  const { step, checkpointStep, canResume } = panel.data.main.entry;
  return (
    <Banner
      kind="warning"
      icon="debug-disconnect"
      title={`The training was interrupted at step ${integer(step)}.`}
      actions={<ResumeButton panel={panel} />}
    >
      {checkpointStep === null || !canResume
        ? 'There is no checkpoint to go on from; the curves stay.'
        : `Everything up to step ${integer(checkpointStep)} is on disk; resuming gives the same bits as an uninterrupted run.`}
    </Banner>
  );
}

function PermissionBanner({ panel }: Props) {
  const { main, run } = panel.data;
  const { state, owner, canResume } = main.entry;
  if (!run.canControl && (isLive(state) || canResume))
    return (
      <Banner kind="info" icon="workspace-untrusted" title="This workspace is not trusted.">
        The run can be looked at; it can be controlled once the workspace is trusted.
      </Banner>
    );
  return owner === 'other' && isLive(state) ? (
    <Banner kind="info">
      Another process trains this run: it can be watched from here, not controlled.
    </Banner>
  ) : null;
}

function ResumeButton({ panel }: Props) {
  const { data, post } = panel;
  const { checkpointStep } = data.main.entry;
  if (!canDo(runControls(data), 'resume')) return null;
  return (
    <Button
      kind="primary"
      icon="debug-continue"
      onClick={() => {
        post({ type: 'control', action: 'resume' });
      }}
    >
      {checkpointStep === null ? 'Resume' : `Resume from step ${integer(checkpointStep)}`}
    </Button>
  );
}

function LogButton({ panel }: Props) {
  return (
    <Button
      onClick={() => {
        panel.post({ type: 'openLog' });
      }}
    >
      Open the log
    </Button>
  );
}
