/** Draws tasks of a distribution. */
import { UserError } from '../../../base/index';
import { createRng } from '../../compute/rng';
import type { Rng } from '../../compute/rng';
import type { TaskSample } from '../../tasks/families/family';
import { TASK_FAMILIES } from '../../tasks/registry';
import type { Variation } from '../../tasks/variation';
import { chooseIndex, drawFields } from './draw';
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
  const entries = entriesOf(distribution, split);
  const entry = chooseIndex(
    entries.map(({ weight = 1 }) => weight),
    rng,
  );
  const chosen = entries[entry]!;
  const pool = { seed: distribution.seed ?? 0, member: poolMember(split, entry) };
  const task = drawConfig(chosen, rng, pool);
  const variation = drawFields(chosen.variation ?? {}, rng) as Variation;
  return { task, variation, entry };
}

/** What a split is drawn from: its own entries, or those of metaTrain. */
export function entriesOf(
  distribution: TaskDistribution,
  split: MetaSplit,
): readonly DistributionEntry[] {
  return distribution[split] ?? distribution.metaTrain;
}

interface Pool {
  readonly seed: number;
  readonly member: number;
}

/** Streams of pools: 0 is that of whoever draws by the same seed. */
function poolMember(split: MetaSplit, entry: number): number {
  return 1 + META_SPLITS.indexOf(split) + META_SPLITS.length * entry;
}

function drawConfig(entry: DistributionEntry, rng: Rng, { seed, member }: Pool): TaskSample {
  const { pool, resample = 0 } = entry;
  if (pool === undefined || rng.uniform() < resample) return configFrom(entry, rng);
  const step = rng.integer(pool);
  return configFrom(entry, createRng({ seed, purpose: 'task', step, member }));
}

function configFrom({ task }: DistributionEntry, rng: Rng): TaskSample {
  if (task['sample'] !== true) return drawFields(task, rng) as TaskSample;
  const family = TASK_FAMILIES.find(({ name }) => name === task['family']);
  if (family !== undefined) return family.sample(rng);
  throw new UserError(
    'config',
    `expected the name of a task family beside "sample", got ${JSON.stringify(task['family'])}`,
  );
}
