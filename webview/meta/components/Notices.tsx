/** Above the charts: what has gone wrong or waits for a decision. */
import type { MetaViewMessage } from '../../../src/protocol/live/index';
import { Banner, Button } from '../../shared/components';
import { integer, sentence } from '../../shared/format';
import type { MetaData, MetaModel } from '../model';

export interface NoticesProps {
  readonly model: MetaModel;
  readonly data: MetaData;
  readonly post: (message: MetaViewMessage) => void;
}

export function Notices({ model, data, post }: NoticesProps) {
  const { engine, problem, canControl } = model;
  const { state, message, iterations, canResume } = data.entry;
  const resume = canResume ? (
    <Button
      kind="primary"
      icon="debug-continue"
      disabled={!canControl}
      title={canControl ? undefined : 'Not in a workspace that is not trusted'}
      onClick={() => {
        post({ type: 'control', action: 'resume' });
      }}
    >
      Resume
    </Button>
  ) : undefined;
  const safe = `It goes on from its last checkpoint, after ${integer(iterations)} outer steps or a little before, with the same numbers.`;
  return (
    <>
      {engine.state === 'lost' && (
        <Banner kind="warning" icon="debug-disconnect" title="The engine does not answer.">
          {engine.message ?? 'What is shown here stays; it goes on when the engine is back.'}
        </Banner>
      )}
      {problem && (
        <Banner kind="error" title={sentence(problem.message)}>
          {problem.remedy}
        </Banner>
      )}
      {state === 'stopped' && (
        <Banner kind="info" icon="debug-stop" title="Stopped." actions={resume}>
          {safe}
        </Banner>
      )}
      {state === 'interrupted' && (
        <Banner kind="warning" icon="debug-disconnect" title="Interrupted." actions={resume}>
          {safe}
        </Banner>
      )}
      {state === 'failed' && (
        <Banner
          kind="error"
          title={sentence(message ?? 'The meta-training failed')}
          actions={resume}
        >
          The thetas that were validated are on disk.
        </Banner>
      )}
      {data.validations.length === 0 && state !== 'failed' && (
        <Banner kind="info" icon="clock" title="It begins.">
          First the validation tasks are trained with the start, and with Adam at several learning
          rates where the config wants that.
        </Banner>
      )}
    </>
  );
}
