/** What a meta-training will take, told before it starts: a few of its trainings are tried, for some hundredths of a second each. */
import { UserError } from '../../base/index';
import { createLengthSchedule, lengthOf } from '../../core/index';
import { budgetSeconds } from '../../protocol/index';
import type { MetaConfig } from '../../protocol/index';
import type { Forecast } from '../population/contract';
import type { Assignment } from '../population/messages';
import type { Population } from '../population/population';
import type { MetaForecast } from './contract';
import { BASELINE, LEARNED } from './openLearned';
import type { Problem, Problems } from './problems';
import { resolveEstimator, resolveLengths } from './resolve';
import type { PairConfig } from './resolve';
import { BASELINE_RATES, BASELINE_TIMES } from './validation';

/** Of the training, and of the validation. */
const TRIED = 12;
const TRIED_VALIDATION = 4;
/** Outer iterations whose lengths are looked at. */
const SAMPLED = 16;
const SAMPLED_LENGTHS = 64;

export interface ForecastParts {
  readonly population: Population;
  readonly problems: Problems;
}

/**
 * @throws UserError('device') where there is not enough memory, UserError('config' | 'data' | 'task') where no training can
 *   be made
 */
export async function forecastOf(config: PairConfig, parts: ForecastParts): Promise<MetaForecast> {
  const { workers } = parts.population;
  const { pairs } = config.estimator;
  const steps = meanSteps(config);
  const turn = await costOf(parts, { steps, count: TRIED, optimizer: LEARNED, isTraining: true });
  const validation = await validationSeconds(config, parts);
  // Both sides of a pair have the same plan. Tasks of pools, which are planned once, do not count.
  const plans = newTrainings(config, steps) * parts.problems.freshShare;
  const secondsPerIteration = (2 * pairs * turn.seconds + plans * turn.planSeconds) / workers;
  // Whole trainings leave nothing behind.
  const members = config.estimator.kind === 'fullEs' ? 0 : 2 * pairs;
  const forecast = {
    innerSteps: Math.round(2 * pairs * steps),
    secondsPerIteration,
    ...validation,
    ...inAll(config, secondsPerIteration, validation),
    memberBytes: members * turn.memberBytes,
    workerBytes: turn.workerBytes,
    sharedBytes: turn.sharedBytes,
    limitBytes: turn.limitBytes,
  };
  requireRoom(forecast, workers);
  return forecast;
}

/** Inner steps of a side of a pair in an outer iteration. */
function meanSteps(config: PairConfig): number {
  const { estimator, iterations } = config;
  if (estimator.kind !== 'fullEs') return estimator.truncation;
  const plan = resolveEstimator(estimator, config);
  const stride = iterations === undefined ? 1 : iterations / SAMPLED;
  const lengths = Array.from({ length: SAMPLED }, (_, i) =>
    plan.plan({ particles: [], problems: i * estimator.pairs }, Math.floor(i * stride)),
  ).flatMap((turns) => turns.flatMap(({ segments }) => segments.map(({ steps }) => steps)));
  return lengths.reduce((sum, length) => sum + length, 0) / lengths.length;
}

/** Pairs of an outer iteration that begin with a training. @param steps  of a side */
function newTrainings(config: PairConfig, steps: number): number {
  const { pairs, kind } = config.estimator;
  if (kind === 'fullEs') return pairs;
  const { lengths, ...drawnBy } = resolveLengths(config);
  const options = { ...drawnBy, lengths: createLengthSchedule(lengths) };
  const drawn = Array.from({ length: SAMPLED_LENGTHS }, (_, problem) =>
    lengthOf(options, problem, { iteration: 0 }),
  );
  const mean = drawn.reduce((sum, length) => sum + length, 0) / drawn.length;
  return pairs * Math.min(1, steps / mean);
}

interface Tried {
  readonly steps: number;
  readonly count: number;
  readonly optimizer: number;
  readonly isTraining: boolean;
}

