/**
 * Meta-validation: fixed tasks that are never trained on, the same initial parameters and batches every time, and once at
 * the beginning Adam at nine learning rates on them, to compare with.
 */
import type { MetaConfig, MetaValidation, MetaValidationTask } from '../../protocol/index';
import { describeTask, playsPairs } from '../../protocol/index';
import type { MemberJob, MemberResult } from '../population/contract';
import type { Population } from '../population/population';
import { variedTask } from '../../core/index';
import { taskFrom } from '../jobs/createTask';
import { finite } from './estimation';
import type { Problem, Problems } from './problems';
import type { WatchedTraining } from './stepMultipliers';

/** Learning rates of the baseline: half a thousandth and its doubles. */
export const BASELINE_RATES = Array.from({ length: 9 }, (_, k) => 5e-4 * 2 ** k);
/** Of its trainings, against those of the learned optimizer; losses are taken at so many points. */
export const BASELINE_TIMES = 4;
const BASELINE_POINTS = 64;
/** Speedups are told up to this, which is all that the baseline's trainings can show. */
const MOST_SPEEDUP = BASELINE_TIMES;

const LEAST_SPEEDUP = 0.01;

interface Fixed {
  readonly problem: Problem;
  readonly length: number;
}

export interface ValidationScore {
  readonly rows: MetaValidation['rows'];
  /** Geometric mean over tasks of (loss + floor) against the start. */
  readonly ratio: number;
  /** Geometric mean of the speedups over the baseline, each at least a hundredth. */
  readonly speedup?: number;
}

export class Validation {
  readonly #config: MetaConfig;
  readonly #population: Population;
  readonly #fixed: readonly Fixed[];

  private constructor(config: MetaConfig, population: Population, fixed: readonly Fixed[]) {
    this.#config = config;
    this.#population = population;
    this.#fixed = fixed;
  }

  /** @throws UserError('config' | 'data') */
  static async open(
    config: MetaConfig,
    population: Population,
    problems: Problems,
  ): Promise<Validation> {
    const { tasks, lengths } = config.validation;
    const fixed: Fixed[] = [];
    for (let i = 0; i < tasks; i++) {
      fixed.push({ problem: await problems.validated(i), length: lengths[i % lengths.length]! });
    }
    return new Validation(config, population, fixed);
  }

  /** The first of them, to be looked at more closely. */
  get first(): WatchedTraining {
    const { problem, length } = this.#fixed[0]!;
    const { config, variation, seed, carrier } = problem;
    const plain = taskFrom(config, seed, this.#population.dataOf(carrier));
    return { task: variedTask(plain, variation, seed), seed, length };
  }

  /** The tasks, with what the baseline makes of them where it is wanted. */
  async tasks(start: readonly number[], signal?: AbortSignal): Promise<MetaValidationTask[]> {
    const baselines = this.#config.validation.baseline ? await this.#baselines(signal) : [];
    return this.#fixed.map(({ problem, length }, i) => ({
      name: describeTask(problem.config),
      family: problem.config.family,
      length,
      start: finite(start[i]!),
      ...(baselines[i] === undefined ? {} : { baseline: baselines[i] }),
    }));
  }

  /** Losses of the theta that is the population's centre, NaN where a training diverged. */
  async losses(signal?: AbortSignal): Promise<number[]> {
    const jobs = this.#fixed.map(({ problem, length }, index) =>
      this.#job(problem, { index, optimizer: 0, length, steps: length }),
    );
    const results = await this.#run(jobs, signal);
    return results.map((result) => lastLoss(result));
  }

  /** @param losses  that `losses` gave */
  score(losses: readonly number[], tasks: readonly MetaValidationTask[]): ValidationScore {
    const rows = losses.map((loss, i) => ({
      loss: finite(loss),
      diverged: !Number.isFinite(loss),
      ...speedupOf(loss, tasks[i]!),
    }));
    const logs = losses.map((loss, i) => {
      const { metaLoss } = this.#fixed[i]!.problem;
      const { start } = tasks[i]!;
      return metaLoss.of(loss, start ?? NaN) - metaLoss.of(start ?? NaN, start ?? NaN);
    });
    const speedups = rows.flatMap(({ speedup }) =>
      speedup === undefined ? [] : [Math.log(Math.max(speedup, LEAST_SPEEDUP))],
    );
    return {
      rows,
      ratio: Math.exp(mean(logs)),
      ...(speedups.length === 0 ? {} : { speedup: Math.exp(mean(speedups)) }),
    };
  }

  async #baselines(signal?: AbortSignal): Promise<MetaValidationTask['baseline'][]> {
    const rates = BASELINE_RATES.length;
    const jobs = this.#fixed.flatMap(({ problem, length }, i) =>
      BASELINE_RATES.map((_, rate) => {
        const steps = BASELINE_TIMES * length;
        const every = Math.max(1, Math.ceil(steps / BASELINE_POINTS));
        const index = i * rates + rate;
        return this.#job(problem, { index, optimizer: 1 + rate, length: steps, steps, every });
      }),
    );
    const results = await this.#run(jobs, signal);
    return this.#fixed.map(({ length }, i) =>
      baselineOf(results.slice(i * rates, (i + 1) * rates), length),
    );
  }

  #job(
    { carrier: task, config, variation, seed, worstLoss }: Problem,
    how: {
      readonly index: number;
      readonly optimizer: number;
      readonly length: number;
      readonly steps: number;
      readonly every?: number;
    },
  ): MemberJob {
    const { index, optimizer, length: numSteps, steps, every } = how;
    const batches = { samples: this.#config.validation.samples };
    return {
      // The first ones are those that are trained on.
      member: trainedMembers(this.#config) + index,
      begin: { task, config, variation, optimizer, seed, numSteps },
      steps,
      worstLoss,
      evaluate: { splits: ['train'], batches, ...(every === undefined ? {} : { every }) },
      ends: true,
    };
  }

  async #run(jobs: readonly MemberJob[], signal?: AbortSignal): Promise<MemberResult[]> {
    const ordered = jobs.toSorted((a, b) => b.steps - a.steps);
    const results = await this.#population.run(ordered, signal === undefined ? {} : { signal });
    const byMember = new Map(results.map((result) => [result.member, result]));
    const failed = results.find(({ error }) => error !== undefined);
    if (failed?.error !== undefined) throw failed.error;
    return jobs.map(({ member }) => byMember.get(member)!);
  }
}

