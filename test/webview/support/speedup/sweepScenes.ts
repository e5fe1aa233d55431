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
    scene('many', 'Sweep: many optimizers and options', { optimizer: null }, withMany(messages)),
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

const MORE_OPTIONS = ['globalGradClip', 'maxPreconditionerSize', 'blockSize', 'trustRatioClip'];

/** Each sweep three times under other names, and with more options than there is room for their names in one line. */
function withMany(messages: readonly SpeedupHostMessage[]): SpeedupHostMessage[] {
  return messages.map((message) => {
    if (message.type === 'evaluation') {
      const { protocol } = message.overview;
      const sweeps = copies(protocol.sweeps).map((sweep) =>
        sweep.settings === 1 ? sweep : { ...sweep, options: manyOptions(sweep.options) },
      );
      return { ...message, overview: { ...message.overview, protocol: { ...protocol, sweeps } } };
    }
    if (message.type !== 'sweep') return message;
    const settings = copies(message.sweep.settings).map((setting, index) => {
      const more = MORE_OPTIONS.map((name, at) => [name, 2 ** ((index >> at) % 3)] as const);
      const values = { ...setting.values, ...Object.fromEntries(more) };
      return Object.keys(setting.values).length === 0 ? setting : { ...setting, values };
    });
    return { ...message, sweep: { ...message.sweep, settings } };
  });
}

function copies<T extends { readonly optimizer: string }>(each: readonly T[]): T[] {
  return ['', ' with warm-up', ' by layers'].flatMap((ending) =>
    each.map((one) => ({ ...one, optimizer: one.optimizer + ending })),
  );
}

function manyOptions(options: readonly { name: string; values: number }[]) {
  return [...options, ...MORE_OPTIONS.map((name) => ({ name, values: 3 }))];
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
