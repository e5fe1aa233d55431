/** What the speedup chart shows of an evaluation, from the curves that are there so far. */
import {
  algoPerfScore,
  profileAt,
  scoreSuite,
  speedupInSeconds,
  speedupNumber,
} from '../../core/index';
import type {
  Aggregate,
  Interval,
  OptimizerScore,
  Profile,
  ProtocolOptions,
  Speedup as Outcome,
  SuiteScore,
  TaskResults,
  TaskScore,
} from '../../core/index';
import type {
  EvaluatedOptimizer,
  EvaluatedTask,
  EvaluationOverview,
  Speedup,
} from '../../protocol/live/index';

/** What is known of a task without training it. */
export type TaskFacts = Pick<
  EvaluatedTask,
  'name' | 'family' | 'summary' | 'numParams' | 'standsFor'
>;

/** What is scored of it. */
interface RowFacts extends TaskFacts {
  /** Announced steps, where they are not those of the evaluation. */
  readonly length?: number | undefined;
}

export interface OverviewInput {
  /** Everything that no curve is needed for. */
  readonly facts: Omit<EvaluationOverview, 'optimizers' | 'baselineProfile' | 'tasks'>;
  readonly optimizers: readonly Pick<EvaluatedOptimizer, 'label' | 'description'>[];
  readonly tasks: readonly RowFacts[];
  /** How they are scored; the baseline is `facts.protocol.baseline`. */
  readonly scoring?: Partial<ProtocolOptions>;
  /** Of the tasks that have whole arms already, by name; the baseline's arms are called `facts.protocol.baseline`. */
  readonly results: ReadonlyMap<string, TaskResults>;
}

/** Numbers of a sparkline. */
const SPARK_POINTS = 40;
/** Few, since it is made anew while the evaluation runs. */
const RESAMPLES = 400;

/** @throws UserError('data') where curves are malformed */
export function overviewOf({
  facts,
  optimizers,
  tasks,
  scoring = { baselines: [facts.protocol.baseline] },
  results,
}: OverviewInput): EvaluationOverview {
  const { baseline } = facts.protocol;
  const known = [...results.values()].filter(({ arms }) =>
    arms.some(({ optimizer }) => optimizer === baseline),
  );
  const score = scoreSuite(known, {
    protocol: scoring,
    bootstrap: { resamples: RESAMPLES },
  });
  const scores = new Map(score.tasks.map((task) => [task.task, task]));
  return {
    ...facts,
    optimizers: optimizers.map(({ label, description }) => ({
      label,
      description,
      ...summaryOf(score, label),
    })),
    baselineProfile: {
      steps: profileOf(score, 'steps', baseline),
      seconds: profileOf(score, 'seconds', baseline),
    },
    tasks: tasks.map((task) => evaluated(task, scores.get(task.name), optimizers, facts.protocol)),
  };
}

type AggregateOf = EvaluatedOptimizer['steps'];

function summaryOf(
  score: SuiteScore,
  label: string,
): Pick<EvaluatedOptimizer, 'steps' | 'seconds'> {
  const summary = score.optimizers.find(({ optimizer }) => optimizer === label);
  return {
    steps: aggregated(summary?.steps, solverOf(score, 'steps', label)),
    seconds: aggregated(summary?.seconds, solverOf(score, 'seconds', label)),
  };
}

/** What the profiles by steps and by seconds compare. */
const PROFILE_COSTS = { steps: 'stepsForFinalLoss', seconds: 'secondsToTarget' } as const;
type Unit = keyof typeof PROFILE_COSTS;

function solverOf(score: SuiteScore, unit: Unit, label: string): Profile | undefined {
  return score.profiles[PROFILE_COSTS[unit]].find(({ solver }) => solver === label);
}

function profileOf(score: SuiteScore, unit: Unit, label: string): AggregateOf['profile'] {
  const profile = solverOf(score, unit, label);
  return profile === undefined ? NO_PROFILE : sentProfile(profile);
}

