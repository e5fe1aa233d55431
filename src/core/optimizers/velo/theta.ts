/**
 * VeLO's meta-parameters: which tensors a theta of hidden size H and bank size P holds, and the quirks of the
 * reference that it was trained with. Names are those of the reference's parameter tree.
 */
import { invariant, sizeOf } from '../../../base/index';
import type { FloatArray, NamedFloats, TensorSpec } from '../../../base/index';
import { entry } from './lookup';

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
  /** Exactly the names and shapes of `thetaSpecs(architecture)`. */
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

/** Every tensor of a theta, in the order of the reference's tables. */
export function thetaSpecs(architecture: Pick<VeloArchitecture, 'hidden' | 'bank'>): TensorSpec[] {
  const { hidden: H, bank: P } = architecture;
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
      spec(`rnn_params/${layer}/w`, LSTM_INPUTS, H),
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

/** All numbers of a theta one behind the other: f32, tensors in the order of `thetaSpecs`, each row by row. */
export function flatTheta({ architecture, tensors }: VeloTheta): Float32Array {
  const specs = thetaSpecs(architecture);
  const flat = new Float32Array(thetaWords(architecture));
  let at = 0;
  for (const { name, shape } of specs) {
    flat.set(entry(tensors, name).data, at);
    at += sizeOf(shape);
  }
  return flat;
}

/** The theta of some numbers in the order of `flatTheta`; its tensors are views of them. */
export function thetaOf(architecture: VeloArchitecture, flat: Float32Array): VeloTheta {
  const wanted = thetaWords(architecture);
  invariant(flat.length === wanted, `a theta of ${wanted} numbers, got ${flat.length}`);
  let at = 0;
  const tensors = thetaSpecs(architecture).map(({ name, shape }): [string, FloatArray] => {
    const data = flat.subarray(at, (at += sizeOf(shape)));
    return [name, { shape, data }];
  });
  return { architecture, tensors: Object.fromEntries(tensors) };
}

/** How many numbers a theta has. */
export function thetaWords(architecture: Pick<VeloArchitecture, 'hidden' | 'bank'>): number {
  return thetaSpecs(architecture).reduce((sum, { shape }) => sum + sizeOf(shape), 0);
}
