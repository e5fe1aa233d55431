/**
 * VeLO's meta-parameters: which tensors a theta of hidden size H and bank size P holds, and the quirks of the
 * reference that it was trained with. Names are those of the reference's parameter tree.
 */
import type { NamedFloats, TensorSpec } from '../../../base/index';
import { truncatedNormal } from '../../compute/parameters';
import type { ParamSpec } from '../../compute/parameters';

export interface VeloArchitecture {
  readonly kind: 'velo';
  /** LSTM hidden size H. */
  readonly hidden: number;
  /** Number P of per-parameter MLPs in the bank. */
  readonly bank: number;
  /** Factor on the mean over the bank; 100 in the released optimizer, 1 in Celo's retrained ones. */
  readonly ffMult: number;
  /** The loss buffer is built for 10 steps whatever T is. */
  readonly buggedLossFeatures: boolean;
  /** The LSTM starts from its learned initial state at every step. */
  readonly buggedNextLstmState: boolean;
}

export interface VeloTheta {
  readonly architecture: VeloArchitecture;
  /** Exactly the names and shapes of `veloParameters(architecture)`. */
  readonly tensors: NamedFloats;
}

/** Inputs of the LSTM's layers, per tensor. */
export const LSTM_INPUTS = 30;

/** Input channels of each of the 14 first-layer blocks `w0__0` … `w0__13`. */
export const FEATURE_GROUPS = [1, 1, 1, 3, 1, 3, 1, 3, 1, 3, 3, 3, 3, 3] as const;

/** The released optimizer's architecture with another LSTM and bank: factor 100, none of the old defects. */
export function releasedArchitecture(hidden: number, bank: number): VeloArchitecture {
  return {
    kind: 'velo',
    hidden,
    bank,
    ffMult: 100,
    buggedLossFeatures: false,
    buggedNextLstmState: false,
  };
}

/** Inputs of the bank's first layer; its 14 blocks share this fan-in. */
const FIRST_LAYER_INPUTS = 30;

/** Sizes of a theta; Celo's has one network and fewer inputs. */
export interface VeloSizes extends Pick<VeloArchitecture, 'hidden' | 'bank'> {
  /** Of the LSTM's layers, default `LSTM_INPUTS`. */
  readonly lstmInputs?: number;
}

/**
 * Every tensor of a theta, in the order of the reference's tables. Weights start from a normal of sd 1/√fan-in cut off
 * at ±2 sd, everything else at 0: the initialisers of HyperV2 and haiku's default for linear layers.
 */
export function veloParameters(sizes: VeloSizes): ParamSpec[] {
  return tensorsOfSizes(sizes).map((spec) => {
    const fanIn = fanInOf(spec);
    return fanIn === undefined ? spec : { ...spec, start: truncatedNormal(fanIn) };
  });
}

/** Fan-in of a weight; undefined for biases and the LSTM's initial state. */
function fanInOf({ name, shape }: TensorSpec): number | undefined {
  if (name.startsWith('ff_mod_stack/~/w0__')) return FIRST_LAYER_INPUTS;
  if (name.startsWith('ff_mod_stack/~/w')) return shape[1];
  return name.endsWith('/w') ? shape[0] : undefined;
}

function tensorsOfSizes({ hidden: H, bank: P, lstmInputs = LSTM_INPUTS }: VeloSizes): TensorSpec[] {
  const spec = (name: string, ...shape: number[]): TensorSpec => ({ name, shape });
  return [
    ...FEATURE_GROUPS.map((width, group) => spec(`ff_mod_stack/~/w0__${group}`, P, width, 4)),
    spec('ff_mod_stack/~/b0', P, 4),
    spec('ff_mod_stack/~/w1', P, 4, 4),
    spec('ff_mod_stack/~/b1', P, 4),
    spec('ff_mod_stack/~/w2', P, 4, 3),
    spec('ff_mod_stack/~/b2', P, 3),
    spec('lstm_init_state/hidden', 1, H),
    spec('lstm_init_state/cell', 1, H),
    ...['linear', 'linear_1', 'linear_2'].flatMap((layer) => [
      spec(`rnn_params/${layer}/w`, lstmInputs, H),
      spec(`rnn_params/${layer}/b`, H),
    ]),
    spec('rnn_params/rnn/linear/w', 2 * H, 4 * H),
    spec('rnn_params/rnn/linear/b', 4 * H),
    spec('rnn_params/rnn_to_controls/w', H, P),
    spec('rnn_params/rnn_to_controls/b', P),
    spec('rnn_params/step_size/w', H, 1),
    spec('rnn_params/step_size/b', 1),
  ];
}