/**
 * Seconds and bytes of one member, on average over those that were tried. Those that cannot be trained are left out, as
 * long as there are others.
 */
async function costOf({ population, problems }: ForecastParts, tried: Tried): Promise<Forecast> {
  const numSteps = Math.max(1, Math.round(tried.steps));
  const drawn = await Promise.all(
    Array.from({ length: tried.count }, (_, i) =>
      tried.isTraining ? problems.trained(i) : problems.validated(i),
    ),
  );
  const assignments = drawn.map((problem) => assignmentOf(problem, tried.optimizer, numSteps));
  const trials = await Promise.allSettled(
    assignments.map((assignment) => population.forecast([assignment], tried.steps)),
  );
  const good = assignments.filter((_, i) => trials[i]!.status === 'fulfilled');
  const failed = trials.find((trial) => trial.status === 'rejected');
  if (good.length === 0 && failed !== undefined) throw failed.reason;
  const all = await population.forecast(good, tried.steps);
  const inParallel = Math.min(population.workers, good.length);
  return {
    ...all,
    memberBytes: all.memberBytes / good.length,
    seconds: (all.seconds * inParallel) / good.length,
  };
}

/** What a member begins with that is to have so many steps. */
export function assignmentOf(
  { carrier: task, config, variation, seed }: Problem,
  optimizer: number,
  numSteps: number,
): Assignment {
  return { task, config, variation, optimizer, seed, numSteps };
}

type ValidationSeconds = Pick<MetaForecast, 'secondsPerValidation' | 'secondsBefore'>;

async function validationSeconds(
  { validation: { tasks, lengths, baseline } }: MetaConfig,
  parts: ForecastParts,
): Promise<ValidationSeconds> {
  const used = Array.from({ length: tasks }, (_, i) => lengths[i % lengths.length]!);
  const steps = used.reduce((sum, length) => sum + length, 0) / tasks;
  const tried = { steps, count: Math.min(TRIED_VALIDATION, tasks), isTraining: false };
  const { workers } = parts.population;
  const { seconds } = await costOf(parts, { ...tried, optimizer: LEARNED });
  const secondsPerValidation = (tasks * seconds) / workers;
  if (!baseline) return { secondsPerValidation, secondsBefore: secondsPerValidation };
  const rate = await costOf(parts, { ...tried, optimizer: BASELINE });
  const baselines = (tasks * BASELINE_RATES.length * BASELINE_TIMES * rate.seconds) / workers;
  return { secondsPerValidation, secondsBefore: secondsPerValidation + baselines };
}

/** The validation at the end counts, too. */
function inAll(
  { iterations = Infinity, budget, validation: { every } }: MetaConfig,
  secondsPerIteration: number,
  { secondsPerValidation, secondsBefore }: ValidationSeconds,
): Pick<MetaForecast, 'iterations' | 'seconds'> {
  const validating = every > 0 ? secondsPerValidation / every : 0;
  const perIteration = secondsPerIteration + validating;
  const time = budget === undefined ? Infinity : budgetSeconds(budget);
  const inTime = Math.max(1, Math.ceil((time - secondsBefore) / perIteration));
  const made = Math.min(iterations, inTime);
  return { iterations: made, seconds: secondsBefore + made * perIteration + secondsPerValidation };
}

function requireRoom(
  { memberBytes, workerBytes, sharedBytes, limitBytes }: MetaForecast,
  workers: number,
): void {
  const needed = memberBytes + workerBytes + sharedBytes;
  if (needed <= limitBytes) return;
  const [wanted, limit] = [needed, limitBytes].map((bytes) => Math.ceil(bytes / 2 ** 20));
  throw new UserError(
    'device',
    `the meta-training needs about ${wanted} MB on ${workers} workers, expected at most ${limit}`,
    { remedy: 'Have fewer workers (--workers), fewer pairs or smaller tasks.' },
  );
}
