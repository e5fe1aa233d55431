/** The learned optimizers by kind. */
import { UserError } from '../../../base/index';
import { resolveOptions } from '../optionTable';
import { createVelo } from '../velo/reference';
import { veloParameters } from '../velo/theta';
import type { VeloArchitecture } from '../velo/theta';
import { adafacMlp } from './adafacMlp';
import { adafacNominal } from './adafacNominal';
import { VELO_OPTIONS } from './architecture';
import type { Architecture, ArchitectureKind } from './architecture';
import { celo } from './celo';
import { celo2 } from './celo2';
import type { LearnedOptimizer } from './learnedOptimizer';
import { mlpLopt } from './mlpLopt';
import { nnAdam } from './nnAdam';
import { orthoVelo } from './orthoVelo';
import { learnableAdam, learnableSgd, learnableSgdm } from './plainRules';
import { rnnMlp } from './rnnMlp';

const velo: LearnedOptimizer<VeloArchitecture> = {
  kind: 'velo',
  title: 'VeLO',
  summary: 'a network for each parameter, mixed by an LSTM over tensors from a bank',
  source: 'Metz et al. 2022; google/learned_optimization, research/general_lopt/hyper_v2.py',
  options: VELO_OPTIONS,
  sizes: ({ hidden, bank }) => `hidden size ${hidden} and bank size ${bank}`,
  parameters: veloParameters,
  create: (architecture, tensors, numSteps) =>
    createVelo({ theta: { architecture, tensors }, numSteps }),
};

type OfKind<K extends ArchitectureKind> = Extract<Architecture, { readonly kind: K }>;

const LEARNED_OPTIMIZERS: { readonly [K in ArchitectureKind]: LearnedOptimizer<OfKind<K>> } = {
  velo,
  orthoVelo,
  celo,
  celo2,
  adafacMlp,
  mlpLopt,
  rnnMlp,
  nnAdam,
  adafacNominal,
  learnableAdam,
  learnableSgdm,
  learnableSgd,
};

/** In the order of listings. */
export const ARCHITECTURE_KINDS = Object.keys(LEARNED_OPTIMIZERS) as readonly ArchitectureKind[];

/** What an architecture is one of. */
export function learnedOptimizer<A extends Architecture>({ kind }: A): LearnedOptimizer<A> {
  // Each entry of the table is for the architectures of its own kind.
  return LEARNED_OPTIMIZERS[kind] as unknown as LearnedOptimizer<A>;
}

/**
 * The architecture of that kind with some options; the others have their defaults, which are the originals' sizes.
 * @throws UserError('config') on an unknown kind or option, or a value out of range
 */
export function createArchitecture(
  kind: string,
  options: Readonly<Record<string, unknown>> = {},
): Architecture {
  const known = ARCHITECTURE_KINDS.find((one) => one === kind);
  if (known === undefined) {
    throw new UserError('config', `there is no learned optimizer called ${kind}`, {
      remedy: `There are ${ARCHITECTURE_KINDS.join(', ')}.`,
    });
  }
  const values = resolveOptions(known, LEARNED_OPTIMIZERS[known].options, options);
  // The table's options are those of the architecture.
  return { kind: known, ...values } as unknown as Architecture;
}