/** Members of the population that are trained on, two for each pair. */
export function trainedMembers({ estimator }: MetaConfig): number {
  return playsPairs(estimator) ? 2 * estimator.pairs : 0;
}

function lastLoss({ diverged, points }: MemberResult): number {
  return diverged ? NaN : (points.at(-1)?.evaluations[0]?.loss ?? NaN);
}

/** The best rate after `length` steps, and the lowest loss of any rate up to each point. */
function baselineOf(
  results: readonly MemberResult[],
  length: number,
): NonNullable<MetaValidationTask['baseline']> {
  const longest = results.reduce((a, b) => (b.points.length > a.points.length ? b : a));
  const steps = longest.points.map(({ step }) => step);
  let lowest = Infinity;
  const envelope = steps.map((_, i) => {
    for (const result of results) {
      const loss = lossAt(result, i);
      if (loss < lowest) lowest = loss;
    }
    return lowest;
  });
  const at = Math.max(
    0,
    steps.findLastIndex((step) => step <= length),
  );
  const losses = results.map((result) => lossAt(result, at));
  const best = losses.reduce((least, loss, i) => (loss < losses[least]! ? i : least), 0);
  return {
    name: 'adam',
    learningRate: BASELINE_RATES[best]!,
    loss: finite(losses[best]!),
    steps,
    envelope: envelope.map(finite),
  };
}

/** NaN, which is below nothing, where a training has diverged before. */
function lossAt({ points }: MemberResult, index: number): number {
  return points[index]?.evaluations[0]?.loss ?? NaN;
}

/** Steps that the baseline's envelope needs for the loss, over T. */
function speedupOf(loss: number, { length, baseline }: MetaValidationTask): { speedup?: number } {
  if (baseline === undefined) return {};
  if (!Number.isFinite(loss)) return { speedup: 0 };
  const { steps, envelope } = baseline;
  const index = envelope.findIndex((value) => value !== null && value <= loss);
  if (index < 0) return { speedup: MOST_SPEEDUP };
  if (index === 0) return { speedup: steps[0]! / length };
  const [before, after] = [envelope[index - 1] ?? Infinity, envelope[index]!];
  const share = Number.isFinite(before) ? (before - loss) / (before - after) : 1;
  const [from, to] = [steps[index - 1]!, steps[index]!];
  return { speedup: Math.min(MOST_SPEEDUP, (from + share * (to - from)) / length) };
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