const NO_PROFILE = { factors: new Float32Array(), shares: new Float32Array() };
const NOTHING: AggregateOf = {
  ...{ tasks: 0, median: NaN, iqm: NaN, low: NaN, high: NaN },
  ...{ atLeast: [], censored: 0, failed: 0, algoPerf: NaN },
  profile: NO_PROFILE,
};

function aggregated(aggregate: Aggregate | undefined, profile: Profile | undefined): AggregateOf {
  if (aggregate === undefined || profile === undefined) return NOTHING;
  const { tasks, median, iqm, shares, censored, diverged, worseThanStart } = aggregate;
  return {
    tasks,
    median: median.value,
    iqm: iqm.value,
    low: iqm.interval?.low ?? iqm.value,
    high: iqm.interval?.high ?? iqm.value,
    atLeast: shares.map((share) => ({ factor: share.factor, tasks: share.tasks })),
    censored,
    failed: diverged + worseThanStart,
    algoPerf: algoPerfScore(profile),
    profile: sentProfile(profile),
  };
}

/** The step function at factor 1 and wherever it rises. */
function sentProfile(profile: Profile): AggregateOf['profile'] {
  if (profile.tasks === 0) return NO_PROFILE;
  const factors = [...new Set([1, ...profile.ratios])];
  const shares = factors.map((factor) => profileAt(profile, factor));
  return { factors: Float32Array.from(factors), shares: Float32Array.from(shares) };
}

function evaluated(
  { length, ...facts }: RowFacts,
  score: TaskScore | undefined,
  optimizers: OverviewInput['optimizers'],
  protocol: EvaluationOverview['protocol'],
): EvaluatedTask {
  const numSteps = length ?? protocol.numSteps;
  const best = score?.baseline.best;
  const rate = best?.hyperparameters['learningRate'];
  return {
    ...facts,
    bestLearningRate: typeof rate === 'number' ? rate : NaN,
    baselineLoss: score?.targetLoss ?? NaN,
    baselineSpark: best === undefined ? new Float32Array() : spark(best.curve, numSteps),
    results: optimizers.map(({ label }) =>
      resultOf(
        score?.optimizers.find(({ optimizer }) => optimizer === label),
        numSteps,
      ),
    ),
  };
}

const PENDING: Speedup = { kind: 'pending', value: NaN, low: NaN, high: NaN };

function resultOf(
  score: OptimizerScore | undefined,
  numSteps: number,
): EvaluatedTask['results'][number] {
  if (score === undefined) {
    const nothing = { finalTrain: NaN, finalHeldOut: NaN, secondsPerStep: NaN };
    return { steps: PENDING, seconds: PENDING, ...nothing, spark: new Float32Array() };
  }
  const seconds = speedupInSeconds(score);
  return {
    steps: outcomeOf(score.speedup, score.interval),
    seconds: seconds === undefined ? PENDING : outcomeOf(seconds.speedup, seconds.interval),
    finalTrain: score.finalTrain,
    finalHeldOut: score.finalHeldOut,
    secondsPerStep: score.secondsPerStep ?? NaN,
    spark: spark(score.curve, numSteps),
  };
}

function outcomeOf(outcome: Outcome, interval: Interval | undefined): Speedup {
  const value = speedupNumber(outcome);
  if (value === undefined) return PENDING;
  const isFailure = outcome.kind === 'diverged' || outcome.kind === 'worseThanStart';
  return {
    kind: isFailure ? 'failed' : outcome.kind === 'censored' ? 'censored' : 'measured',
    value,
    low: interval?.low ?? value,
    high: interval?.high ?? value,
  };
}

/** A smoothed curve at equal distances from step 0 to `numSteps`. */
export function spark(curve: OptimizerScore['curve'], numSteps: number): Float32Array<ArrayBuffer> {
  const { steps, smoothed } = curve;
  let at = 0;
  return Float32Array.from({ length: SPARK_POINTS }, (_, i) => {
    const step = (numSteps * i) / (SPARK_POINTS - 1);
    while (at + 1 < steps.length && steps[at + 1]! <= step) at++;
    return smoothed[at]!;
  });
}
