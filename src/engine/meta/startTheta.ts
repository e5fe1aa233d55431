/** Where a meta-training starts from: theta, and how far noise of one standard deviation moves each number. */
import { UserError } from '../../base/index';
import {
  CLOCK_UNIT_SCALES,
  clockTheta,
  createArchitecture,
  createRng,
  flatTheta,
  hasVelo,
  initTheta,
  learnedOptimizer,
  orthogonalStart,
  thetaGroups,
  thetaScales,
  thetaSpecs,
} from '../../core/index';
import type { Architecture, ThetaCard, ThetaGroup } from '../../core/index';
import type { MetaConfig } from '../../protocol/index';
import { loadWeights } from '../weights';

export interface StartTheta {
  readonly architecture: Architecture;
  /** In the order of `flatTheta`, as all arrays here. */
  readonly theta: Float32Array;
  /** Theta = scale · u; 0 where a number does not learn. */
  readonly scales: Float32Array;
  readonly groups: readonly ThetaGroup[];
  /** In words. */
  readonly text: string;
  /** Of the file that it was read from. */
  readonly sha256?: string;
  readonly card?: ThetaCard;
}

/** Of a VeLO whose sizes are not told: small enough for a laptop. */
const SMALL_VELO = { hidden: 32, bank: 8 };

/** @throws UserError('config' | 'weights') */
export function startTheta(config: MetaConfig, weightsDir: string): StartTheta {
  const { kind, start = kind === 'velo' ? 'clock' : 'fresh' } = config.optimizer;
  const made = makeTheta(config, start, weightsDir);
  const groups = thetaGroups(made.architecture);
  // A VeLO from a file may have been built with clocks, and then have been trained: it keeps them.
  const units = hasVelo(made.architecture) && start !== 'fresh' ? CLOCK_UNIT_SCALES : [];
  const measured = thetaScales(made.architecture, units);
  const isRaw = config.optimizer.units === 'raw';
  const scales = isRaw ? measured.map((scale) => (scale > 0 ? 1 : 0)) : measured;
  scaleGroups(scales, groups, config.optimizer.scales);
  return { ...made, scales, groups };
}

function makeTheta(
  { optimizer, seed }: MetaConfig,
  start: string,
  weightsDir: string,
): Omit<StartTheta, 'scales' | 'groups'> {
  const { kind, options } = optimizer;
  if (start !== 'fresh' && start !== 'clock') {
    const { theta: stored, card, name, sha256 } = loadWeights(start, weightsDir);
    const isGrown = kind === 'orthoVelo' && stored.architecture.kind === 'velo';
    const theta = isGrown ? orthogonalStart(stored.architecture, stored.tensors) : stored;
    const architecture = withOptions(theta.architecture, options, name);
    const text = isGrown ? `${name}, with orthogonal steps that know nothing yet` : name;
    return { architecture, theta: flatTheta(theta), text, sha256, card };
  }
  const sizes = kind === 'velo' ? { ...SMALL_VELO, ...options } : options;
  const architecture = createArchitecture(kind, sizes);
  const rng = createRng({ seed, purpose: 'theta' });
  if (start === 'fresh') {
    const theta = flatTheta(initTheta(architecture, rng));
    return { architecture, theta, text: 'fresh random weights' };
  }
  if (architecture.kind !== 'velo') {
    throw new UserError('config', `optimizer.start "clock" is for velo, got ${kind}`, {
      remedy: 'Start fresh, or from weights.',
    });
  }
  const { hidden, bank } = architecture;
  const theta = clockTheta({ hidden, bank, reservoir: rng });
  const text = 'weights made by hand, with units that count steps and random units beside them';
  return { architecture: theta.architecture, theta: flatTheta(theta), text };
}

/** The architecture of some weights but for the options that are given. @throws UserError('config') where they don't fit */
function withOptions(
  architecture: Architecture,
  options: MetaConfig['optimizer']['options'],
  name: string,
): Architecture {
  const { kind, ...own } = architecture;
  const wanted = createArchitecture(kind, { ...own, ...options });
  if (arraysOf(wanted) === arraysOf(architecture)) return wanted;
  const { title, sizes } = learnedOptimizer(architecture);
  throw new UserError(
    'config',
    `optimizer.options: the weights ${name} are ${title}'s with ${sizes(architecture)}, got ${JSON.stringify(options)}`,
    { remedy: 'Leave out the options that say how large it is, or start from other weights.' },
  );
}

/** Names and shapes of its weights, to be compared. */
function arraysOf(architecture: Architecture): string {
  return JSON.stringify(thetaSpecs(architecture).map(({ name, shape }) => [name, shape]));
}

/** @throws UserError('config') on the beginning of no group's name */
function scaleGroups(
  scales: Float32Array,
  groups: readonly ThetaGroup[],
  factors: Readonly<Record<string, number>>,
): void {
  for (const [prefix, factor] of Object.entries(factors)) {
    const meant = groups.filter(({ name }) => name.startsWith(prefix));
    if (meant.length === 0) {
      const names = groups.map(({ name }) => name).join('; ');
      throw new UserError('config', `optimizer.scales: no group of theta begins with "${prefix}"`, {
        remedy: `The groups are: ${names}.`,
      });
    }
    for (const { indices } of meant) for (const index of indices) scales[index]! *= factor;
  }
}
