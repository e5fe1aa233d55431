/** What the speedup chart knows: a pure reducer over the host's messages. Choices of the person are in `view.ts`. */
import type {
  EvaluatedTask,
  EvaluationOverview,
  SpeedupHostMessage,
  SweepTable,
  TaskCurves,
} from '../../src/protocol/live/index';

export interface Problem {
  readonly message: string;
  readonly remedy?: string;
}

/** A task's curves, and the results that the task had when they came. */
interface KnownCurves {
  readonly curves: TaskCurves;
  readonly task: EvaluatedTask | undefined;
}

/** A sweep, and how many trainings were done when it came. */
interface KnownSweep {
  readonly sweep: SweepTable;
  readonly done: number | undefined;
}

export interface SpeedupModel {
  /** `failed` only where there is nothing else to show. */
  readonly phase: 'loading' | 'ready' | 'empty' | 'failed';
  readonly overview?: EvaluationOverview | undefined;
  readonly canControl: boolean;
  /** By the task's index. */
  readonly curves: ReadonlyMap<number, KnownCurves>;
  /** By the task's index; undefined: over all tasks. */
  readonly sweeps: ReadonlyMap<number | undefined, KnownSweep>;
  readonly problem?: Problem | undefined;
  readonly engine: {
    readonly state: 'connected' | 'connecting' | 'lost';
    readonly message?: string;
  };
}

export const INITIAL_MODEL: SpeedupModel = {
  phase: 'loading',
  canControl: false,
  curves: new Map(),
  sweeps: new Map(),
  engine: { state: 'connected' },
};

export function reduce(model: SpeedupModel, message: SpeedupHostMessage): SpeedupModel {
  switch (message.type) {
    case 'evaluation':
      return withOverview(model, message.overview, message.canControl);
    case 'noEvaluation': {
      const { canControl } = message;
      const nothing = { overview: undefined, problem: undefined };
      const known = { curves: new Map(), sweeps: new Map() };
      return { ...model, ...nothing, ...known, phase: 'empty', canControl };
    }
    case 'curves':
      return withCurves(model, message.curves);
    case 'sweep':
      return withSweep(model, message.sweep);
    case 'engine': {
      const { state, message: text } = message;
      return { ...model, engine: text === undefined ? { state } : { state, message: text } };
    }
    case 'problem': {
      const { message: text, remedy } = message;
      const problem = remedy === undefined ? { message: text } : { message: text, remedy };
      return { ...model, problem, phase: model.overview === undefined ? 'failed' : model.phase };
    }
  }
}

function withOverview(
  model: SpeedupModel,
  overview: EvaluationOverview,
  canControl: boolean,
): SpeedupModel {
  const isSame = model.overview?.id === overview.id;
  const known = isSame ? {} : { curves: new Map(), sweeps: new Map() };
  return { ...model, ...known, phase: 'ready', problem: undefined, overview, canControl };
}

function withSweep(model: SpeedupModel, sweep: SweepTable): SpeedupModel {
  const done = model.overview?.progress.done;
  return { ...model, sweeps: new Map(model.sweeps).set(sweep.task, { sweep, done }) };
}

/** Whether a sweep has to be asked for: none has come, or trainings were done since. @param task  undefined: all */
export function wantsSweep({ overview, sweeps }: SpeedupModel, task: number | undefined): boolean {
  if (overview === undefined || overview.progress.done === 0) return false;
  const known = sweeps.get(task);
  return known === undefined || known.done !== overview.progress.done;
}

function withCurves(model: SpeedupModel, curves: TaskCurves): SpeedupModel {
  const task = model.overview?.tasks[curves.task];
  return { ...model, curves: new Map(model.curves).set(curves.task, { curves, task }) };
}

/** Whether a task's curves have to be asked for: none have come, or the task has got on since. */
export function wantsCurves({ overview, curves }: SpeedupModel, index: number): boolean {
  const task = overview?.tasks[index];
  if (task === undefined || !hasBegun(task)) return false;
  const known = curves.get(index);
  return known === undefined || fingerprint(known.task) !== fingerprint(task);
}

/** Whether anything of the task is known. */
export function hasBegun({ bestLearningRate, results }: EvaluatedTask): boolean {
  return Number.isFinite(bestLearningRate) || results.some(({ steps }) => steps.kind !== 'pending');
}

/** What changes whenever a training of the task has ended. */
function fingerprint(task: EvaluatedTask | undefined): string {
  if (task === undefined) return '';
  const results = task.results.map(({ steps, finalTrain }) =>
    [steps.kind, steps.value, steps.low, steps.high, finalTrain].join(' '),
  );
  return [task.bestLearningRate, task.baselineLoss, ...results].join(' ');
}
