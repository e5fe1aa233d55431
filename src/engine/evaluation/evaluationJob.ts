/**
 * What an evaluation does once its folder and its population are open: the trainings that are missing, each as one turn of a
 * member, their curves written as they come, a summary at the end.
 */
import type { EvaluationSummary, ResolvedEvaluation } from '../../protocol/index';
import { readEvaluationCurve } from '../../storage/index';
import type { EvaluationCurve, EvaluationWriter } from '../../storage/index';
import type { MemberJob, MemberResult } from '../population/contract';
import type { Population } from '../population/population';
import { armsOf, curveSetting, trainingsOf } from './arms';
import type { Arm, Training } from './arms';
import type { EvaluationOptions, EvaluationResult } from './contract';
import { costsOf } from './costs';
import type { Costs } from './costs';
import { pointsOf } from './points';
import { readTaskResults, summarizeTask } from './results';
import { TimeLeft } from './timeLeft';
import type { TimedTraining } from './timeLeft';

export class EvaluationJob {
  readonly #writer: EvaluationWriter;
  readonly #config: ResolvedEvaluation;
  readonly #population: Population;
  readonly #options: EvaluationOptions;
  readonly #trainings: readonly Training[];
  readonly #arms: readonly Arm[];
  readonly #failures: { training: string; message: string }[] = [];
  readonly #startedAt = new Date().toISOString();
  /** Ends the round where a curve cannot be written. */
  readonly #broken = new AbortController();
  #done = 0;
  #made = 0;

  constructor(
    writer: EvaluationWriter,
    config: ResolvedEvaluation,
    population: Population,
    options: EvaluationOptions,
  ) {
    this.#writer = writer;
    this.#config = config;
    this.#population = population;
    this.#options = options;
    this.#trainings = trainingsOf(config);
    this.#arms = armsOf(config);
  }

