/** The task that a variation makes of another one: same plan, other numbers. */
import { UserError } from '../../../base/index';
import type { NamedFloats } from '../../../base/index';
import { createRng } from '../../compute/rng';
import type { Rng } from '../../compute/rng';
import type { Task } from '../task';
import type { Variation } from '../variation';
import { delayed } from '../../optimizers/delayed/delayed';
import type { Optimizer } from '../../optimizers/optimizer';
import { changedGradient } from './changedGradient';
import { reparametrized } from './reparametrized';

/**
 * @param seed  of the training, for what the variation leaves to chance
 * @throws UserError('config') on a number out of range, or a share of data that cannot be cut
 */
export function variedTask(task: Task, variation: Variation, seed: number): Task {
  const { initScale = 1, trainShare = 1, reparametrization, gradient } = variation;
  let varied = task;
  if (initScale !== 1) varied = withScaledStart(varied, initScale, seed);
  if (trainShare !== 1) varied = withLessData(varied, trainShare);
  if (reparametrization !== undefined) varied = reparametrized(varied, reparametrization, seed);
  if (gradient !== undefined) varied = changedGradient(varied, gradient);
  return varied;
}

/** What of a variation shows in a plan: tasks with the same config that differ in the rest take turns in one arena. */
export function planOfVariation({ reparametrization, gradient = {} }: Variation): object {
  if (reparametrization === undefined) return { gradient };
  return { gradient, scaled: reparametrization.level === 'parameter' ? 'number' : 'tensor' };
}

/** The optimizer as a variation of its task lets it see gradients. @throws UserError('config') on a bad delay */
export function variedOptimizer(optimizer: Optimizer, { gradient }: Variation): Optimizer {
  return gradient?.delay === undefined ? optimizer : delayed(optimizer, gradient.delay);
}

function withScaledStart(task: Task, factor: number, seed: number): Task {
  if (!(factor > 0 && Number.isFinite(factor)))
    throw new UserError('config', `initScale must be a finite number above 0, got ${factor}`);
  return {
    ...task,
    name: `${task.name}, start × ${Number(factor.toPrecision(3))}`,
    init: (rng) => scaledWhereRandom(task, factor, { rng, seed }),
  };
}

/** Numbers that another stream would start elsewhere, times the factor; biases and gains start where they did. */
function scaledWhereRandom(
  task: Task,
  factor: number,
  { rng, seed }: { readonly rng: Rng; readonly seed: number },
): NamedFloats {
  const others = task.init(createRng({ seed, purpose: 'augment', member: 1 }));
  return Object.fromEntries(
    Object.entries(task.init(rng)).map(([name, { shape, data }]) => {
      const other = others[name]!.data;
      return [
        name,
        { shape, data: data.map((value, i) => (value === other[i] ? value : factor * value)) },
      ];
    }),
  );
}

function withLessData(task: Task, share: number): Task {
  if (!(share > 0 && share <= 1))
    throw new UserError('config', `trainShare must be above 0 and at most 1, got ${share}`);
  const { data } = task;
  if (data === undefined) return task;
  if (data.firstOfTrain === undefined) {
    throw new UserError(
      'config',
      `${task.name}: its data are no list of examples that a trainShare could be cut from`,
      { remedy: 'Leave trainShare out.' },
    );
  }
  const count = Math.round(share * data.size('train'));
  const less = data.firstOfTrain(count);
  return {
    ...task,
    name: `${task.name}, ${less.size('train')} examples`,
    data: less,
  };
}
