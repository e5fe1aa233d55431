/** The session of a training, on as many threads as are fastest. */
import { UserError } from '../../base/index';
import { createSession } from '../../core/index';
import type { Device, KernelRuntime, Task, TrainingSession } from '../../core/index';
import type { RunConfig, TaskFiles } from '../../protocol/index';
import { openOnThreads } from './chooseThreads';
import type { ThreadChoice } from './chooseThreads';
import type { PreparedOptimizer } from './createOptimizer';
import type { TrainListener } from './trainEvents';

/** What a config becomes. */
export interface TrainingParts {
  readonly task: Task;
  /** Of a task of the user's own. */
  readonly taskFiles?: TaskFiles;
  readonly prepared: PreparedOptimizer;
  readonly device: Device;
  readonly why: string;
}

/** As of `TrainOptions`. */
interface SessionWishes {
  readonly onEvent?: TrainListener;
  readonly isStrict?: boolean;
  readonly threads?: ThreadChoice;
}

/** @returns the session, and the parts with a word on its threads. @throws UserError as `createSession` does */
export async function openSession(
  config: RunConfig,
  parts: TrainingParts,
  { isStrict, onEvent, threads = 'auto' }: SessionWishes,
): Promise<{ session: TrainingSession; parts: TrainingParts }> {
  const { task, prepared, device } = parts;
  const { optimizer, accumulate, weightDecay } = prepared;
  const open = (kernels?: KernelRuntime): TrainingSession =>
    createSession({
      task,
      optimizer,
      seed: config.seed,
      accumulate,
      weightDecay,
      ...(kernels === undefined ? {} : { kernels }),
      onFallback: (why) => {
        if (isStrict === true)
          throw new UserError('task', why, { remedy: 'Train without --strict.' });
        const text = `${why}: the task runs as single tfjs operations, which is ten times slower or more`;
        onEvent?.({ type: 'warning', text });
      },
    });
  const { kernels } = device;
  if (kernels === undefined) return { session: open(), parts };
  const { numSteps } = config;
  const { session, why } = await openOnThreads({ kernels, open, choice: threads, numSteps });
  return { session, parts: why === undefined ? parts : { ...parts, why: `${parts.why}; ${why}` } };
}
