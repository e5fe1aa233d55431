/** Where a meta-training starts from: theta, and how far noise of one standard deviation moves each number. */
import { UserError } from '../../base/index';
import {
  CLOCK_UNIT_SCALES,
  clockTheta,
  createRng,
  flatTheta,
  initTheta,
  releasedArchitecture,
  veloGroups,
  veloScales,
} from '../../core/index';
import type { ThetaGroup, VeloArchitecture } from '../../core/index';
import { didYouMean } from '../../protocol/index';
import type { MetaConfig } from '../../protocol/index';
import { loadWeights } from '../weights';

export interface StartTheta {
  readonly architecture: VeloArchitecture;
  /** In the order of `flatTheta`, as all arrays here. */
  readonly theta: Float32Array;
  /** Theta = scale · u; 0 where a number does not learn. */
  readonly scales: Float32Array;
  readonly groups: readonly ThetaGroup[];
  /** In words. */
  readonly text: string;
  /** Of the file that it was read from. */
  readonly sha256?: string;
}

/** @throws UserError('config' | 'weights') */
export function startTheta(config: MetaConfig, weightsDir: string): StartTheta {
  const { scales: factors, start } = config.optimizer;
  const made = makeTheta(config, weightsDir);
  const groups = veloGroups(made.architecture);
  // A theta from a file may have been built with clocks, and then be trained further: it keeps them.
  const units = start === 'fresh' ? {} : { cellGate: CLOCK_UNIT_SCALES };
  const scales = veloScales(made.architecture, units);
  scaleGroups(scales, groups, factors);
  return { ...made, scales, groups };
}

function makeTheta(
  { optimizer, seed }: MetaConfig,
  weightsDir: string,
): Omit<StartTheta, 'scales' | 'groups'> {
  const { start, hidden, bank, ffMult } = optimizer;
  const architecture = { ...releasedArchitecture(hidden, bank), ffMult };
  if (start === 'fresh') {
    const theta = initTheta(architecture, createRng({ seed, purpose: 'theta' }));
    return { architecture, theta: flatTheta(theta), text: 'fresh random weights' };
  }
  if (start === 'clock') {
    const reservoir = createRng({ seed, purpose: 'theta' });
    const theta = clockTheta({ hidden, bank, reservoir });
    const text = 'made by hand with units that count steps, and random units beside them';
    return { architecture: theta.architecture, theta: flatTheta(theta), text };
  }
  const { theta, name, sha256 } = loadWeights(start, weightsDir);
  return { architecture: theta.architecture, theta: flatTheta(theta), text: name, sha256 };
}

/** @throws UserError('config') on a group that is not there */
function scaleGroups(
  scales: Float32Array,
  groups: readonly ThetaGroup[],
  factors: Readonly<Record<string, number>>,
): void {
  const names = groups.map(({ name }) => name);
  for (const [name, factor] of Object.entries(factors)) {
    const group = groups.find((one) => one.name === name);
    if (group === undefined) {
      const guess = didYouMean(name, names) || `; expected one of ${names.join(', ')}`;
      throw new UserError('config', `optimizer.scales: "${name}" is not a group of theta${guess}`);
    }
    for (const index of group.indices) scales[index]! *= factor;
  }
}
