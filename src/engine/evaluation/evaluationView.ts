/**
 * One evaluation on the disk as the speedup chart shows it, whoever writes it. It is looked at again and again while it runs:
 * what was read of its curves is kept, since a curve never changes.
 */
import { UserError, sizeOf } from '../../base/index';
import { describeOptimizer, describeTask } from '../../protocol/index';
import type { EvaluationTask } from '../../protocol/index';
import type { EvaluationOverview, SweepTable, TaskCurves } from '../../protocol/live/index';
import { readEvaluation, readEvaluationCurve } from '../../storage/index';
import type { EvaluationCurve, EvaluationRecord } from '../../storage/index';
import { createTask } from '../jobs/createTask';
import { refuseOwnFiles } from '../userTasks/trust';
import { armsOf, sweepsOf, trainingsOf } from './arms';
import { curvesOf } from './curves';
import { overviewOf } from './overview';
import type { TaskFacts } from './overview';
import { readTaskResult, readTaskResults } from './results';
import { sweepOnTask, sweepOverTasks } from './sweep';
import { wholeArms } from './wholeArms';

interface TaskSources {
  /** Of the bundled data sets. */
  readonly dataDir: string;
  /** Whether tasks may be code of the folder, and data lie where the config says. */
  readonly isTrusted: boolean;
}

export class EvaluationView {
  /** When the evaluation began: another one may have come to the same folder. */
  readonly startedAt: string;
  readonly #directory: string;
  readonly #sources: TaskSources;
  readonly #curves = new Map<string, EvaluationCurve>();
  #tasks: Promise<TaskFacts[]> | undefined;

  /** @throws UserError('run' | 'disk') where there is no evaluation */
  constructor(directory: string, sources: TaskSources) {
    this.#directory = directory;
    this.#sources = sources;
    this.startedAt = readEvaluation(directory).environment.startedAt;
  }

  /** @throws UserError('run' | 'disk') where the folder cannot be read, UserError('data') where curves are malformed */
  async overview(): Promise<EvaluationOverview> {
    const record = readEvaluation(this.#directory);
    const { config, summary } = record;
    this.#tasks ??= Promise.all(config.tasks.map((entry) => factsOf(entry, this.#sources)));
    const tasks = await this.#tasks;
    const keep = wholeArms(config, new Set(summary.failures.map(({ training }) => training)));
    const results = [...readTaskResults(this.#directory, config, this.#read)].map(keep);
    return overviewOf({
      facts: this.#factsOf(record),
      optimizers: config.optimizers.map((entry) => ({
        label: entry.name ?? entry.optimizer.name,
        description: descriptionOf(entry, record),
      })),
      tasks,
      results: new Map(results.map((result) => [result.task, result])),
    });
  }

  /**
   * Whatever is there, also of sweeps that are not whole.
   * @param task  index of a task
   * @throws UserError as `overview`, UserError('run') where there is no such task
   */
  curves(task: number): TaskCurves {
    const { config } = readEvaluation(this.#directory);
    checkTask(config, task);
    return curvesOf({
      task,
      results: readTaskResult(this.#directory, config, task, this.#read),
      optimizers: config.optimizers.map(({ name, optimizer }) => name ?? optimizer.name),
      baseline: config.baseline.name ?? config.baseline.optimizer.name,
      numSteps: config.steps,
    });
  }

  /**
   * Every setting of every sweep with what it came to.
   * @param task  index of a task; absent: over all of them
   * @throws UserError as `curves`
   */
  sweep(task: number | undefined): SweepTable {
    const { config } = readEvaluation(this.#directory);
    const baseline = config.baseline.name ?? config.baseline.optimizer.name;
    if (task === undefined) {
      return sweepOverTasks(readTaskResults(this.#directory, config, this.#read), baseline);
    }
    checkTask(config, task);
    const result = readTaskResult(this.#directory, config, task, this.#read);
    return sweepOnTask(task, result, baseline);
  }

  readonly #read = (directory: string, key: string): EvaluationCurve | undefined => {
    const curve = this.#curves.get(key) ?? readEvaluationCurve(directory, key);
    if (curve !== undefined) this.#curves.set(key, curve);
    return curve;
  };

  #factsOf({
    id,
    config,
    summary,
    state,
  }: EvaluationRecord): Omit<EvaluationOverview, 'optimizers' | 'baselineProfile' | 'tasks'> {
    const { baseline, seeds, steps, suite, name, evaluate } = config;
    const { failures, trainings } = summary;
    const [failure] = failures;
    return {
      id,
      suite: suite ?? name,
      state: state === 'incomplete' ? 'failed' : state,
      ...(failure === undefined ? {} : { message: failure.message }),
      protocol: {
        baseline: baseline.name ?? baseline.optimizer.name,
        learningRates: baselineRates(config),
        sweeps: sweepsOf(config),
        seeds,
        numSteps: steps,
        baselineSteps: baseline.steps,
        evaluateEvery: evaluate.every,
      },
      progress: {
        done: trainingsOf(config).filter(({ key }) => this.#curves.has(key)).length,
        total: trainings,
      },
    };
  }
}

/** @throws UserError('run') */
function checkTask({ tasks }: EvaluationRecord['config'], task: number): void {
  if (task < tasks.length) return;
  const range = `expected a task from 0 to ${tasks.length - 1}, got ${task}`;
  throw new UserError('run', `the evaluation: ${range}`);
}

/** Rising, none twice. */
function baselineRates(config: EvaluationRecord['config']): number[] {
  const rates = armsOf(config).flatMap(({ isBaseline, hyperparameters: { learningRate } }) =>
    isBaseline && typeof learningRate === 'number' ? [learningRate] : [],
  );
  return [...new Set(rates)].sort((a, b) => a - b);
}

/** Of a task whose data are not on this machine any more, what its config says. */
async function factsOf(
  { name, family, standsFor, task }: EvaluationTask,
  { dataDir, isTrusted }: TaskSources,
): Promise<TaskFacts> {
  const named = {
    name,
    family: family ?? task.family,
    ...(standsFor === undefined ? {} : { standsFor }),
  };
  try {
    if (!isTrusted) refuseOwnFiles(task);
    const { summary, params } = await createTask(task, { seed: 0, dataDir });
    const numParams = params.reduce((total, { shape }) => total + sizeOf(shape), 0);
    return { ...named, summary, numParams };
  } catch (thrown) {
    if (!(thrown instanceof UserError)) throw thrown;
    return { ...named, summary: `${describeTask(task)} (${thrown.message})`, numParams: 0 };
  }
}

/** Settings in words, where its weights come from. */
function descriptionOf(
  { name, optimizer, sweep }: EvaluationRecord['config']['optimizers'][number],
  { environment, config }: EvaluationRecord,
): string {
  const weights = environment.weights[name ?? optimizer.name];
  if (weights !== undefined)
    return `${weights.name}${weights.handMade ? ', made by hand, not meta-trained' : ''}`;
  if (sweep === undefined) return `${describeOptimizer(optimizer)}, untuned`;
  const label = name ?? optimizer.name;
  const settings = armsOf(config).filter((arm) => arm.optimizer === label).length;
  return `${optimizer.name}, the best of ${settings} settings`;
}
