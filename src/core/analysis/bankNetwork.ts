/**
 * One network of VeLO's bank, looked at alone: what it makes of a parameter's 30 features. Plain double-precision
 * arithmetic for a few hundred points; `velo/hypernetwork.ts` and `velo/step.ts` define what is computed here.
 */
import { invariant } from '../../base/index';
import { entry } from '../optimizers/velo/lookup';
import { MAGNITUDE_FACTOR } from '../optimizers/velo/step';
import type { VeloTheta } from '../optimizers/velo/theta';
import { FEATURE_GROUPS } from '../optimizers/velo/theta';

/** The features in the order of `velo/features.ts`, named as in the paper; numbers are decays. */
export const FEATURE_NAMES: readonly string[] = [
  'g',
  'clip(g)',
  'p',
  ...threeDecays('m'),
  'v',
  ...threeDecays('m·s'),
  's',
  ...threeDecays('g·R·C'),
  'g·s',
  ...threeDecays('v_row'),
  ...threeDecays('v_col'),
  ...threeDecays('1/√v_row'),
  ...threeDecays('1/√v_col'),
  ...threeDecays('m·R·C'),
];

/** Width of both hidden layers. */
export const HIDDEN_UNITS = 4;
const OUTPUTS = 3;

/** Points of a response curve: −3, −2.95, …, 3. */
const RESPONSE_POINTS = 121;
const RESPONSE_RANGE = 3;

/** A network 30 → 4 → 4 → 3 with ReLU; weights are [in, out] in C order. */
interface BankNetwork {
  readonly w0: Float64Array;
  readonly b0: Float64Array;
  readonly w1: Float64Array;
  readonly b1: Float64Array;
  readonly w2: Float64Array;
  readonly b2: Float64Array;
}

interface BankResponse {
  /** f32[121]: −3 … 3 root mean squares of the feature. */
  readonly inputs: Float32Array<ArrayBuffer>;
  /** f32[121] */
  readonly outputs: Float32Array<ArrayBuffer>;
  /** f32[30]: largest minus smallest output over the same range, of each feature. */
  readonly effects: Float32Array<ArrayBuffer>;
}

/**
 * The network that a tensor gets whose control is 1 for this network and 0 for all others: ffMult / P · Bₖ for each
 * array B of the bank.
 * @param index  k, in [0, P)
 */
function bankNetwork(theta: VeloTheta, index: number): BankNetwork {
  const { bank, ffMult } = theta.architecture;
  invariant(index >= 0 && index < bank, `no network ${index} in a bank of ${bank}`);
  const part = (name: string): Float64Array => {
    const { data } = entry(theta.tensors, `ff_mod_stack/~/${name}`);
    const size = data.length / bank;
    const own = data.subarray(index * size, (index + 1) * size);
    return Float64Array.from(own, (value) => (value * ffMult) / bank);
  };
  const blocks = FEATURE_GROUPS.map((_, group) => part(`w0__${group}`));
  return {
    w0: Float64Array.from(blocks.flatMap((block) => [...block])),
    b0: part('b0'),
    w1: part('w1'),
    b1: part('b1'),
    w2: part('w2'),
    b2: part('b2'),
  };
}

/**
 * Direction · exp(0.001 · magnitude): the update before the tensor's step multiplier, its scale and the factor 0.001.
 * @param features  f64[30], in units of each feature's root mean square over the tensor
 */
function networkOutput(network: BankNetwork, features: Float64Array): number {
  const first = layer(features, network.w0, network.b0).map(rectify);
  const second = layer(first, network.w1, network.b1).map(rectify);
  const [direction = 0, magnitude = 0] = layer(second, network.w2, network.b2);
  return direction * Math.exp(MAGNITUDE_FACTOR * magnitude);
}

/**
 * The response to one feature, the other 29 at rest (0), and how much each feature could move the output.
 * @param index  of the network, in [0, P)
 * @param feature  in [0, 30)
 */
export function bankResponse(theta: VeloTheta, index: number, feature: number): BankResponse {
  const network = bankNetwork(theta, index);
  const inputs = Float32Array.from(
    { length: RESPONSE_POINTS },
    (_, i) => RESPONSE_RANGE * ((2 * i) / (RESPONSE_POINTS - 1) - 1),
  );
  const effects = FEATURE_NAMES.map((_, other) => {
    const curve = curveOf(network, other, inputs);
    return Math.max(...curve) - Math.min(...curve);
  });
  return {
    inputs,
    outputs: Float32Array.from(curveOf(network, feature, inputs)),
    effects: Float32Array.from(effects),
  };
}

function curveOf(network: BankNetwork, feature: number, inputs: Float32Array): Float64Array {
  const features = new Float64Array(FEATURE_NAMES.length);
  return Float64Array.from(inputs, (value) => {
    features[feature] = value;
    return networkOutput(network, features);
  });
}

/** x·W + b */
function layer(x: Float64Array, weights: Float64Array, bias: Float64Array): Float64Array {
  const out = bias.slice();
  for (let i = 0; i < x.length; i++) {
    for (let o = 0; o < out.length; o++) out[o]! += x[i]! * weights[i * out.length + o]!;
  }
  return out;
}

/** max(x, 0), NaN stays NaN as in the optimizer. */
function rectify(x: number): number {
  return x < 0 ? 0 : x;
}

function threeDecays(name: string): string[] {
  return ['0.9', '0.99', '0.999'].map((decay) => `${name} ${decay}`);
}

/** Numbers of a theta that nothing reads, with where they are. Quirks `deadLayer` and `unusedOutput`. */
export function unusedWeights({ architecture, tensors }: VeloTheta): {
  readonly count: number;
  readonly where: string;
} {
  const dead = ['w', 'b'].map((name) => entry(tensors, `rnn_params/linear/${name}`).data.length);
  const thirdOutputs = architecture.bank * (HIDDEN_UNITS + 1);
  return {
    count: dead.reduce((sum, size) => sum + size, thirdOutputs),
    where: `rnn_params/linear, output ${OUTPUTS} of each network`,
  };
}
