/** What names in a meta-training's config stand for. */
import { UserError, invariant } from '../../base/index';
import {
  TASK_MIXES,
  createEstimator,
  createOuterOptimizer,
  describeSplits,
  thetaSpecs,
} from '../../core/index';
import type {
  Architecture,
  Estimator,
  KernelRuntime,
  LengthSpec,
  OuterOptimizer,
  TaskDistribution,
} from '../../core/index';
import { didYouMean, playsPairs } from '../../protocol/index';
import type { MetaConfig, PairEstimator } from '../../protocol/index';
import { veloTheta } from '../weights';
import { entryOf, longestOf } from './problems';

interface ResolvedLengths {
  readonly seed: number;
  readonly lengths: LengthSpec;
  readonly longest?: (problem: number) => number;
}

/** @throws UserError('config') on a name that is not known, or held-out data where they are trained on */
export function resolveDistribution(tasks: MetaConfig['tasks']): TaskDistribution {
  const mix = typeof tasks === 'string' ? mixOf(tasks) : tasks;
  // Refuses data in the wrong part.
  describeSplits(mix);
  return mix;
}

/**
 * What a meta-training draws from: of a mix of ours that goes back through its trainings, tasks with their own gradients, for
 * which alone that is possible; a distribution of the user's own is refused there if it has others.
 * @throws UserError('config'), as `resolveDistribution`
 */
export function trainedDistribution({
  tasks,
  estimator,
}: Pick<MetaConfig, 'tasks' | 'estimator'>): TaskDistribution {
  const distribution = resolveDistribution(tasks);
  if (playsPairs(estimator) || typeof tasks !== 'string') return distribution;
  const metaTrain = distribution.metaTrain.map(({ variation = {}, ...entry }) => {
    const plain = Object.entries(variation).filter(([field]) => field !== 'gradient');
    return { ...entry, variation: Object.fromEntries(plain) };
  });
  return { ...distribution, metaTrain };
}

function mixOf(tasks: string): TaskDistribution {
  const mix = TASK_MIXES.find(({ name }) => name === tasks);
  if (mix !== undefined) return mix;
  const names = TASK_MIXES.map(({ name }) => name);
  const guess = didYouMean(tasks, names) || `; expected one of ${names.join(', ')}`;
  throw new UserError('config', `tasks: "${tasks}" is not a distribution${guess}`);
}

/** @throws UserError('config') on an option out of range */
export function resolveEstimator(
  estimator: PairEstimator,
  config: Pick<MetaConfig, 'lengths' | 'seed' | 'tasks'>,
): Estimator {
  const lengths = resolveLengths(config);
  if (estimator.kind !== 'fullEs') return createEstimator({ ...estimator, ...lengths });
  const kindOf = entryOf(resolveDistribution(config.tasks), config.seed);
  return createEstimator({ ...estimator, ...lengths, kindOf });
}

/** What says how long inner problems are. @throws UserError('config'), as `resolveDistribution` */
export function resolveLengths({
  lengths,
  seed,
  tasks,
}: Pick<MetaConfig, 'lengths' | 'seed' | 'tasks'>): ResolvedLengths {
  const longest = longestOf(resolveDistribution(tasks), seed);
  return { seed, lengths: lengthSpec(lengths), ...(longest && { longest }) };
}

function lengthSpec(lengths: MetaConfig['lengths']): LengthSpec {
  if (typeof lengths === 'number') return { kind: 'constant', steps: lengths };
  const jitter = lengths.jitter === undefined ? {} : { jitter: lengths.jitter };
  if ('logUniform' in lengths) {
    const [min, max] = lengths.logUniform;
    return { kind: 'logUniform', min, max, ...jitter };
  }
  if ('powerLaw' in lengths) {
    const [min, max] = lengths.powerLaw;
    return { kind: 'powerLaw', min, max, exponent: lengths.exponent, ...jitter };
  }
  const stages = lengths.stages.map(({ until, logUniform: [min, max] }) => ({
    ...(until === undefined ? {} : { until }),
    min,
    max,
  }));
  return { kind: 'staged', stages, ...jitter };
}

/** T at most, jitter apart. */
export function longestLength(lengths: MetaConfig['lengths']): number {
  if (typeof lengths === 'number') return lengths;
  if ('powerLaw' in lengths) return lengths.powerLaw[1];
  const ranges = 'stages' in lengths ? lengths.stages : [lengths];
  return Math.max(...ranges.map(({ logUniform: [, longest] }) => longest));
}

/** A meta-training by pairs. */
export interface PairConfig extends MetaConfig {
  readonly estimator: PairEstimator;
}

export interface OuterParts {
  readonly architecture: Architecture;
  /** 0 where a number does not learn. */
  readonly scales: Float32Array;
  readonly kernels: KernelRuntime | undefined;
  readonly weightsDir: string;
}

/** @throws UserError('config' | 'weights' | 'device') */
export function resolveOuter(
  { outer, iterations }: MetaConfig,
  { architecture, scales, kernels, weightsDir }: OuterParts,
): OuterOptimizer {
  const { optimizer, clip, accumulate } = outer;
  const around = {
    accumulate,
    frozen: Uint8Array.from(scales, (scale) => (scale > 0 ? 0 : 1)),
    ...(clip === undefined ? {} : { clip }),
  };
  if (optimizer.kind !== 'velo') return createOuterOptimizer({ ...optimizer, ...around });
  invariant(kernels !== undefined, 'a population has kernels');
  if (iterations === undefined) {
    throw new UserError('config', 'outer.optimizer velo is told how many iterations there are', {
      remedy: 'Give `iterations` in place of `budget`.',
    });
  }
  const theta = veloTheta(optimizer.weights, weightsDir);
  const tensors = thetaSpecs(architecture);
  return createOuterOptimizer({
    kind: 'velo',
    theta,
    numSteps: iterations,
    tensors,
    kernels,
    ...around,
  });
}
