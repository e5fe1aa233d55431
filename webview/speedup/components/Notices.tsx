/** Above the charts: what has gone wrong or waits for a decision. */
import type { EvaluationOverview, SpeedupViewMessage } from '../../../src/protocol/live/index';
import { Banner, Button } from '../../shared/components';
import { integer, sentence } from '../../shared/format';
import type { SpeedupModel } from '../model';

export interface NoticesProps {
  readonly model: SpeedupModel;
  readonly overview: EvaluationOverview;
  readonly post: (message: SpeedupViewMessage) => void;
}

export function Notices({ model, overview, post }: NoticesProps) {
  const { engine, problem, canControl } = model;
  const { state, message, progress } = overview;
  const done = `${integer(progress.done)} of ${integer(progress.total)} runs`;
  const resume = (
    <Button
      kind="primary"
      icon="debug-continue"
      disabled={!canControl}
      title={canControl ? undefined : 'Not in a workspace that is not trusted'}
      onClick={() => {
        post({ type: 'control', action: 'resume' });
      }}
    >
      {`Resume after ${done}`}
    </Button>
  );
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
          {`What ${done} have given is on disk; the others are trained when it goes on.`}
        </Banner>
      )}
      {state === 'interrupted' && (
        <Banner kind="warning" icon="debug-disconnect" title="Interrupted." actions={resume}>
          {`What ${done} have given is on disk; the others are trained when it goes on.`}
        </Banner>
      )}
      {state === 'failed' && (
        <Banner kind="error" title={sentence(message ?? 'The evaluation failed')} actions={resume}>
          {`What ${done} have given is safe.`}
        </Banner>
      )}
    </>
  );
}
