/** A distribution of tasks as data: what meta-training draws its inner problems from, and what it never sees. */
import type { Template, TemplateFields } from './draw';

/** One kind of task. */
export interface DistributionEntry {
  /** How often, against the weights of the others; default 1. */
  readonly weight?: number;
  /** A task as a config would write it, with draws; or only `family` and `"sample": true`, for the family's own sampler. */
  readonly task: TemplateFields;
  /** Fields of a `Variation`, with draws. */
  readonly variation?: TemplateFields;
  /**
   * So many task configs are drawn once, by the distribution's seed, and taken in turn at random: each shape costs a plan.
   * Absent: each task is drawn anew.
   */
  readonly pool?: number;
  /**
   * Share of its batch that a config keeps, with draws: a number above 0 and at most 1, and one example at least. Absent: all.
   */
  readonly batchShare?: Template;
  /**
   * Configs whose step takes more floating-point operations (`stepFlops`) are drawn again; those whose cost is not known pass.
   */
  readonly maxFlops?: number;
  /** Trainings of its tasks are no longer than so many steps, ≥ 1: what takes long a step. Absent: as the lengths say. */
  readonly maxLength?: number;
  /** Probability in [0, 1] of a fresh config in spite of the pool; default 0. */
  readonly resample?: number;
}

/** The parts of meta-training, as `train`, `innerValid` and the like are those of one task. */
export const META_SPLITS = ['metaTrain', 'metaValid', 'metaTest'] as const;
export type MetaSplit = (typeof META_SPLITS)[number];

export interface TaskDistribution {
  readonly name: string;
  /** One plain sentence. */
  readonly summary: string;
  /** Of the pools, an integer 0 … 2^32-1; default 0. */
  readonly seed?: number;
  readonly metaTrain: readonly DistributionEntry[];
  /** Absent: those of metaTrain, with other seeds. */
  readonly metaValid?: readonly DistributionEntry[];
  /** Absent: those of metaTrain, with other seeds. */
  readonly metaTest?: readonly DistributionEntry[];
  /** Data sets that neither metaTrain nor metaValid may name. */
  readonly heldOut?: readonly string[];
}
