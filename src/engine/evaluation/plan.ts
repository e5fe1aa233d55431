/** What an evaluation would train and how long it would take, without beginning it: the same trials as at a start. */
import { readEvaluationCurve } from '../../storage/index';
import { armsOf, trainingsOf } from './arms';
import type { Arm } from './arms';
import type { EvaluationBudget, EvaluationOptions } from './contract';
import { costsOf } from './costs';
import { openPopulationFor } from './evaluate';
import type { NewEvaluationOptions } from './evaluate';
import { groupBy } from './groupBy';
import { TimeLeft } from './timeLeft';

export interface PlannedOptimizer {
  readonly name: string;
  readonly isBaseline: boolean;
  /** Of its trainings, ascending: one, or its lengths. */
  readonly steps: readonly number[];
  /** `lr=0.003 beta1=0.9`, as curves are named. */
  readonly settings: readonly string[];
}

export interface EvaluationPlan {
  /** What would compute. */
  readonly device: string;
  readonly tasks: number;
  readonly seeds: number;
  readonly budget: EvaluationBudget;
  readonly optimizers: readonly PlannedOptimizer[];
  /** Tasks and optimizers that cannot be trained, why. */
  readonly failures: readonly { readonly training: string; readonly message: string }[];
}

export interface PlanOptions extends Pick<NewEvaluationOptions, 'config'>, EvaluationOptions {
  /** Of an evaluation that it would go on with: what is done there is not made again. */
  readonly directory?: string;
}

/**
 * Writes nothing.
 * @throws UserError on data, weights or a device that will not do
 */
export async function planEvaluation(options: PlanOptions): Promise<EvaluationPlan> {
  const { config, directory } = options;
  const arms = armsOf(config);
  const trainings = trainingsOf(config);
  const missing = trainings.filter(
    ({ key }) => directory === undefined || readEvaluationCurve(directory, key) === undefined,
  );
  const population = await openPopulationFor(config, options);
  try {
    const { secondsOf, failures } = await costsOf(missing, arms, config, population);
    const { device, workers } = population;
    const timed = [...secondsOf.values()].map((seconds) => ({ kind: '', seconds }));
    const budget = {
      trainings: trainings.length,
      done: trainings.length - missing.length,
      steps: [...secondsOf.keys()].reduce((sum, { arm }) => sum + arms[arm]!.steps, 0),
      seconds: new TimeLeft(timed, workers).seconds,
      workers,
    };
    return {
      ...{ device, tasks: config.tasks.length, seeds: config.seeds, budget },
      optimizers: [...groupBy(arms, ({ optimizer }) => optimizer)].map(planned),
      failures: [...failures].map(([{ key }, { message }]) => ({ training: key, message })),
    };
  } finally {
    await population.close();
  }
}

function planned([name, arms]: readonly [string, readonly Arm[]]): PlannedOptimizer {
  const { isBaseline } = arms[0]!;
  const steps = [...new Set(arms.map((arm) => arm.steps))].sort((a, b) => a - b);
  const settings = [...new Set(arms.map(({ setting }) => setting))];
  return { name, isBaseline, steps, settings };
}
