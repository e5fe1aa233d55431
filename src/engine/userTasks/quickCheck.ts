/** What is looked at before each training of a person's task: seconds would be too long. */
import { UserError, sizeOf } from '../../base/index';
import type { NamedArrays } from '../../base/index';
import { createRng } from '../../core/index';
import type { Task, TrainingSession } from '../../core/index';

/** @throws UserError('config') where initial parameters or batches differ from one time to the next */
export function requireRepeatable(file: string, task: Task, seed: number): void {
  const init = (): NamedArrays => task.init(createRng({ seed, purpose: 'init' }));
  requireSame(file, 'initial parameters', init(), init());
  for (const step of task.data === undefined ? [] : [0, 1]) {
    const batch = (): NamedArrays => task.data!.trainBatch(step);
    requireSame(file, `batch ${step} of train`, batch(), batch());
  }
}

function requireSame(file: string, what: string, one: NamedArrays, other: NamedArrays): void {
  for (const [name, { shape, data }] of Object.entries(one)) {
    const again = other[name]?.data;
    const bad = data.findIndex((value, index) => !Object.is(value, again?.[index]));
    if (bad < 0 && data.length === sizeOf(shape)) continue;
    throw new UserError(
      'config',
      `${file}: ${what} are not the same twice: ${name} has ${String(data[bad])}, then ${String(again?.[bad])}, at index ${bad}`,
      {
        remedy:
          'Take random numbers from the generator that the function is given, never from Math.random.',
      },
    );
  }
}

/**
 * The loss of the initial parameters on one batch must be a number.
 * @throws UserError('config')
 */
export function requireFiniteLoss(
  file: string,
  session: TrainingSession,
  split: Parameters<TrainingSession['evaluate']>[0],
): void {
  const { loss } = session.evaluate(split, 1);
  if (Number.isFinite(loss)) return;
  throw new UserError(
    'config',
    `${file}: the loss of the initial parameters is ${loss}, expected a finite number`,
    {
      remedy: 'Look for a logarithm or a quotient of zero, or begin with smaller parameters.',
    },
  );
}
