/** The card of a theta that was meta-trained here: how it was made, what it cost, what it was trained on and what not. */
import { countText, describeSplits } from '../../core/index';
import type { SplitDescription, ThetaCard } from '../../core/index';
import { playsPairs } from '../../protocol/index';
import type { MetaConfig, MetaEnvironment, MetaValidationTask } from '../../protocol/index';
import { resolveDistribution } from './resolve';

export interface MetaCardInput {
  /** Of the meta-training. */
  readonly id: string;
  readonly version: string;
  readonly config: MetaConfig;
  readonly environment: Pick<MetaEnvironment, 'start' | 'device' | 'cpu' | 'workers'>;
  /** Of the theta that it started from, where that was a file. */
  readonly startCard?: ThetaCard;
  readonly iteration: number;
  readonly innerSteps: number;
  readonly seconds: number;
  readonly validation: {
    readonly ratio: number;
    readonly speedup?: number;
    readonly tasks: readonly MetaValidationTask[];
  };
}

/** Notes: `cost`, `before` (the cost of what it started from), `tasks` (the three parts of the distribution) and `validation`. */
export function metaCard(input: MetaCardInput): ThetaCard {
  const { id, config, environment, iteration, innerSteps, startCard, validation } = input;
  const distribution = resolveDistribution(config.tasks);
  return {
    name: `${id}-${iteration}`,
    provenance:
      `Meta-trained: ${iteration} outer iterations of ${config.estimator.kind}, ${innerSteps} inner steps, ` +
      `from ${environment.start}; tasks "${distribution.name}".`,
    licence: 'MIT',
    createdBy: `VeLO Lab ${input.version}`,
    notes: {
      cost: costText(input),
      ...(startCard === undefined ? {} : { before: beforeText(startCard) }),
      tasks: [...describeSplits(distribution).map(splitText), heldOutText(distribution)].join('; '),
      validation: validationText(validation),
    },
  };
}

function costText({ config, environment, iteration, innerSteps, seconds }: MetaCardInput): string {
  const { estimator } = config;
  const pairs = playsPairs(estimator) ? ` of ${estimator.pairs} antithetic pairs` : '';
  const { workers, device, cpu } = environment;
  const threads = `${workers} ${workers === 1 ? 'thread' : 'threads'} (${device}, ${cpu})`;
  return (
    `${countText(iteration)} outer iterations${pairs}, ${countText(innerSteps)} inner steps, ` +
    `${(seconds / 60).toFixed(1)} minutes on ${threads}`
  );
}

function beforeText({ name, provenance, notes = {} }: ThetaCard): string {
  const own = `${name}: ${notes['cost'] ?? provenance}`;
  return notes['before'] === undefined ? own : `${own}; before, ${notes['before']}`;
}

const SPLIT_NAMES = {
  metaTrain: 'meta-training',
  metaValid: 'meta-validation',
  metaTest: 'meta-test',
} as const;

function splitText({ split, seeds, families, datasets }: SplitDescription): string {
  const on = datasets.length === 0 ? '' : ` on ${datasets.join(', ')}`;
  return `${SPLIT_NAMES[split]}: ${families.join(', ')}${on}, seeds ${seeds.join(' to ')}`;
}

function heldOutText({ heldOut = [] }: ReturnType<typeof resolveDistribution>): string {
  return heldOut.length === 0
    ? 'no data set is held out'
    : `held out of the first two: ${heldOut.join(', ')}`;
}

function validationText({ ratio, speedup, tasks }: MetaCardInput['validation']): string {
  const baseline = tasks.find((task) => task.baseline !== undefined)?.baseline;
  const against =
    speedup === undefined || baseline === undefined
      ? ''
      : `, ${speedup.toFixed(2)} times as fast as tuned ${baseline.name}`;
  return (
    `final loss ${ratio.toFixed(3)} times that of its start${against} ` +
    `(geometric means over ${tasks.length} tasks of meta-validation)`
  );
}
