/** Where the time of a meta-training goes: what each entry of its distribution costs, of which a few tasks are tried. */
import { createLengthSchedule, lengthOf } from '../../core/index';
import type { EntryCost } from './contract';
import { entryNames } from './entryNames';
import { assignmentOf } from './forecast';
import type { ForecastParts } from './forecast';
import { LEARNED } from './openLearned';
import { entryOf } from './problems';
import type { Problem, Problems } from './problems';
import { resolveDistribution, resolveLengths } from './resolve';
import type { PairConfig } from './resolve';

/** Tasks of an entry. */
const TRIED = 3;
/** Problems whose lengths are looked at. */
const SAMPLED = 2000;

/**
 * In the order of the distribution; entries of which no task can be trained cost nothing.
 * @throws UserError('config' | 'data')
 */
export async function entryCosts(config: PairConfig, parts: ForecastParts): Promise<EntryCost[]> {
  const distribution = resolveDistribution(config.tasks);
  const names = entryNames(distribution);
  const steps = stepsByEntry(config, names.length);
  const pairs = shares(distribution.metaTrain.map(({ weight = 1 }) => weight));
  const secondsPerStep = await secondsByEntry(parts, steps);
  const time = shares(pairs.map((share, entry) => share * steps[entry]! * secondsPerStep[entry]!));
  return names.map((name, entry) => ({
    name,
    pairs: pairs[entry]!,
    steps: steps[entry]!,
    secondsPerStep: secondsPerStep[entry]!,
    time: time[entry]!,
  }));
}

/** Mean steps of a side in an outer iteration; those of an entry that is hardly ever drawn are the mean of all. */
function stepsByEntry(config: PairConfig, entries: number): number[] {
  const { estimator, tasks, seed } = config;
  if (estimator.kind !== 'fullEs')
    return Array.from({ length: entries }, () => estimator.truncation);
  const { lengths, ...drawnBy } = resolveLengths(config);
  const options = { ...drawnBy, lengths: createLengthSchedule(lengths) };
  const entry = entryOf(resolveDistribution(tasks), seed);
  const drawn = Array.from({ length: SAMPLED }, (_, problem) => ({
    entry: entry(problem),
    length: lengthOf(options, problem, { iteration: 0 }),
  }));
  const all = mean(drawn.map(({ length }) => length));
  return Array.from({ length: entries }, (_, index) => {
    const own = drawn.filter((one) => one.entry === index);
    return own.length === 0 ? all : mean(own.map(({ length }) => length));
  });
}

async function secondsByEntry(
  { population, problems }: ForecastParts,
  steps: readonly number[],
): Promise<number[]> {
  const tried = await problemsOf(problems);
  const seconds: number[] = [];
  // One after the other: trials beside each other would take each other's time.
  for (const [entry, own] of tried.entries()) {
    const long = steps[entry]!;
    const numSteps = Math.max(1, Math.round(long));
    const costs: number[] = [];
    for (const problem of own) {
      const assignment = assignmentOf(problem, LEARNED, numSteps);
      const trial = await Promise.allSettled([population.forecast([assignment], long)]);
      if (trial[0].status === 'fulfilled') costs.push(trial[0].value.seconds / long);
    }
    seconds.push(costs.length === 0 ? 0 : mean(costs));
  }
  return seconds;
}

/** Some problems of each entry. */
async function problemsOf(problems: Problems): Promise<Problem[][]> {
  const rounds = await Promise.all(
    Array.from({ length: TRIED }, (_, round) => problems.ofEntries(round)),
  );
  return rounds[0]!.map((_, entry) => rounds.map((round) => round[entry]!));
}

function shares(values: readonly number[]): number[] {
  const sum = values.reduce((total, value) => total + value, 0);
  return values.map((value) => (sum === 0 ? 0 : value / sum));
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
