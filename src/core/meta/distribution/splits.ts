/**
 * What keeps the parts of a meta-training apart: the seeds of each lie in a range of their own, shapes and data sets are
 * those of its own entries, and what is held out is nobody's but metaTest's.
 */
import { UserError } from '../../../base/index';
import { createRng } from '../../compute/rng';
import type { Rng } from '../../compute/rng';
import { META_SPLITS } from './distribution';
import type { DistributionEntry, MetaSplit, TaskDistribution } from './distribution';
import type { Template } from './draw';
import { drawConfig, entriesOf } from './drawTask';

/** Seeds of inner problems, first and last of each part. */
const SEEDS: Readonly<Record<MetaSplit, readonly [number, number]>> = {
  metaTrain: [0, 2 ** 31 - 1],
  metaValid: [2 ** 31, 3 * 2 ** 30 - 1],
  metaTest: [3 * 2 ** 30, 2 ** 32 - 1],
};

/** A seed for an inner problem, which no other part ever has. */
export function splitSeed(split: MetaSplit, rng: Rng): number {
  const [first, last] = SEEDS[split];
  return first + rng.integer(last - first + 1);
}

export interface SplitDescription {
  readonly split: MetaSplit;
  /** First and last seed. */
  readonly seeds: readonly [number, number];
  /** Whether it has entries of its own; else its tasks differ from those of metaTrain in their seeds alone. */
  readonly own: boolean;
  /** Sorted, each once. */
  readonly families: readonly string[];
  readonly datasets: readonly string[];
}

/**
 * What each part is made of, for the card of what was meta-trained.
 * @throws UserError('config') where metaTrain or metaValid may have a data set that is held out
 */
export function describeSplits(distribution: TaskDistribution): SplitDescription[] {
  return META_SPLITS.map((split) => {
    const entries = entriesOf(distribution, split);
    const datasets = sorted(entries.flatMap(datasetsOf));
    const { heldOut = [] } = distribution;
    const leak = split === 'metaTest' ? undefined : datasets.find((name) => heldOut.includes(name));
    if (leak !== undefined)
      throw new UserError('config', `${split} may have ${leak}, which is held out`, {
        remedy: 'Take it out of the entries or out of heldOut.',
      });
    return {
      split,
      seeds: SEEDS[split],
      own: distribution[split] !== undefined,
      families: sorted(
        entries.flatMap(({ task: { family } }) => (typeof family === 'string' ? [family] : [])),
      ),
      datasets,
    };
  });
}

/** Draws from which the data sets of a family's own sampler are known. */
const LOOKS = 256;

function datasetsOf(entry: DistributionEntry): string[] {
  if (entry.task['sample'] !== true) return namesIn(entry.task);
  const { task } = entry;
  return Array.from({ length: LOOKS }, (_, step) => step).flatMap((step) =>
    namesIn(drawConfig({ task }, createRng({ seed: 0, purpose: 'task', step })) as Template),
  );
}

/** Every text that a field `dataset` anywhere in the template may come to. */
function namesIn(template: Template, isName = false): string[] {
  if (typeof template === 'string') return isName ? [template] : [];
  if (typeof template !== 'object') return [];
  return Object.entries(template).flatMap(([field, value]: [string, Template]) =>
    namesIn(value, isName || field === 'dataset'),
  );
}

function sorted(names: readonly string[]): string[] {
  return [...new Set(names)].sort();
}
