/**
 * Which learned optimizers there are, and what each can be told about its shape. An architecture with its theta is all
 * that a learned optimizer is.
 */
import type { NamedFloats } from '../../../base/index';
import { booleanOption, choiceOption, integerOption, numberOption } from '../optionTable';
import type { OptionTable, OptionValues } from '../optionTable';
import type { VeloArchitecture } from '../velo/theta';

/** Beyond it memory ends. */
const MAX_WIDTH = 2 ** 20;
const width = (value: number, summary: string) =>
  integerOption(value, summary, { min: 1, max: MAX_WIDTH });

export const VELO_OPTIONS = {
  hidden: width(512, 'LSTM hidden size'),
  bank: width(256, 'networks in the bank'),
  ffMult: numberOption(100, 'factor on the mean over the bank', { min: -Infinity }),
  buggedLossFeatures: booleanOption(false, 'a loss buffer for 10 steps whatever the length is'),
  buggedNextLstmState: booleanOption(false, 'an LSTM that restarts at each step'),
} as const satisfies OptionTable;

export const CELO_OPTIONS = {
  hidden: width(64, 'LSTM hidden size'),
  phase: integerOption(2, '1: steps without the schedule of the LSTM, 2: with it', {
    min: 1,
    max: 2,
  }),
} as const satisfies OptionTable;

export const CELO2_OPTIONS = {
  hidden: width(8, 'width of both hidden layers'),
  orthogonal: booleanOption(true, 'whether the steps of matrices are orthogonalised'),
  learningRate: numberOption(0.001, 'RMS of the step of a matrix', { above: 0 }),
  vectorFactor: numberOption(20, "factor on the learning rate of vectors, which are Adam's", {
    above: 0,
  }),
  weightDecay: numberOption(0, 'decoupled decay, scaled by the learning rate'),
  schedule: choiceOption(['constant', 'cosine'], 'of the learning rate over the announced length'),
} as const satisfies OptionTable;

/** Of a perceptron that is applied to each parameter: step = stepScale · direction · exp(expScale · magnitude). */
const perceptronOptions = (hidden: number) =>
  ({
    hidden: width(hidden, 'width of the hidden layers'),
    hiddenLayers: integerOption(2, 'number of hidden layers', { min: 1, max: 16 }),
    stepScale: numberOption(0.001, 'factor on the step', { above: 0 }),
    expScale: numberOption(0.001, 'factor on the magnitude inside the exponential'),
  }) as const satisfies OptionTable;

export const ADAFAC_MLP_OPTIONS = perceptronOptions(4);
export const MLP_LOPT_OPTIONS = perceptronOptions(32);

export const ADAFAC_NOMINAL_OPTIONS = {
  ...perceptronOptions(4),
  nominalStep: numberOption(0, "learning rate of the nominal term, a known optimizer's step"),
  nominalGradient: choiceOption(
    ['adamAggMo', 'adam', 'aggMo', 'momentum', 'sgd'],
    'what the nominal term goes along',
  ),
  nominalControlled: booleanOption(false, 'whether the network scales the nominal term'),
  weightDecay: numberOption(0, 'share of the parameter that each step takes away'),
  decayControlled: booleanOption(false, 'whether the network scales the decay'),
  preconditioned: booleanOption(false, "whether the network's step is divided by RMSProp's root"),
} as const satisfies OptionTable;

export const RNN_MLP_OPTIONS = {
  lstmHidden: width(64, 'LSTM hidden size'),
  hidden: width(32, 'width of the hidden layers of the perceptron'),
  hiddenLayers: integerOption(2, 'number of hidden layers', { min: 1, max: 16 }),
  fromMlp: width(16, 'numbers that the perceptron tells the LSTM'),
  fromLstm: width(18, 'numbers that the LSTMs tell themselves'),
  toMlp: width(17, 'numbers that the LSTM tells the perceptron'),
  stepScale: numberOption(0.001, 'factor on the step', { above: 0 }),
  expScale: numberOption(0.001, 'factor on the magnitude inside the exponential'),
} as const satisfies OptionTable;

export const NN_ADAM_OPTIONS = {
  hidden: width(32, 'LSTM hidden size'),
  outputScale: numberOption(0.01, 'factor on what the LSTM adds to the settings', { above: 0 }),
} as const satisfies OptionTable;

export const NO_OPTIONS = {} as const satisfies OptionTable;

type ArchitectureOf<Kind extends string, Table extends OptionTable> = {
  readonly kind: Kind;
} & OptionValues<Table>;

export type OrthoVeloArchitecture = ArchitectureOf<'orthoVelo', typeof VELO_OPTIONS>;
export type CeloArchitecture = ArchitectureOf<'celo', typeof CELO_OPTIONS>;
export type Celo2Architecture = ArchitectureOf<'celo2', typeof CELO2_OPTIONS>;
export type AdafacMlpArchitecture = ArchitectureOf<'adafacMlp', typeof ADAFAC_MLP_OPTIONS>;
export type MlpLoptArchitecture = ArchitectureOf<'mlpLopt', typeof MLP_LOPT_OPTIONS>;
export type RnnMlpArchitecture = ArchitectureOf<'rnnMlp', typeof RNN_MLP_OPTIONS>;
export type NnAdamArchitecture = ArchitectureOf<'nnAdam', typeof NN_ADAM_OPTIONS>;
export type AdafacNominalArchitecture = ArchitectureOf<
  'adafacNominal',
  typeof ADAFAC_NOMINAL_OPTIONS
>;

/** Which learned optimizer, and its shape. */
export type Architecture =
  | VeloArchitecture
  | OrthoVeloArchitecture
  | CeloArchitecture
  | Celo2Architecture
  | AdafacMlpArchitecture
  | MlpLoptArchitecture
  | RnnMlpArchitecture
  | NnAdamArchitecture
  | AdafacNominalArchitecture
  | { readonly kind: 'learnableAdam' }
  | { readonly kind: 'learnableSgdm' }
  | { readonly kind: 'learnableSgd' };

export type ArchitectureKind = Architecture['kind'];

type WithVelo = Extract<Architecture, { readonly kind: 'velo' | 'orthoVelo' }>;

/** Whether all of VeLO is in it. */
export function hasVelo(architecture: Architecture): architecture is WithVelo {
  return architecture.kind === 'velo' || architecture.kind === 'orthoVelo';
}

/** The weights of a learned optimizer, which know what they are for. */
export interface Theta<A extends Architecture = Architecture> {
  readonly architecture: A;
  /** Exactly the names and shapes of `thetaSpecs(architecture)`. */
  readonly tensors: NamedFloats;
}
