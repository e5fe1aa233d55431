/**
 * One evaluation on the disk as the speedup chart shows it, whoever writes it. It is looked at again and again while it runs:
 * what was read of its curves is kept, since a curve never changes.
 */
import { UserError, sizeOf } from '../../base/index';
import { describeOptimizer, describeTask, labelOf, measuredOptimizers } from '../../protocol/index';
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
import { spacingOf } from './points';
import { readTaskResult, readTaskResults } from './results';
import { rowsOf, scoringOf } from './rows';
import type { Row } from './rows';
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
    const rows = rowsOf(config);
    const keep = wholeArms(config, new Set(summary.failures.map(({ training }) => training)));
    const results = [...readTaskResults(this.#directory, config, this.#read)].map(keep);
    return overviewOf({
      facts: this.#factsOf(record),
      scoring: scoringOf(config),
      optimizers: measuredOptimizers(config).map((entry) => ({
        label: labelOf(entry),
        description: descriptionOf(entry, record),
      })),
      tasks: rows.map(({ name, task, length }) => ({ ...tasks[task]!, name, length })),
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
    const { length = config.steps } = rowOf(config, task);
    return curvesOf({
      task,
      results: readTaskResult(this.#directory, config, task, this.#read),
      optimizers: measuredOptimizers(config).map(labelOf),
      scoring: scoringOf(config),
      numSteps: length,
    });
  }

  /**
   * Every setting of every sweep with what it came to.
   * @param task  index of a task; absent: over all of them
   * @throws UserError as `curves`
   */
  sweep(task: number | undefined): SweepTable {
    const { config } = readEvaluation(this.#directory);
    const scoring = scoringOf(config);
    if (task === undefined) {
      return sweepOverTasks(readTaskResults(this.#directory, config, this.#read), scoring);
    }
    rowOf(config, task);
    const result = readTaskResult(this.#directory, config, task, this.#read);
    return sweepOnTask(task, result, scoring);
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
    const { baseline, seeds, steps, suite, name } = config;
    const { failures, trainings } = summary;
    const [failure] = failures;
    return {
      id,
      suite: suite ?? name,
      state: state === 'incomplete' ? 'failed' : state,
      ...(failure === undefined ? {} : { message: failure.message }),
      protocol: {
        baseline: labelOf(baseline),
        learningRates: baselineRates(config),
        sweeps: sweepsOf(config),
        seeds,
        numSteps: steps,
        baselineSteps: baseline.steps,
        evaluateEvery: spacingOf(config) ?? 1,
      },
      progress: {
        done: trainingsOf(config).filter(({ key }) => this.#curves.has(key)).length,
        total: trainings,
      },
    };
  }
}

/** @throws UserError('run') */
function rowOf(config: EvaluationRecord['config'], task: number): Row {
  const rows = rowsOf(config);
  const row = rows[task];
  if (row !== undefined) return row;
  const range = `expected a task from 0 to ${rows.length - 1}, got ${task}`;
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
  const settings = sweepsOf(config).find((swept) => swept.optimizer === label)?.settings ?? 0;
  return `${optimizer.name}, the best of ${settings} settings`;
}
