/** Draws tasks of a distribution. */
import { UserError } from '../../../base/index';
import { createRng } from '../../compute/rng';
import type { Rng } from '../../compute/rng';
import type { TaskSample } from '../../tasks/families/family';
import { TASK_FAMILIES } from '../../tasks/registry';
import type { Variation } from '../../tasks/variation';
import { chooseIndex, drawFields } from './draw';
import type { Template } from './draw';
import { stepFlops } from './stepFlops';
import { META_SPLITS } from './distribution';
import type { DistributionEntry, MetaSplit, TaskDistribution } from './distribution';

export interface DrawnTask {
  /** As a run config would write it; what may stand there is for the decoder of configs to say. */
  readonly task: TaskSample;
  readonly variation: Variation;
  /** Index among the entries of the split. */
  readonly entry: number;
}

/**
 * A task of the distribution; the same stream gives the same one.
 * @param split  which entries it is from; default metaTrain
 * @throws UserError('config') on a draw that cannot be made
 */
export function drawTask(
  distribution: TaskDistribution,
  rng: Rng,
  split: MetaSplit = 'metaTrain',
): DrawnTask {
  const entry = drawEntry(distribution, rng, split);
  const chosen = entriesOf(distribution, split)[entry]!;
  const pool = { seed: distribution.seed ?? 0, member: poolMember(split, entry) };
  const task = pooledConfig(chosen, rng, pool);
  const variation = drawFields(chosen.variation ?? {}, rng) as Variation;
  return { task, variation, entry };
}

/** Index of the entry that `drawTask` takes from the same stream. */
export function drawEntry(distribution: TaskDistribution, rng: Rng, split: MetaSplit): number {
  return chooseIndex(
    entriesOf(distribution, split).map(({ weight = 1 }) => weight),
    rng,
  );
}

/** What a split is drawn from: its own entries, or those of metaTrain. */
export function entriesOf(
  distribution: TaskDistribution,
  split: MetaSplit,
): readonly DistributionEntry[] {
  return distribution[split] ?? distribution.metaTrain;
}

/** Share of a split's tasks whose configs are drawn anew, most of them of a shape that no other has. */
export function freshShare(distribution: TaskDistribution, split: MetaSplit = 'metaTrain'): number {
  const entries = entriesOf(distribution, split);
  const sum = (parts: readonly number[]): number => parts.reduce((a, b) => a + b, 0);
  const all = sum(entries.map(({ weight = 1 }) => weight));
  const fresh = entries.map(
    ({ weight = 1, pool, resample = 0 }) => weight * (pool === undefined ? 1 : resample),
  );
  return sum(fresh) / all;
}

interface Pool {
  readonly seed: number;
  readonly member: number;
}

/** Streams of pools: 0 is that of whoever draws by the same seed. */
function poolMember(split: MetaSplit, entry: number): number {
  return 1 + META_SPLITS.indexOf(split) + META_SPLITS.length * entry;
}

function pooledConfig(entry: DistributionEntry, rng: Rng, { seed, member }: Pool): TaskSample {
  const { pool, resample = 0 } = entry;
  if (pool === undefined || rng.uniform() < resample) return drawConfig(entry, rng);
  const step = rng.integer(pool);
  return drawConfig(entry, createRng({ seed, purpose: 'task', step, member }));
}

/** Draws after which an entry is given up, as in VeLO's meta-training. */
const MOST_DRAWS = 512;

/** A config of the entry that is cheap enough. @throws UserError('config') where none of 512 is */
export function drawConfig(
  entry: Pick<DistributionEntry, 'task' | 'batchShare' | 'maxFlops'>,
  rng: Rng,
): TaskSample {
  const { maxFlops = Infinity, batchShare = 1 } = entry;
  for (let draw = 0; draw < MOST_DRAWS; draw++) {
    const whole = drawAny(entry.task, rng);
    const config = withBatchShare(whole, drawFields({ share: batchShare }, rng)['share'] ?? 1);
    if (maxFlops === Infinity || (stepFlops(config) ?? 0) <= maxFlops) return config;
  }
  throw new UserError(
    'config',
    `${JSON.stringify(entry.task['family'])}: none of ${MOST_DRAWS} draws takes at most ${maxFlops} operations a step`,
    { remedy: 'Raise maxFlops or make the ranges smaller.' },
  );
}

function drawAny(task: DistributionEntry['task'], rng: Rng): TaskSample {
  if (task['sample'] !== true) return drawFields(task, rng) as TaskSample;
  const family = TASK_FAMILIES.find(({ name }) => name === task['family']);
  if (family !== undefined) return family.sample(rng);
  throw new UserError(
    'config',
    `expected the name of a task family beside "sample", got ${JSON.stringify(task['family'])}`,
  );
}

function withBatchShare(task: TaskSample, share: Template): TaskSample {
  if (share === 1) return task;
  if (!(typeof share === 'number' && share > 0 && share <= 1)) {
    const got = JSON.stringify(share);
    throw new UserError('config', `batchShare must be above 0 and at most 1, got ${got}`);
  }
  const { task: inner, batchSize } = task;
  if (typeof inner === 'object') {
    return { ...task, task: withBatchShare(inner as TaskSample, share) };
  }
  if (typeof batchSize !== 'number') return task;
  return { ...task, batchSize: Math.max(1, Math.floor(share * batchSize)) };
}
