/** A recorded evaluation, changed into states that are hard to record. */
import type {
  EvaluatedTask,
  EvaluationOverview,
  Speedup,
  SpeedupHostMessage,
  TaskCurves,
} from '../../../../src/protocol/live/index';
import { withAggregates } from '../../../support/speedupAggregates';

type TaskResult = EvaluatedTask['results'][number];

const PENDING: Speedup = { kind: 'pending', value: NaN, low: NaN, high: NaN };
const FAILED: Speedup = { kind: 'failed', value: 0, low: 0, high: 0 };

/** The overview of recorded messages. @throws where there is none */
export function overviewIn(messages: readonly { readonly type: string }[]): EvaluationOverview {
  const found = (messages as readonly SpeedupHostMessage[]).find(
    (message) => message.type === 'evaluation',
  );
  if (found === undefined) throw new Error('overviewIn: no evaluation among the messages');
  return found.overview;
}

/** The messages with another overview; `keeps` says of which tasks curves stay. */
export function withOverview(
  messages: readonly SpeedupHostMessage[],
  overview: EvaluationOverview,
  keeps: (task: number) => boolean = () => true,
): SpeedupHostMessage[] {
  return messages
    .filter((message) => message.type !== 'curves' || keeps(message.curves.task))
    .map((message) => (message.type === 'evaluation' ? { ...message, overview } : message));
}

/** While it runs: what comes after the first `done` tasks is pending, of the next one the optimizers after the first. */
export function runningAfter(overview: EvaluationOverview, done: number): EvaluationOverview {
  const { total } = overview.progress;
  const each = total / overview.tasks.length;
  const tasks = overview.tasks.map((task, index): EvaluatedTask => {
    if (index < done) return task;
    const results = task.results.map((result, i) =>
      index === done && i === 0 ? result : pending(),
    );
    return index === done
      ? { ...task, results }
      : { ...task, results, ...{ bestLearningRate: NaN, baselineLoss: NaN }, baselineSpark: NONE };
  });
  const progress = { done: Math.round((done + 0.8) * each), total, secondsLeft: 754 };
  return withAggregates({ ...overview, state: 'running', progress, tasks });
}

const NONE = new Float32Array();

function pending(): TaskResult {
  const nothing = { finalTrain: NaN, finalHeldOut: NaN, secondsPerStep: NaN, spark: NONE };
  return { steps: PENDING, seconds: PENDING, ...nothing };
}

/** Nothing has ended yet. */
export function allPending(overview: EvaluationOverview): EvaluationOverview {
  const running = runningAfter(overview, 0);
  const tasks = running.tasks.map((task) => ({
    ...task,
    ...{ bestLearningRate: NaN, baselineLoss: NaN, baselineSpark: NONE },
    results: task.results.map(pending),
  }));
  const progress = { done: 0, total: overview.progress.total };
  return withAggregates({ ...overview, state: 'starting', progress, tasks });
}

/** Every result changed by a function. */
function mapResults(
  overview: EvaluationOverview,
  change: (result: TaskResult, task: number, optimizer: number) => TaskResult,
): EvaluationOverview {
  const tasks = overview.tasks.map((task, index) => ({
    ...task,
    results: task.results.map((result, optimizer) => change(result, index, optimizer)),
  }));
  return withAggregates({ ...overview, tasks });
}

export function allFailed(overview: EvaluationOverview): EvaluationOverview {
  return mapResults(overview, (result) => ({
    ...result,
    ...{ steps: FAILED, seconds: FAILED, finalTrain: NaN, finalHeldOut: NaN },
  }));
}

/**
 * As against a baseline that trained no longer than the optimizers: what was faster is censored at 1×, or at what the
 * longer baseline's seconds make of it; and every fourth result of the second optimizer failed.
 */
export function censored(overview: EvaluationOverview): EvaluationOverview {
  const { numSteps } = overview.protocol;
  const bound = ({ steps, seconds }: TaskResult): Pick<TaskResult, 'steps' | 'seconds'> => {
    const factor = seconds.value / steps.value;
    const at = (value: number): Speedup => ({ kind: 'censored', value, low: value, high: value });
    return { steps: at(1), seconds: at(factor) };
  };
  const changed = mapResults(overview, (result, task, optimizer) => {
    if (optimizer === 1 && task % 4 === 0)
      return { ...result, steps: FAILED, seconds: FAILED, finalTrain: NaN, spark: NONE };
    return result.steps.value > 1 ? { ...result, ...bound(result) } : result;
  });
  return { ...changed, protocol: { ...overview.protocol, baselineSteps: numSteps } };
}

/** One seed: no interval. */
export function oneSeed(overview: EvaluationOverview): EvaluationOverview {
  const narrow = ({ kind, value }: Speedup): Speedup => ({ kind, value, low: value, high: value });
  const changed = mapResults(overview, (result) => ({
    ...result,
    ...{ steps: narrow(result.steps), seconds: narrow(result.seconds) },
  }));
  return { ...changed, protocol: { ...overview.protocol, seeds: 1 } };
}

export function oneSeedCurves(curves: TaskCurves): TaskCurves {
  const optimizers = curves.optimizers.map((each) => ({ ...each, seeds: each.seeds.slice(0, 1) }));
  return { ...curves, optimizers };
}

/** Many tasks and optimizers: the recorded ones over and over, each a little faster or slower, by a fixed sequence. */
export function enlarged(
  overview: EvaluationOverview,
  { tasks: numTasks, optimizers: labels }: { tasks: number; optimizers: readonly string[] },
): EvaluationOverview {
  const draw = sequence();
  const scale = (speedup: Speedup, factor: number): Speedup => ({
    kind: speedup.kind,
    value: speedup.value * factor,
    low: speedup.low * factor,
    high: speedup.high * factor,
  });
  const tasks = Array.from({ length: numTasks }, (_, index): EvaluatedTask => {
    const task = overview.tasks[index % overview.tasks.length]!;
    const round = Math.floor(index / overview.tasks.length);
    const results = labels.map((_label, optimizer) => {
      const result = task.results[optimizer % task.results.length]!;
      const factor = round === 0 && optimizer < task.results.length ? 1 : 2 ** (4 * draw() - 2);
      const { steps, seconds } = result;
      return { ...result, steps: scale(steps, factor), seconds: scale(seconds, factor) };
    });
    return { ...task, name: round === 0 ? task.name : `${task.name} v${round + 1}`, results };
  });
  const first = overview.optimizers[0]!;
  const optimizers = labels.map((label) => ({ ...first, label, description: label }));
  return withAggregates({ ...overview, suite: 'large-83', optimizers, tasks });
}

function sequence(): () => number {
  let state = 7;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

/** Names as long as people give them. */
export function longNames(overview: EvaluationOverview, name: string): EvaluationOverview {
  return {
    ...overview,
    suite: name,
    optimizers: overview.optimizers.map((optimizer, index) => ({
      ...optimizer,
      label: `${optimizer.label} ${name} ${index + 1}`,
    })),
    tasks: overview.tasks.map((task, index) => ({ ...task, name: `${name} ${index + 1}` })),
  };
}
