/** A whole suite: every task scored, and each optimizer summed up over the tasks, by steps, seconds, family and profile. */
import { aggregate } from './aggregate';
import type { Aggregate, Sample } from './aggregate';
import { bootstrapWith } from './bootstrap';
import type { BootstrapOptions } from './bootstrap';
import { performanceProfiles } from './profiles';
import type { Profile, SolverCosts } from './profiles';
import { protocolWith } from './protocol';
import type { ProtocolOptions } from './protocol';
import type { TaskResults } from './results';
import { scoreTask } from './scoreTask';
import type { TaskScore } from './scoreTask';
import type { OptimizerScore } from './scoreOptimizer';
import { scaleSpeedup, speedupNumber } from './speedup';
import type { TargetOutcome } from './target';

export interface ScoreOptions {
  readonly protocol?: Partial<ProtocolOptions>;
  readonly bootstrap?: Partial<BootstrapOptions>;
  /** Target losses by task, see `TaskScoring`. */
  readonly targets?: Readonly<Record<string, number>>;
}

/** One optimizer over all tasks that have a result of it. */
export interface OptimizerSummary {
  readonly optimizer: string;
  readonly steps: Aggregate;
  /** Undefined where the time of a task is not known. */
  readonly seconds: Aggregate | undefined;
  /** By steps; families in the order of their names. */
  readonly families: readonly { readonly family: string; readonly steps: Aggregate }[];
}

/** What a profile's costs are. */
export type ProfileCost = 'stepsForFinalLoss' | 'stepsToTarget' | 'secondsToTarget';

export interface SuiteScore {
  readonly protocol: ProtocolOptions;
  readonly bootstrap: BootstrapOptions;
  readonly tasks: readonly TaskScore[];
  /** In the order in which they first occur. */
  readonly optimizers: readonly OptimizerSummary[];
  /** Of the optimizers and the baseline, over the tasks that all of them have; the baseline is the first. */
  readonly profiles: Readonly<Record<ProfileCost, readonly Profile[]>>;
}

/**
 * Scores a suite. The result depends on the curves, the names and the options alone: not on the order of tasks, and to the bit.
 * @throws UserError('data') where curves are malformed, UserError('config') where options are
 */
export function scoreSuite(
  results: readonly TaskResults[],
  { protocol, bootstrap, targets = {} }: ScoreOptions = {},
): SuiteScore {
  const scoring = {
    protocol: protocolWith(protocol),
    bootstrap: bootstrapWith(bootstrap),
    targets,
  };
  const tasks = results.map((task) => scoreTask(task, scoring));
  const names = [...new Set(tasks.flatMap((task) => task.optimizers.map((o) => o.optimizer)))];
  return {
    protocol: scoring.protocol,
    bootstrap: scoring.bootstrap,
    tasks,
    optimizers: names.map((name) => summaryOf(name, tasks, scoring.bootstrap)),
    profiles: profilesOf(names, tasks, scoring.protocol),
  };
}

function summaryOf(
  optimizer: string,
  tasks: readonly TaskScore[],
  options: BootstrapOptions,
): OptimizerSummary {
  const scored = tasks.flatMap((task) => {
    const score = scoreOf(task, optimizer);
    return score === undefined ? [] : [{ family: task.family, score }];
  });
  const scores = scored.map(({ score }) => score);
  const timed = scores.flatMap((score) => secondsSample(score) ?? []);
  const families = [...new Set(scored.map(({ family }) => family))].sort();
  return {
    optimizer,
    steps: aggregate(scores, options),
    seconds: timed.length < scores.length ? undefined : aggregate(timed, options),
    families: families.map((family) => {
      const members = scored.filter((one) => one.family === family);
      const samples = members.map(({ score }) => score);
      return { family, steps: aggregate(samples, options) };
    }),
  };
}

function secondsSample({
  speedup,
  perSeed,
  resamples,
  stepCostRatio,
}: OptimizerScore): Sample | undefined {
  if (stepCostRatio === undefined) return undefined;
  const scaled = (values: Float64Array): Float64Array =>
    values.map((value) => value * stepCostRatio);
  return {
    speedup: scaleSpeedup(speedup, stepCostRatio),
    perSeed: perSeed.map((one) => scaleSpeedup(one, stepCostRatio)),
    resamples: {
      mean: scaled(resamples.mean),
      runs: scaled(resamples.runs),
      cap: resamples.cap * stepCostRatio,
    },
  };
}

/** The score of an optimizer on a task, if it was trained there. */
function scoreOf(task: TaskScore, optimizer: string): OptimizerScore | undefined {
  return task.optimizers.find((score) => score.optimizer === optimizer);
}

function profilesOf(
  names: readonly string[],
  tasks: readonly TaskScore[],
  { baselines }: ProtocolOptions,
): SuiteScore['profiles'] {
  const complete = tasks.filter((task) => names.every((name) => scoreOf(task, name) !== undefined));
  const profiles = (
    ofBaseline: (task: TaskScore) => number | undefined,
    ofOptimizer: (score: OptimizerScore) => number | undefined,
  ): Profile[] => {
    const known = complete.filter((task) => ofBaseline(task) !== undefined);
    const solver = (name: string): SolverCosts => ({
      solver: name,
      costs: known.map((task) => ofOptimizer(scoreOf(task, name)!) ?? Infinity),
    });
    const baseline = {
      solver: baselines.join(' + '),
      costs: known.map((task) => ofBaseline(task) ?? Infinity),
    };
    return performanceProfiles([baseline, ...names.map(solver)]);
  };
  return {
    stepsForFinalLoss: profiles(
      (task) => (task.baseline.bestFinal === undefined ? undefined : 1),
      (score) => 1 / (speedupNumber(score.speedup) ?? 0),
    ),
    stepsToTarget: profiles(
      (task) => costOf(task.baseline.best?.target, 'steps'),
      (score) => costOf(score.target, 'steps'),
    ),
    secondsToTarget: profiles(
      (task) => costOf(task.baseline.best?.target, 'seconds'),
      (score) => costOf(score.target, 'seconds'),
    ),
  };
}

/** Infinity where the target was not reached, undefined where there was none. */
function costOf(outcome: TargetOutcome | undefined, unit: 'steps' | 'seconds'): number | undefined {
  if (outcome === undefined) return undefined;
  return outcome.kind === 'reached' ? outcome[unit] : Infinity;
}
