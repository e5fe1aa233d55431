/** The speedup chart in every state. */
import type { EvaluationOverview, SpeedupHostMessage } from '../../../../src/protocol/live/index';
import { withAggregates } from '../../../support/speedupAggregates';
import type { Scene } from '../scenes';
import {
  allFailed,
  allPending,
  censored,
  enlarged,
  longNames,
  oneSeed,
  oneSeedCurves,
  overviewIn,
  runningAfter,
  withOverview,
} from './variations';

const FIVE = [
  'VeLO, hand-made θ',
  'Momentum 0.1',
  'Adam 0.001',
  'VeLO, meta-trained for an hour',
  'Muon 0.02',
];

export function speedupScenes(recorded: readonly SpeedupHostMessage[], longName: string): Scene[] {
  const overview = withAggregates(overviewIn(recorded));
  const messages = withOverview(recorded, overview);
  const scene = (name: string, title: string, shown: readonly SpeedupHostMessage[]): Scene => ({
    ...{ name: `speedup-${name}`, view: 'speedup', title, messages: shown },
  });
  const changed = (name: string, title: string, other: EvaluationOverview) =>
    scene(name, title, withOverview(messages, other));
  const half = runningAfter(overview, 9);
  const stopped = (state: EvaluationOverview['state'], message?: string): EvaluationOverview => ({
    ...half,
    state,
    progress: { done: half.progress.done, total: half.progress.total },
    ...(message === undefined ? {} : { message }),
  });
  const restricted = withOverview(messages, stopped('interrupted')).map((message) =>
    message.type === 'evaluation' ? { ...message, canControl: false } : message,
  );
  const single = withOverview(messages, oneSeed(overview)).map((message) =>
    message.type === 'curves' ? { ...message, curves: oneSeedCurves(message.curves) } : message,
  );
  return [
    scene('finished', 'Finished: 17 tasks, recorded', messages),
    scene(
      'running',
      'Running: 9 of 17 tasks',
      withOverview(messages, half, (task) => task <= 9),
    ),
    scene(
      'pending',
      'Starting: nothing has ended',
      withOverview(messages, allPending(overview), () => false),
    ),
    changed('stopping', 'Stopping', { ...half, state: 'stopping' }),
    changed('stopped', 'Stopped', stopped('stopped')),
    changed('interrupted', 'Interrupted', stopped('interrupted')),
    changed(
      'failed',
      'Failed',
      stopped('failed', 'the disk is full: results.jsonl could not be written'),
    ),
    scene('restricted', 'Workspace not trusted', restricted),
    changed('censored', 'Censored results and failures', censored(overview)),
    changed('all-failed', 'Every training failed', allFailed(overview)),
    scene('one-seed', 'One seed', single),
    changed(
      '83-tasks',
      '83 tasks, 5 optimizers',
      enlarged(overview, { tasks: 83, optimizers: FIVE }),
    ),
    changed('long-names', 'Long names', longNames(overview, longName)),
    scene('engine-lost', 'The engine is gone', [...messages, { type: 'engine', state: 'lost' }]),
    scene('empty', 'No evaluation', [{ type: 'noEvaluation', canControl: true }]),
    scene('loading', 'Loading', [{ type: 'engine', state: 'connected' }]),
    scene('problem', 'An evaluation that cannot be read', [
      {
        type: 'problem',
        message: 'results.jsonl ends in the middle of a line.',
        remedy: 'Resume the evaluation: what is missing is trained again.',
      },
    ]),
  ];
}
