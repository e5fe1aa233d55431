/** What trainings will take, found out by a short trial of each kind, and how much of it is left. */
import { UserError } from '../../base/index';
import type { ResolvedEvaluation } from '../../protocol/index';
import type { Population } from '../population/population';
import type { Arm, Training } from './arms';
import { evaluatedPerStep } from './points';

/** A pass forward is about a third of a step. */
const FORWARD_SHARE = 1 / 3;

export interface Costs {
  /** On one worker; of each training that can be. */
  readonly secondsOf: ReadonlyMap<Training, number>;
  /** Why the others cannot be. */
  readonly failures: ReadonlyMap<Training, UserError>;
}

/** @throws whatever is no UserError */
export async function costsOf(
  trainings: readonly Training[],
  arms: readonly Arm[],
  config: ResolvedEvaluation,
  population: Population,
): Promise<Costs> {
  const secondsOf = new Map<Training, number>();
  const failures = new Map<Training, UserError>();
  const note = async (training: Training): Promise<void> => {
    const arm = arms[training.arm]!;
    const { steps } = arm;
    const { task, arm: optimizer, seed } = training;
    const evaluations = 1 + FORWARD_SHARE * evaluatedPerStep(config, task, arm);
    try {
      const { seconds } = await population.forecast(
        [{ task, optimizer, seed, numSteps: steps }],
        steps,
      );
      secondsOf.set(training, seconds * evaluations);
    } catch (thrown) {
      if (!(thrown instanceof UserError)) throw thrown;
      failures.set(training, thrown);
    }
  };
  // One of a kind is tried, on any worker; the others of its kind have its answer.
  await Promise.all(trainings.map(note));
  return { secondsOf, failures };
}
