/** What a training does with a linked step besides stepping. */
import type { NamedFloats } from '../../../base/index';
import { createRng } from '../../compute/rng';
import type { Split } from '../../tasks/task';
import { evaluateTask } from '../evaluateTask';
import type { Evaluation } from '../session';
import type { LinkedStep, StepOwner } from './linkStep';

export function writeParams({ params }: LinkedStep, values: NamedFloats): void {
  for (const [name, { data }] of Object.entries(params)) data.set(values[name]!.data);
}

/** The parameters that a training begins with. */
export function initialParams({ task, seed }: Omit<StepOwner, 'optimizer'>): NamedFloats {
  return task.init(createRng({ seed, purpose: 'init' }));
}

/** Evaluates the parameters that are in the arena. @throws UserError('data') when the split has no whole batch */
export function evaluateLinked(
  { evaluation }: LinkedStep,
  task: StepOwner['task'],
  split: Split,
  maxBatches: number,
): Evaluation {
  return evaluateTask(task, split, maxBatches, (batch, index) => {
    // Integers become floats on the way.
    for (const [name, { data }] of Object.entries(batch)) {
      const place = evaluation.batch[name];
      if (place !== undefined && place.length > 0) place.set(data);
    }
    evaluation.run(index);
    return { loss: evaluation.loss[0]!, accuracy: evaluation.accuracy?.[0] ?? 0 };
  });
}
