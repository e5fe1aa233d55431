/**
 * What the gallery and the tests show: each view with recorded data, and with what is made from them for states that
 * are hard to record (loading, failures, long names, many tensors).
 */
import type {
  ComparisonHostMessage,
  MetaHostMessage,
  OptimizerHostMessage,
  RunEntry,
  SpeedupHostMessage,
  TasksHostMessage,
  TrainingHostMessage,
} from '../../../src/protocol/live/index';
import type { Recordings } from './recorded';
import { at, diverge, isFirstTrace, rename, withoutLstm, withoutTrace } from './variations';
import { manyTensors } from './manyTensors';
import { metaScenes } from './meta/scenes';
import { speedupScenes } from './speedup/scenes';
import { taskScenes } from './tasks/scenes';
import { sweepScenes } from './speedup/sweepScenes';

export type HostMessage =
  | TrainingHostMessage
  | ComparisonHostMessage
  | OptimizerHostMessage
  | SpeedupHostMessage
  | TasksHostMessage
  | MetaHostMessage;

const VIEWS = ['training', 'comparison', 'optimizer', 'speedup', 'tasks', 'meta'] as const;

export interface Scene {
  readonly name: string;
  readonly view: (typeof VIEWS)[number];
  /** What it shows, for the gallery's list. */
  readonly title: string;
  readonly messages: readonly HostMessage[];
  /** Played step by step instead of at once. */
  readonly live?: boolean;
  /** What the view finds of an earlier time: `{ view }`. */
  readonly state?: unknown;
}

const LONG_NAME =
  'fashion-mnist-784-128-128-10-relu-batch-128-velo-handmade-1-announced-1000-steps-second-attempt-with-clipping';

/** All scenes that the recordings allow; those of a view without a recording are left out. */
export function scenesOf(recordings: Recordings): Scene[] {
  const {
    training,
    comparison,
    optimizer,
    speedup,
    ['speedup-sweep']: sweep,
    tasks,
    meta,
    ...further
  } = recordings;
  return [
    ...(training ? trainingScenes(training) : []),
    ...(comparison ? comparisonScenes(comparison) : []),
    ...(optimizer ? optimizerScenes(optimizer) : []),
    // A recording's name says of which view its messages are.
    ...(speedup ? speedupScenes(speedup as readonly SpeedupHostMessage[], LONG_NAME) : []),
    ...(tasks ? taskScenes(tasks as readonly TasksHostMessage[], LONG_NAME) : []),
    ...(meta ? metaScenes(meta as readonly MetaHostMessage[], LONG_NAME) : []),
    ...(sweep ? sweepScenes(sweep as readonly SpeedupHostMessage[]) : []),
    ...Object.entries(further).map(recordedScene),
  ];
}

/** `training-adam.msgpack` is a scene of its own. */
function recordedScene([name, messages]: [string, readonly HostMessage[]]): Scene {
  const view = VIEWS.find((prefix) => name.startsWith(prefix));
  if (view === undefined) throw new Error(`scenes: ${name}.msgpack begins with no view's name`);
  return { name, view, title: `Recorded: ${name.slice(view.length + 1)}`, messages };
}