  async run(): Promise<EvaluationResult> {
    const { directory, id } = this.#writer.paths;
    try {
      const missing = this.#trainings.filter(({ key }) => !this.#writer.has(key));
      this.#done = this.#trainings.length - missing.length;
      this.#writer.writeSummary(summaryOf('running', this.#trainings.length, { done: this.#done }));
      const isStopped = missing.length > 0 && (await this.#make(missing)) === 'stopped';
      const summary = this.#summarize(isStopped);
      this.#writer.writeSummary(summary);
      this.#options.onEvent?.({ type: 'ended', id, summary });
      return { id, directory, config: this.#config, summary };
    } finally {
      this.#writer.close();
    }
  }

  async #make(missing: readonly Training[]): Promise<'done' | 'stopped'> {
    const { signal } = this.#options;
    const costs = await costsOf(missing, this.#arms, this.#config, this.#population);
    const timed = (training: Training): TimedTraining => ({
      kind: `${training.task} ${this.#arms[training.arm]!.optimizer}`,
      seconds: costs.secondsOf.get(training) ?? 0,
    });
    const time = new TimeLeft([...costs.secondsOf.keys()].map(timed), this.#population.workers);
    this.#tellStart(costs, time);
    for (const [{ key }, { message }] of costs.failures) this.#fail(key, message);
    const possible = missing.filter((training) => costs.secondsOf.has(training));
    const onResult = (result: MemberResult): void => {
      const training = possible[result.member]!;
      const { steps } = this.#arms[training.arm]!;
      if (result.seconds >= 0) time.note(timed(training), result.step / steps, result.seconds);
      this.#take(training, result, time);
    };
    try {
      const ends = [this.#broken.signal, ...(signal === undefined ? [] : [signal])];
      await this.#population.run(
        possible.map((training, member) => this.#jobOf(training, member)),
        { signal: AbortSignal.any(ends), onResult },
      );
      return 'done';
    } catch (thrown) {
      if (this.#broken.signal.aborted || signal?.aborted !== true) throw thrown;
      return 'stopped';
    } finally {
      this.#noteSession(time.elapsed);
    }
  }

  #jobOf({ task, arm, seed }: Training, member: number): MemberJob {
    const { steps } = this.#arms[arm]!;
    return {
      member,
      begin: { task, optimizer: arm, seed, numSteps: steps },
      steps,
      evaluate: pointsOf(this.#config, this.#arms[arm]!),
      ends: true,
    };
  }

  #take(training: Training, result: MemberResult, time: TimeLeft): void {
    const { key } = training;
    if (result.error !== undefined) {
      this.#fail(key, result.error.message);
      return;
    }
    // A turn that was given up.
    if (result.points.length === 0 || this.#broken.signal.aborted) return;
    try {
      const { step: steps, seconds } = result;
      this.#writer.appendTiming({ training: key, steps, seconds });
      this.#writer.writeCurve(this.#curveOf(training, result));
    } catch (thrown) {
      // Thrown from here it would be lost among the messages of the workers.
      this.#broken.abort(thrown);
      return;
    }
    this.#done += 1;
    this.#made += 1;
    this.#options.onEvent?.({
      type: 'training',
      training: key,
      diverged: result.diverged,
      done: this.#done,
      trainings: this.#trainings.length,
      secondsLeft: time.seconds,
    });
  }

  #curveOf({ task, arm, seed }: Training, { points, diverged }: MemberResult): EvaluationCurve {
    const { optimizer, steps } = this.#arms[arm]!;
    const lossesOf = (split: number) =>
      Float32Array.from(points, ({ evaluations }) => evaluations[split]!.loss);
    return {
      task: this.#config.tasks[task]!.name,
      optimizer,
      setting: curveSetting(this.#arms[arm]!),
      seed,
      steps,
      diverged,
      at: Int32Array.from(points, ({ step }) => step),
      train: lossesOf(0),
      heldOut: lossesOf(1),
    };
  }

  #fail(training: string, message: string): void {
    this.#failures.push({ training, message });
    this.#options.onEvent?.({ type: 'failed', training, message });
  }

  #tellStart({ secondsOf }: Costs, time: TimeLeft): void {
    const { id, directory } = this.#writer.paths;
    const { device, workers } = this.#population;
    const stepsOf = ({ arm }: Training): number => this.#arms[arm]!.steps;
    const steps = [...secondsOf.keys()].reduce((sum, training) => sum + stepsOf(training), 0);
    const budget = {
      trainings: this.#trainings.length,
      done: this.#done,
      steps,
      seconds: time.seconds,
      workers,
    };
    this.#options.onEvent?.({
      type: 'started',
      id,
      directory,
      config: this.#config,
      device,
      budget,
    });
  }

  #noteSession(elapsedSeconds: number): void {
    if (this.#broken.signal.aborted) return;
    const { workers } = this.#population;
    this.#writer.appendTiming({
      startedAt: this.#startedAt,
      workers,
      done: this.#made,
      elapsedSeconds,
    });
  }

  #summarize(isStopped: boolean): EvaluationSummary {
    const tasks: EvaluationSummary['tasks'] = [];
    // A curve may be read for several rows.
    const divergedKeys = new Set<string>();
    const read = (directory: string, key: string): EvaluationCurve | undefined => {
      const curve = readEvaluationCurve(directory, key);
      if (curve?.diverged === true) divergedKeys.add(key);
      return curve;
    };
    for (const result of readTaskResults(this.#writer.paths.directory, this.#config, read))
      tasks.push(summarizeTask(result));
    const ended = this.#failures.length > 0 ? 'incomplete' : 'finished';
    const { length } = this.#trainings;
    const diverged = divergedKeys.size;
    const counts = { done: this.#done, diverged, tasks, failures: this.#failures };
    return summaryOf(isStopped ? 'stopped' : ended, length, counts);
  }
}

/** Of an evaluation that has so many trainings, with what is known of them. */
export function summaryOf(
  state: EvaluationSummary['state'],
  trainings: number,
  known: Partial<EvaluationSummary> = {},
): EvaluationSummary {
  return { state, trainings, done: 0, diverged: 0, tasks: [], failures: [], ...known };
}
