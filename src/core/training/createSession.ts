/** Opens a training: as compiled plans where there are kernels and the task can be compiled, else operation by operation. */
import { UserError } from '../../base/index';
import { createCompiledSession } from './compiledSession';
import { createEagerSession } from './eagerSession';
import type { SessionOptions, TrainingSession } from './session';

/**
 * A session at step 0 with freshly initialised parameters; without kernels on the tfjs backend that is active.
 * @throws UserError('config') on a bad seed, K or λ, or a loss that no session can train
 */
export function createSession(options: SessionOptions): TrainingSession {
  const { accumulate = 1, weightDecay = 0 } = options;
  if (!Number.isInteger(accumulate) || accumulate < 1) {
    throw new UserError('config', `accumulate must be an integer ≥ 1, got ${accumulate}`);
  }
  if (!(weightDecay >= 0 && weightDecay < Infinity)) {
    throw new UserError('config', `weightDecay must be a finite number ≥ 0, got ${weightDecay}`);
  }
  const resolved = { ...options, accumulate, weightDecay };
  if (options.kernels === undefined) return createEagerSession(resolved);
  try {
    return createCompiledSession(resolved, options.kernels);
  } catch (thrown) {
    if (!(thrown instanceof UserError) || thrown.code !== 'task') throw thrown;
    options.onFallback?.(thrown.message);
    return createEagerSession(resolved);
  }
}