function trainingScenes(messages: readonly HostMessage[]): Scene[] {
  const scene = (name: string, title: string, shown: readonly HostMessage[]): Scene => ({
    name: `training-${name}`,
    view: 'training',
    title,
    messages: shown,
  });
  const running = at(messages, 0.94, { state: 'running', owner: 'engine' });
  const interrupted: Partial<RunEntry> = {
    state: 'interrupted',
    owner: 'nobody',
    canResume: true,
    checkpointStep: 400,
  };
  return [
    { ...scene('live', 'Live: the run plays', messages), live: true },
    scene('finished', 'Finished', messages),
    scene('running', 'Running, at 94 %', running),
    scene('paused', 'Paused', at(messages, 0.5, { state: 'paused', owner: 'engine' })),
    scene(
      'empty',
      'Queued: no step yet',
      at(messages, 0, {
        state: 'queued',
        owner: 'engine',
        trainLoss: null,
        heldOutLoss: null,
        heldOutAccuracy: null,
        msPerStep: null,
      }),
    ),
    scene(
      'loading',
      'Loading: nothing but the run',
      messages.filter(({ type }) => type === 'run'),
    ),
    scene('problem', 'The run cannot be read', [
      {
        type: 'problem',
        message: 'The folder of this run is gone.',
        remedy: 'Close this panel, or put the folder back.',
      },
    ]),
    scene(
      'failed',
      'Failed',
      at(messages, 0.118, {
        state: 'failed',
        owner: 'nobody',
        canResume: true,
        checkpointStep: 100,
        message: 'The disk is full: metrics.jsonl could not be written at step 118.',
      }),
    ),
    scene(
      'diverged',
      'Diverged',
      diverge(at(messages, 0.4, { state: 'diverged', owner: 'nobody', trainLoss: null })),
    ),
    scene('interrupted', 'Interrupted', at(messages, 0.412, interrupted)),
    scene('engine-lost', 'The engine is gone', [
      ...running,
      { type: 'engine', state: 'lost', message: 'The engine ended three times in a minute.' },
    ]),
    scene('no-trace', 'Without a trace', messages.map(withoutTrace)),
    scene(
      'no-lstm',
      'Adam: no LSTM, no multiplier',
      messages.filter(isFirstTrace).map(withoutLstm),
    ),
    scene(
      'long-names',
      'Long names',
      messages.map((message) => rename(message, LONG_NAME)),
    ),
    scene(
      '24-tensors',
      '24 tensors',
      messages
        .filter(isFirstTrace)
        .map((message) =>
          message.type === 'trace'
            ? { ...message, update: manyTensors(message.update, 24) }
            : message,
        ),
    ),
    scene(
      'restricted',
      'Workspace not trusted',
      messages.map((message) =>
        message.type === 'run' ? { ...message, canControl: false } : message,
      ),
    ),
  ];
}

function comparisonScenes(messages: readonly HostMessage[]): Scene[] {
  const scene = (name: string, title: string, shown: readonly HostMessage[]): Scene => ({
    name: `comparison-${name}`,
    view: 'comparison',
    title,
    messages: shown,
  });
  return [
    scene('runs', 'Recorded runs', messages),
    scene('empty', 'No run', [{ type: 'runs', runs: [], lossUnit: '' }]),
    scene(
      'loading',
      'Loading',
      messages.filter(({ type }) => type === 'runs'),
    ),
    scene('problem', 'Runs that cannot be read', [
      {
        type: 'problem',
        message: 'The engine did not start: node was not found.',
        remedy: 'Set velo.engine.node to the path of Node 20 or newer.',
      },
    ]),
    scene(
      'long-names',
      'Long names',
      messages.map((message) => rename(message, LONG_NAME)),
    ),
  ];
}

function optimizerScenes(messages: readonly HostMessage[]): Scene[] {
  const scene = (name: string, title: string, shown: readonly HostMessage[]): Scene => ({
    name: `optimizer-${name}`,
    view: 'optimizer',
    title,
    messages: shown,
  });
  return [
    scene('weights', 'Recorded weights', messages),
    scene(
      'loading',
      'Loading',
      messages.filter(({ type }) => type === 'engine'),
    ),
    scene('problem', 'Not a file of weights', [
      {
        type: 'problem',
        message: 'theta.safetensors: the header ends in the middle of an array.',
        remedy: 'Fetch the file again.',
      },
    ]),
    scene(
      'unused',
      'Not used by any run',
      messages
        .filter(({ type }) => type !== 'multipliers')
        .map((message) =>
          message.type === 'inspection'
            ? { ...message, inspection: { ...message.inspection, usedBy: [] } }
            : message,
        ),
    ),
  ];
}

const REPLIES: readonly string[] = [
  ...['matrix', 'response', 'multipliers', 'cellOrder', 'curves', 'sweep'],
  ...['sample', 'cost', 'drawn'],
];

/** Whether a recorded message answers a request and waits for it. */
export function isReply(message: HostMessage): boolean {
  if (message.type === 'trace') return !message.update.reset && message.update.steps.length === 0;
  return REPLIES.includes(message.type);
}
