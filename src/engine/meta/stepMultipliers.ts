/** The schedule that a theta has learned: its step multiplier over a training, as a curve to look at. */
import { createLearnedOptimizer, createSession } from '../../core/index';
import type { Task, Theta, TrainingSession } from '../../core/index';
import type { DeviceName } from '../../protocol/index';
import { pickDevice } from '../devices/devices';

/** Points of the curve, at even shares of the steps. */
const POINTS = 51;

export interface WatchedTraining {
  readonly task: Task;
  readonly seed: number;
  readonly length: number;
}

/**
 * Trains once and notes the step multiplier, as a mean over tensors; from the step on at which the training diverges, null.
 * @returns one number for each of 51 even shares of the steps, the first one that of step 0; undefined of an optimizer
 *   without step multipliers
 */
export async function stepMultipliers(
  theta: Theta,
  { task, seed, length }: WatchedTraining,
  device: DeviceName,
): Promise<(number | null)[] | undefined> {
  const { device: picked } = await pickDevice(device);
  const optimizer = createLearnedOptimizer({ theta, numSteps: length });
  if (optimizer.recurrent === undefined) return undefined;
  const { kernels } = picked;
  const session = createSession({
    task,
    optimizer,
    seed,
    ...(kernels === undefined ? {} : { kernels }),
  });
  const curve: (number | null)[] = Array.from({ length: POINTS }, () => null);
  try {
    for (let point = 0; point < POINTS; point++) {
      const step = Math.round((point / (POINTS - 1)) * (length - 1));
      if (!advanceTo(session, step)) break;
      if (step < session.step) {
        curve[point] = curve[point - 1] ?? null;
        continue;
      }
      const loss = session.advance({
        before: () => undefined,
        after: (_, recurrent) => {
          if (recurrent !== undefined) curve[point] = mean(recurrent.stepMultiplier.data);
        },
      });
      if (!Number.isFinite(loss)) break;
    }
    return curve;
  } finally {
    session.dispose();
  }
}

/** @returns whether the training has not diverged before that step */
function advanceTo(session: TrainingSession, step: number): boolean {
  while (session.step < step) {
    const losses = session.advanceBlock(step - session.step);
    if (!Number.isFinite(losses.at(-1))) return false;
  }
  return true;
}

function mean(values: ArrayLike<number>): number {
  return Array.from(values).reduce((sum, value) => sum + value, 0) / values.length;
}
