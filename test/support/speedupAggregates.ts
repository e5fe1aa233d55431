/** What the overview says of each optimizer over all tasks that are done: recording and made states alike. */
import type {
  EvaluatedOptimizer,
  EvaluatedTask,
  EvaluationOverview,
} from '../../src/protocol/live/index';

type Aggregate = EvaluatedOptimizer['steps'];
type Unit = 'steps' | 'seconds';

const FACTORS = Float32Array.from({ length: 97 }, (_, i) => 2 ** (i / 16));
const BOOTSTRAPS = 200;

/** Without what is made anew here. */
type Unsummed = Omit<EvaluationOverview, 'baselineProfile'>;

/** The overview with its optimizers' aggregates and the baseline's profile made anew from its tasks. */
export function withAggregates(overview: Unsummed): EvaluationOverview {
  const optimizers = overview.optimizers.map((optimizer, index) => ({
    ...optimizer,
    steps: aggregate(overview.tasks, index, 'steps'),
    seconds: aggregate(overview.tasks, index, 'seconds'),
  }));
  const baselineProfile = {
    steps: baselineProfileOf(overview.tasks, 'steps'),
    seconds: baselineProfileOf(overview.tasks, 'seconds'),
  };
  return { ...overview, optimizers, baselineProfile };
}

function doneIn(tasks: readonly EvaluatedTask[]): EvaluatedTask[] {
  return tasks.filter(({ results }) => results.every(({ steps }) => steps.kind !== 'pending'));
}

/** The largest speedup on a task; the baseline's own is 1. */
function bestOf({ results }: EvaluatedTask, unit: Unit): number {
  return Math.max(1, ...results.map((result) => result[unit].value));
}

function profileOf(ratios: readonly number[]): Aggregate['profile'] {
  return { factors: FACTORS, shares: FACTORS.map((factor) => share(ratios, factor)) };
}

function baselineProfileOf(tasks: readonly EvaluatedTask[], unit: Unit): Aggregate['profile'] {
  return profileOf(doneIn(tasks).map((task) => bestOf(task, unit)));
}

function aggregate(all: readonly EvaluatedTask[], index: number, unit: Unit): Aggregate {
  const tasks = doneIn(all);
  const results = tasks.map(({ results: each }) => each[index]![unit]);
  const values = results.map(({ value }) => value);
  const [low, high] = interval(values);
  const atLeast = [1, 4, 16].map((factor) => ({
    factor,
    tasks: values.filter((value) => value >= factor).length,
  }));
  const ratios = tasks.map((task) => bestOf(task, unit) / task.results[index]![unit].value);
  return {
    ...{ tasks: tasks.length, median: quantile(values, 0.5), iqm: iqm(values), low, high, atLeast },
    censored: results.filter(({ kind }) => kind === 'censored').length,
    failed: results.filter(({ kind }) => kind === 'failed').length,
    algoPerf: algoPerf(ratios),
    profile: profileOf(ratios),
  };
}

function share(ratios: readonly number[], factor: number): number {
  const within = ratios.filter((ratio) => ratio <= factor * (1 + 1e-6)).length;
  return ratios.length === 0 ? 0 : within / ratios.length;
}

/** Area under the profile between 1 and 4, by the rectangles between ratios. */
function algoPerf(ratios: readonly number[]): number {
  if (ratios.length === 0) return 0;
  const inside = ratios.map((ratio) => Math.max(0, (4 - Math.max(1, ratio)) / 3));
  return inside.reduce((sum, part) => sum + part, 0) / ratios.length;
}

function iqm(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const cut = Math.floor(sorted.length / 4);
  const middle = sorted.slice(cut, sorted.length - cut);
  return middle.reduce((sum, value) => sum + value, 0) / middle.length;
}

function interval(values: readonly number[]): [number, number] {
  let state = 1;
  const draw = (): number => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return values[Math.floor((state / 2 ** 32) * values.length)]!;
  };
  const means = Array.from({ length: BOOTSTRAPS }, () => iqm(values.map(draw)));
  return [quantile(means, 0.025), quantile(means, 0.975)];
}

function quantile(values: readonly number[], at: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  const place = at * (sorted.length - 1);
  const [below, above] = [sorted[Math.floor(place)], sorted[Math.ceil(place)]];
  if (below === undefined || above === undefined) return NaN;
  return below + (place - Math.floor(place)) * (above - below);
}
