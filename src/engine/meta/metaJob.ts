/** The outer loop: pairs of inner trainings, an estimate of the meta-gradient, a step of theta; and now and then a validation. */
import { messageOf } from '../../base/index';
import { createOuterSchedule, encodeTheta, thetaOf } from '../../core/index';
import type { OuterOptimizer, OuterSchedule, ThetaCard } from '../../core/index';
import { budgetSeconds } from '../../protocol/index';
import type {
  MetaConfig,
  MetaEnvironment,
  MetaIteration,
  MetaSummary,
  MetaValidation,
  MetaValidationTask,
} from '../../protocol/index';
import { readMetaValidationTasks, readMetaValidations } from '../../storage/index';
import type { MetaWriter } from '../../storage/index';
import type { Population } from '../population/population';
import type { MetaOptions, MetaResult } from './contract';
import { finite, tellErrors } from './estimation';
import type { Estimate, Estimation } from './estimation';
import { metaCard } from './metaCard';
import type { MetaCardInput } from './metaCard';
import { encodeState } from './metaState';
import type { MetaState } from './metaState';
import type { Problems } from './problems';
import type { StartTheta } from './startTheta';
import { stepMultipliers } from './stepMultipliers';
import { Validation } from './validation';
import { averaged, cosineOf, driftOf, moved, rmsOf } from './vectors';

export interface MetaParts {
  readonly outer: OuterOptimizer;
  readonly config: MetaConfig;
  readonly start: StartTheta;
  readonly environment: MetaEnvironment;
  readonly population: Population;
  readonly problems: Problems;
  readonly estimation: Estimation;
  readonly writer: MetaWriter;
}

/** The learned optimizer is the population's first one. */
const LEARNED = 0;

export class MetaJob {
  readonly #parts: MetaParts;
  readonly #options: MetaOptions;
  readonly #outer: OuterOptimizer;
  readonly #schedule: OuterSchedule;
  /** Reasons why trainings could not be made. */
  readonly #told = new Set<string>();
  #state: MetaState;
  /** When work began, milliseconds, and what had been worked before. */
  readonly #begun = performance.now();
  readonly #secondsBefore: number;
  #validatedAt: number;
  #savedAt: number;

  constructor(parts: MetaParts, options: MetaOptions, from?: MetaState) {
    const { config, start, writer } = parts;
    this.#parts = parts;
    this.#options = options;
    this.#outer = parts.outer;
    this.#schedule = createOuterSchedule(config.outer);
    this.#state = from ?? this.#fresh(start);
    this.#secondsBefore = this.#state.seconds;
    this.#validatedAt = readMetaValidations(writer.paths.directory).at(-1)?.iteration ?? -1;
    this.#savedAt = from === undefined ? -1 : this.#state.iteration;
  }

