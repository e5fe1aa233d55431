/** What names in a meta-training's config stand for. */
import { UserError } from '../../base/index';
import { TASK_MIXES, createFullEs, logUniformLength } from '../../core/index';
import type { Estimator, LengthSchedule, TaskDistribution } from '../../core/index';
import { didYouMean } from '../../protocol/index';
import type { MetaConfig } from '../../protocol/index';

/** @throws UserError('config') on a name that is not known */
export function resolveDistribution(tasks: MetaConfig['tasks']): TaskDistribution {
  if (typeof tasks !== 'string') return tasks;
  const mix = TASK_MIXES.find(({ name }) => name === tasks);
  if (mix !== undefined) return mix;
  const names = TASK_MIXES.map(({ name }) => name);
  const guess = didYouMean(tasks, names) || `; expected one of ${names.join(', ')}`;
  throw new UserError('config', `tasks: "${tasks}" is not a distribution${guess}`);
}

/** @throws UserError('config') on an option out of range */
export function resolveEstimator({ estimator, lengths, seed }: MetaConfig): Estimator {
  const { name, ...options } = estimator;
  const common = { ...options, seed, lengths: resolveLengths(lengths) };
  switch (name) {
    case 'fullEs':
      return createFullEs(common as Parameters<typeof createFullEs>[0]);
    default:
      throw new UserError('config', `estimator ${name} is not there yet`);
  }
}

function resolveLengths(lengths: MetaConfig['lengths']): LengthSchedule {
  if (typeof lengths === 'number') return () => lengths;
  if ('logUniform' in lengths) return logUniformLength(...lengths.logUniform);
  const stages = lengths.stages.map(({ until, logUniform }) => ({
    until: until ?? Infinity,
    draw: logUniformLength(...logUniform),
  }));
  return (iteration, rng) =>
    (stages.find(({ until }) => iteration < until) ?? stages.at(-1)!).draw(iteration, rng);
}
