/** The sweep of the speedup chart in every state. */
import type { SpeedupHostMessage, SweepTable } from '../../../../src/protocol/live/index';
import type { Scene } from '../scenes';
import { overviewIn, runningAfter } from './variations';

const TASK = 'quadratic 32';

export function sweepScenes(messages: readonly SpeedupHostMessage[]): Scene[] {
  const scene = (
    name: string,
    title: string,
    sweep: object,
    shown: readonly SpeedupHostMessage[] = messages,
  ): Scene => ({
    ...{ name: `speedup-sweep-${name}`, view: 'speedup', title, messages: shown },
    state: { view: { chart: 'sweep', sweep } },
  });
  const overview = overviewIn(messages);
  const opening = messages.filter(({ type }) => type !== 'sweep');
  const begun = withOverview(messages, runningAfter(overview, 1));
  return [
    scene('all', 'Sweep: all tasks, recorded', {}),
    scene('task', 'Sweep: one task, recorded', { task: TASK }),
    scene('drawn', 'Sweep: drawn settings, some diverged', {
      ...{ task: TASK, optimizer: 'Momentum', setting: 'Momentum lr=4.567 momentum=0.8' },
    }),
    scene('brushed', 'Sweep: brushed, moved and flipped', {
      ...{ task: 'digits8 32', order: ['beta1', 'learningRate'], flipped: ['finalTrain'] },
      brushes: { learningRate: { low: 0.01, high: 0.1 }, weightDecay: { low: null, high: 1 } },
    }),
    scene('everybody', 'Sweep: all optimizers', { optimizer: null }),
    scene('all-diverged', 'Sweep: every setting diverged', { task: TASK }, allDiverged(messages)),
    scene('running', 'Sweep: while it runs', { task: TASK }, begun),
    scene('loading', 'Sweep: on its way', {}, opening),
  ];
}

function withOverview(
  messages: readonly SpeedupHostMessage[],
  overview: ReturnType<typeof overviewIn>,
): SpeedupHostMessage[] {
  return messages.map((message) =>
    message.type === 'evaluation' ? { ...message, overview } : message,
  );
}

function allDiverged(messages: readonly SpeedupHostMessage[]): SpeedupHostMessage[] {
  return messages.map((message) =>
    message.type === 'sweep' ? { ...message, sweep: divergedTable(message.sweep) } : message,
  );
}

function divergedTable(table: SweepTable): SweepTable {
  return {
    ...table,
    settings: table.settings.map((setting) => ({
      ...{ ...setting, diverged: setting.trainings },
      ...(setting.onTask && {
        onTask: {
          ...setting.onTask,
          ...{ finalTrain: NaN, finalHeldOut: NaN, stepsToTarget: NaN },
        },
      }),
    })),
  };
}