  /** To its end, or until the signal. @throws UserError('disk'), after which it can go on from its last checkpoint */
  async run(): Promise<MetaResult> {
    const { writer } = this.#parts;
    const { id, directory } = writer.paths;
    this.#options.onEvent?.({ type: 'opened', id, directory });
    try {
      const state = await this.#work();
      return this.#end(state);
    } catch (thrown) {
      const summary = { ...this.#summary('failed'), message: messageOf(thrown) };
      try {
        writer.writeSummary(summary);
      } catch {
        // What stopped it matters more.
      }
      throw thrown;
    }
  }

  async #work(): Promise<'finished' | 'stopped'> {
    const { config, population, problems } = this.#parts;
    const { signal } = this.#options;
    const validation = await Validation.open(config, population, problems);
    try {
      const tasks = await this.#validationTasks(validation);
      this.#announce();
      for (;;) {
        const progress = this.#progress();
        const isDone = progress >= 1;
        if (isDone || this.#isDue(config.validation.every)) await this.#validate(validation, tasks);
        if (isDone) return 'finished';
        signal?.throwIfAborted();
        await this.#iterate(progress);
        if (this.#state.iteration % config.checkpointEvery === 0) this.#save();
      }
    } catch (thrown) {
      if (signal?.aborted === true && thrown === signal.reason) return 'stopped';
      throw thrown;
    }
  }

  #end(state: 'finished' | 'stopped'): MetaResult {
    const { paths } = this.#parts.writer;
    if (this.#savedAt !== this.#state.iteration) this.#save();
    const summary = this.#summary(state);
    this.#parts.writer.writeSummary(summary);
    this.#options.onEvent?.({ type: 'ended', id: paths.id, summary });
    return { id: paths.id, directory: paths.directory, summary };
  }

  #fresh({ theta, scales }: StartTheta): MetaState {
    return {
      iteration: 0,
      innerSteps: 0,
      seconds: 0,
      theta,
      average: theta.slice(),
      gradient: new Float32Array(theta.length),
      outer: this.#outer.start(scaled(theta, scales)),
    };
  }

  /** In [0, 1]; of iterations or of time, whichever is further. */
  #progress(): number {
    const { iterations = Infinity, budget } = this.#parts.config;
    const seconds = budget === undefined ? Infinity : budgetSeconds(budget);
    return Math.max(this.#state.iteration / iterations, this.#seconds() / seconds);
  }

  #seconds(): number {
    return this.#secondsBefore + (performance.now() - this.#begun) / 1000;
  }

