/** What a training does with a linked step besides stepping. */
import type { NamedFloats } from '../../../base/index';
import { createRng } from '../../compute/rng';
import type { Optimizer } from '../../optimizers/optimizer';
import type { Split } from '../../tasks/task';
import { evaluateTask } from '../evaluateTask';
import type { Evaluation } from '../session';
import type { LinkedStep, StepOwner } from './linkStep';
import { copiesOf } from './plannedUpdate';

export function writeParams({ params }: LinkedStep, values: NamedFloats): void {
  for (const [name, { data }] of Object.entries(params)) data.set(values[name]!.data);
}

/** The parameters that a training begins with. */
export function initialParams({ task, seed }: Omit<StepOwner, 'optimizer'>): NamedFloats {
  return task.init(createRng({ seed, purpose: 'init' }));
}

/** Which batches are evaluated. */
export interface LinkedSplit {
  readonly task: StepOwner['task'];
  readonly split: Split;
  readonly maxBatches: number;
  /** Index of the first one; default 0. */
  readonly first?: number | undefined;
}

/**
 * Evaluates the parameters that are in the arena, or those that the optimizer wants evaluated in their stead.
 * @param at.updates  that were made so far
 * @throws UserError('data') when the split has no whole batch
 */
export function evaluateLinked(
  linked: LinkedStep,
  what: LinkedSplit,
  { optimizer, updates }: { readonly optimizer: Optimizer; readonly updates: number },
): Evaluation {
  if (optimizer.evaluationParams === undefined || updates === 0) return evaluateHere(linked, what);
  const trained = copiesOf(linked.params);
  writeParams(linked, optimizer.evaluationParams(linked.state.exportState()));
  try {
    return evaluateHere(linked, what);
  } finally {
    writeParams(linked, trained);
  }
}

function evaluateHere({ evaluation }: LinkedStep, { task, split, ...batches }: LinkedSplit) {
  return evaluateTask(task, split, batches, (batch, index) => {
    // Integers become floats on the way.
    for (const [name, { data }] of Object.entries(batch)) {
      const place = evaluation.batch[name];
      if (place !== undefined && place.length > 0) place.set(data);
    }
    evaluation.run(index);
    return { loss: evaluation.loss[0]!, accuracy: evaluation.accuracy?.[0] ?? 0 };
  });
}
