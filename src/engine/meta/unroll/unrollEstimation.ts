/** Estimates that are the gradients of inner trainings, found by going back through them. */
import { freemem } from 'node:os';
import { UserError } from '../../../base/index';
import { createUnrollTurns, tooMuchMemory } from '../../../core/index';
import type { Segment, UnrollStand, UnrollTurns } from '../../../core/index';
import { fromEngineError } from '../../../protocol/index';
import type { GradientEstimator, MetaConfig } from '../../../protocol/index';
import { finite } from '../estimation';
import type { Estimate, Estimation, SavedEstimation } from '../estimation';
import type { Problem, Problems } from '../problems';
import { longestLength, resolveLengths } from '../resolve';
import type { StartTheta } from '../startTheta';
import type { UnrollJob, UnrollReply, Unrolled } from './messages';
import { meanGradient } from './meanGradient';
import { decodeUnrolls, encodeUnrolls } from './unrollState';
import type { UnrollState } from './unrollState';
import { UnrollWorkers } from './unrollWorkers';

/** Of what is free, for the ways back of all workers; and of one of them, whose record lies in its thread's heap. */
const MEMORY_SHARE = 1 / 2;
const MOST_BYTES = 2 ** 31;
/** As many as a loss needs to know theta. */
const TRIAL_STEPS = 2;

export interface UnrollParts {
  readonly config: MetaConfig;
  readonly estimator: GradientEstimator;
  readonly start: StartTheta;
  readonly problems: Problems;
  readonly workers: number;
  readonly workerScript?: string;
}

/**
 * @throws UserError('config') where tasks or the optimizer have no such gradients, UserError('device') where there is too
 *   little memory for them
 */
export async function openUnrollEstimation(
  parts: UnrollParts,
  saved?: SavedEstimation,
): Promise<Estimation> {
  const state = saved === undefined ? undefined : decodeUnrolls(saved);
  const estimation = new UnrollEstimation(parts, state);
  try {
    await estimation.check();
    return estimation;
  } catch (thrown) {
    await estimation.close();
    throw thrown;
  }
}

class UnrollEstimation implements Estimation {
  readonly #parts: UnrollParts;
  readonly #turns: UnrollTurns;
  readonly #workers: UnrollWorkers;
  readonly #memoryLimit: number;
  #state: UnrollState;

  constructor(parts: UnrollParts, from?: UnrollState) {
    const { config, estimator, workers, workerScript } = parts;
    this.#parts = parts;
    this.#turns = createUnrollTurns({ ...estimator, ...resolveLengths(config) });
    const threads = Math.min(workers, estimator.problems);
    this.#workers = new UnrollWorkers(threads, workerScript);
    this.#memoryLimit = Math.min(MOST_BYTES, (MEMORY_SHARE * freemem()) / threads);
    this.#state = from ?? { estimator: this.#turns.start(), stands: [] };
  }

  /** Two steps on a task of each entry. @throws as `openUnrollEstimation` */
  async check(): Promise<void> {
    const { config, estimator, problems, start } = this.#parts;
    const longest = longestLength(config.lengths);
    const steps = 'truncation' in estimator ? Math.min(estimator.truncation, longest) : longest;
    const samples = await problems.ofEntries();
    const jobs = samples.map((problem) => ({
      ...this.#jobOf(problem, start.theta),
      ...{ length: longest, steps: TRIAL_STEPS, loss: 'avg' as const },
    }));
    for (const reply of await this.#workers.run(jobs)) {
      if ('error' in reply) throw fromEngineError(reply.error);
      const bytes = (reply.bytes / TRIAL_STEPS) * steps;
      if (bytes > this.#memoryLimit) throw tooMuchMemory(bytes, this.#memoryLimit);
    }
  }

  async estimate(
    { iteration, theta }: { readonly iteration: number; readonly theta: Float32Array },
    signal?: AbortSignal,
  ): Promise<Estimate> {
    const { problems: known, start, estimator } = this.#parts;
    const { estimator: before, stands } = this.#state;
    const segments = this.#turns.plan(before, iteration);
    const problems = await Promise.all(segments.map(({ problem }) => known.trained(problem)));
    const jobs = segments.map((segment, i) => ({
      ...this.#jobOf(problems[i]!, theta),
      ...placeOf(segment, stands[i]),
    }));
    const replies = await this.#workers.run(jobs, signal);
    const { done, errors } = outcomesOf(replies, problems, theta.length);
    const weights = segments.map((segment) => this.#turns.weightOf(segment));
    const diverged = done.map((one) => one.diverged);
    this.#state = {
      estimator: this.#turns.after(before, segments, diverged),
      stands: segments.map(({ from, steps, length }, i) =>
        from + steps < length ? done[i]!.stand : undefined,
      ),
    };
    return {
      gradient: meanGradient(done, { weights, scales: start.scales, clip: estimator.clip }),
      loss: sum(done.map(({ loss }) => loss)) / done.length,
      innerSteps: sum(done.map(({ innerSteps }) => innerSteps)),
      workSeconds: sum(done.map(({ seconds }) => seconds)),
      errors,
      pairs: done.map(({ loss, diverged }, i) => ({
        difference: null,
        loss: finite(loss),
        length: segments[i]!.length,
        entry: problems[i]!.entry,
        diverged: Number(diverged),
      })),
    };
  }

  save(): SavedEstimation {
    return encodeUnrolls(this.#state);
  }

  close(): Promise<void> {
    return this.#workers.close();
  }

  #jobOf(problem: Problem, theta: Float32Array): Omit<UnrollJob, 'length' | 'steps'> {
    const { config, estimator, start, problems } = this.#parts;
    const dataset = problems.dataOf(problem);
    return {
      architecture: start.architecture,
      theta,
      config: problem.config,
      variation: problem.variation,
      seed: problem.seed,
      ...(dataset === undefined ? {} : { dataset }),
      lead: 0,
      loss: 'loss' in estimator ? estimator.loss : 'avg',
      floor: config.metaLoss.floor,
      samples: config.metaLoss.samples,
      memoryLimit: this.#memoryLimit,
    };
  }
}

function placeOf(
  { length, steps, lead, from }: Segment,
  stand: UnrollStand | undefined,
): Pick<UnrollJob, 'length' | 'steps' | 'lead' | 'from'> {
  if (lead !== undefined || from === 0) return { length, steps, lead: lead ?? 0 };
  return { length, steps, lead: 0, ...(stand === undefined ? {} : { from: stand }) };
}

/** What could not be made counts as diverged. @throws UserError('device'): a longer memory would give other numbers */
function outcomesOf(
  replies: readonly UnrollReply[],
  problems: readonly Problem[],
  size: number,
): { readonly done: readonly Unrolled[]; readonly errors: ReadonlyMap<string, string> } {
  const errors = new Map<string, string>();
  const done = replies.map((reply, i) => {
    if (!('error' in reply)) return reply;
    const error = fromEngineError(reply.error);
    if (error instanceof UserError && error.code === 'device') throw error;
    errors.set(error.message, error.message);
    const loss = problems[i]!.metaLoss.worst(NaN);
    const gradient = new Float32Array(size);
    return { gradient, loss, diverged: true, innerSteps: 0, seconds: 0, bytes: 0 };
  });
  return { done, errors };
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