  #isDue(every: number): boolean {
    const { iteration } = this.#state;
    return iteration === 0 || (every > 0 && iteration % every === 0);
  }

  async #validationTasks(validation: Validation): Promise<readonly MetaValidationTask[]> {
    const { writer, start } = this.#parts;
    const known = readMetaValidationTasks(writer.paths.directory);
    const tasks =
      known.length > 0
        ? known
        : await validation.tasks(
            await this.#lossesOf(start.theta, validation),
            this.#options.signal,
          );
    if (known.length === 0) writer.writeValidationTasks(tasks);
    this.#options.onEvent?.({ type: 'validationTasks', tasks });
    return tasks;
  }

  #lossesOf(theta: Float32Array, validation: Validation): Promise<number[]> {
    this.#parts.population.setCentre(LEARNED, theta);
    return validation.losses(this.#options.signal);
  }

  async #validate(validation: Validation, tasks: readonly MetaValidationTask[]): Promise<void> {
    const { iteration, average, innerSteps, best } = this.#state;
    if (this.#validatedAt === iteration) return;
    const { start, writer, config } = this.#parts;
    // The start has been tried when the tasks were made.
    const losses =
      iteration === 0
        ? tasks.map((task) => task.start ?? NaN)
        : await this.#lossesOf(average, validation);
    const { rows, ratio, speedup } = validation.score(losses, tasks);
    const isBest = best === undefined || ratio < best.ratio;
    const theta = thetaOf(start.architecture, average);
    const multiplier = await stepMultipliers(theta, validation.first, config.device);
    const record: MetaValidation = {
      iteration,
      seconds: this.#seconds(),
      innerSteps,
      rows,
      ratio,
      ...(speedup === undefined ? {} : { speedup }),
      isBest,
      drift: driftOf(average, start),
      ...(multiplier === undefined ? {} : { multiplier }),
    };
    const about = { ratio, ...(speedup === undefined ? {} : { speedup }), tasks };
    writer.appendValidation(record, encodeTheta(theta, this.#card(about)));
    if (isBest) this.#state = { ...this.#state, best: { iteration, ratio } };
    this.#validatedAt = iteration;
    this.#options.onEvent?.({ type: 'validation', validation: record });
    this.#save();
  }

  async #iterate(progress: number): Promise<void> {
    const { population, estimation } = this.#parts;
    const { iteration, theta } = this.#state;
    const begin = performance.now();
    population.setCentre(LEARNED, theta);
    const estimate = await estimation.estimate({ iteration, theta }, this.#options.signal);
    const { innerSteps, workSeconds, pairs } = estimate;
    tellErrors(estimate, this.#told, this.#options.onEvent);
    const learningRate = this.#schedule(iteration, progress);
    const { updateRms, cosine, gradientRms } = this.#step(estimate, learningRate);
    const wall = (performance.now() - begin) / 1000;
    const record: MetaIteration = {
      iteration,
      seconds: this.#seconds(),
      innerSteps,
      busy: Math.min(1, workSeconds / (wall * population.workers)),
      loss: finite(estimate.loss),
      learningRate,
      gradientRms,
      updateRms,
      cosine,
      pairs,
    };
    this.#state = {
      ...this.#state,
      iteration: iteration + 1,
      innerSteps: this.#state.innerSteps + innerSteps,
      seconds: this.#seconds(),
    };
    this.#parts.writer.appendIteration(record);
    this.#tell(record);
  }

  /** Moves theta and its average. */
  #step(
    estimate: Pick<Estimate, 'gradient' | 'loss'>,
    learningRate: number,
  ): Pick<MetaIteration, 'gradientRms' | 'updateRms' | 'cosine'> {
    const { scales } = this.#parts.start;
    const { theta, average, gradient: before, outer, iteration } = this.#state;
    const gradient = estimate.gradient.map((value, i) => (scales[i]! > 0 ? value : 0));
    const step = { iteration, learningRate, loss: estimate.loss };
    const update = this.#outer.update(outer, scaled(theta, scales), gradient, step);
    const next = moved(theta, update.change, scales);
    this.#state = {
      ...this.#state,
      theta: next,
      average: averaged(average, next, { decay: this.#parts.config.outer.ema, t: iteration }),
      gradient,
      outer: update.state,
    };
    return {
      gradientRms: rmsOf(gradient, scales),
      updateRms: rmsOf(update.change, scales) ?? 0,
      cosine: cosineOf(before, gradient),
    };
  }

  #save(): void {
    const { estimation, writer } = this.#parts;
    this.#state = { ...this.#state, seconds: this.#seconds() };
    const whole = { state: this.#state, estimation: estimation.save() };
    writer.saveCheckpoint({ step: this.#state.iteration, ...encodeState(whole) });
    writer.writeSummary(this.#summary('running'));
    this.#savedAt = this.#state.iteration;
  }

  #card(validation: MetaCardInput['validation']): ThetaCard {
    const { config, environment, writer, start } = this.#parts;
    const { iteration, innerSteps } = this.#state;
    return metaCard({
      id: writer.paths.id,
      version: this.#options.services.version,
      config,
      environment,
      ...(start.card === undefined ? {} : { startCard: start.card }),
      iteration,
      innerSteps,
      seconds: this.#seconds(),
      validation,
    });
  }

  #summary(state: MetaSummary['state']): MetaSummary {
    const { iteration, innerSteps, best } = this.#state;
    return {
      state,
      iterations: iteration,
      innerSteps,
      seconds: this.#seconds(),
      ...(best === undefined ? {} : { best }),
    };
  }

  #announce(): void {
    const { config, environment, writer } = this.#parts;
    this.#options.onEvent?.({
      type: 'started',
      id: writer.paths.id,
      directory: writer.paths.directory,
      config,
      environment,
      summary: this.#summary('running'),
    });
  }

  #tell(iteration: MetaIteration): void {
    const progress = Math.min(1, this.#progress());
    const perShare = this.#seconds() / Math.max(progress, 1e-9);
    this.#options.onEvent?.({
      type: 'iteration',
      iteration,
      summary: this.#summary('running'),
      progress,
      secondsLeft: perShare * (1 - progress),
    });
  }
}

/** Theta in the coordinates in which noise is alike. */
function scaled(theta: Float32Array, scales: Float32Array): Float64Array {
  return Float64Array.from(theta, (value, i) => (scales[i]! > 0 ? value / scales[i]! : 0));
}
