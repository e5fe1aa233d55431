/** What a meta-training is, in words for its view. */
import type { MetaConfig } from '../../protocol/index';
import { budgetSeconds, playsPairs } from '../../protocol/index';
import type { MetaAbout, MetaPlan } from '../../protocol/live/index';
import type { MetaRecord } from '../../storage/index';

export function metaAbout({ config, environment }: MetaRecord): MetaAbout {
  const { optimizer, estimator, metaLoss, validation, checkpointEvery } = config;
  return {
    optimizer: optimizerText(optimizer),
    start: environment.start,
    estimator: ESTIMATORS[estimator.kind] ?? estimator.kind,
    lengths: lengthsText(config.lengths),
    tasks: typeof config.tasks === 'string' ? config.tasks : config.tasks.name,
    entries: [...(environment.entries ?? [])],
    playsPairs: playsPairs(estimator),
    pairs: playsPairs(estimator) ? estimator.pairs : estimator.problems,
    floor: metaLoss.floor,
    thetaSize: environment.thetaSize,
    learning: environment.learning,
    device: environment.device,
    workers: environment.workers,
    validateEvery: validation.every,
    checkpointEvery,
  };
}

export function metaPlan({ iterations, budget }: MetaConfig): MetaPlan {
  return {
    ...(iterations === undefined ? {} : { iterations }),
    ...(budget === undefined ? {} : { seconds: budgetSeconds(budget) }),
  };
}

const ESTIMATORS: Readonly<Record<string, string>> = {
  fullEs: 'evolution strategy, full unrolls',
  truncatedEs: 'evolution strategy, truncated unrolls',
  pes: 'persistent evolution strategy',
  noiseReuseEs: 'evolution strategy that reuses its noise',
  fullGrad: 'gradients back through full unrolls',
  truncatedGrad: 'gradients back through truncated unrolls',
};

/** `velo, hidden 32, bank 8` */
function optimizerText({ kind, options }: MetaConfig['optimizer']): string {
  return [kind, ...Object.entries(options).map(([name, value]) => `${name} ${value}`)].join(', ');
}

function lengthsText(lengths: MetaConfig['lengths']): string {
  if (typeof lengths === 'number') return String(lengths);
  if ('logUniform' in lengths) return lengths.logUniform.join('–');
  if ('powerLaw' in lengths) return lengths.powerLaw.join('–');
  return lengths.stages.map(({ logUniform }) => logUniform.join('–')).join(', then ');
}
