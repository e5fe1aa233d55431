/** The config that "New Meta-Training" writes: a start, tasks, time. Everything else keeps its default. */
import { formatJson } from '../config/configFiles';

export interface NewMeta {
  /** `clock`, `fresh`, or a path relative to the config. */
  readonly start: string;
  /** `recipe`, `wide`, `general` */
  readonly tasks: string;
  readonly budget: string;
}

/** What fits into a time: longer inner trainings, more pairs, and rarer validations. */
export const META_TIMES = [
  {
    budget: '2m',
    label: '2 minutes',
    words: 'enough to see it get better',
    longest: 1000,
    pairs: 16,
    every: 20,
    tasks: 12,
  },
  {
    budget: '20m',
    label: '20 minutes',
    words: 'better than where it began',
    longest: 2000,
    pairs: 24,
    every: 50,
    tasks: 16,
  },
  {
    budget: '3h',
    label: '3 hours',
    words: 'for one machine',
    longest: 4000,
    pairs: 32,
    every: 100,
    tasks: 24,
  },
  {
    budget: '9h',
    label: 'A night',
    words: '9 hours',
    longest: 4000,
    pairs: 48,
    every: 200,
    tasks: 24,
  },
] as const;

export function newMetaText({ start, tasks, budget }: NewMeta): string {
  const time = META_TIMES.find((one) => one.budget === budget) ?? META_TIMES[0];
  const { longest, pairs, every } = time;
  const isMade = start === 'clock' || start === 'fresh';
  const sizes = isMade ? { kind: 'velo', options: { hidden: 32, bank: 8 } } : {};
  return formatJson({
    kind: 'metatrain',
    optimizer: { ...sizes, start },
    tasks,
    lengths: { logUniform: [100, longest] },
    estimator: { kind: 'fullEs', pairs },
    budget,
    validation: {
      every,
      tasks: time.tasks,
      lengths: [150, 400, Math.min(longest, 1000)],
      // Tuning Adam takes longer than the shortest of them.
      baseline: budget !== META_TIMES[0].budget,
    },
  });
}
