import { describe, expect, it } from 'vitest';
import {
  ARCHITECTURE_KINDS,
  createArchitecture,
  createRng,
  decodeTheta,
  encodeTheta,
  flatTheta,
  initTheta,
  learnedOptimizer,
  thetaOf,
  thetaSpecs,
  thetaWords,
} from '../../../../../src/core/index';
import type { TensorsWithMetadata } from '../../../../../src/core/index';
import { decodeSafetensors, encodeSafetensors } from '../../../../../src/storage/index';

const card = { name: 'test', provenance: 'random', licence: 'MIT', createdBy: 'a test' };
const rng = () => createRng({ seed: 1, purpose: 'theta' });

/** Other options than the defaults, one of each kind of value. */
const OTHERS: readonly (readonly [string, Record<string, unknown>])[] = [
  ['velo', { hidden: 9, bank: 3, ffMult: 1.5, buggedLossFeatures: true }],
  ['orthoVelo', { hidden: 7, bank: 2 }],
  ['celo', { hidden: 9, phase: 1 }],
  ['celo2', { hidden: 4, orthogonal: false, schedule: 'cosine', learningRate: 1e-3 / 3 }],
  ['adafacMlp', { hidden: 32, hiddenLayers: 1 }],
  ['mlpLopt', { hidden: 3, stepScale: 0.1 }],
  ['rnnMlp', { lstmHidden: 5, fromMlp: 2, toMlp: 3, fromLstm: 4 }],
  ['nnAdam', { hidden: 7, outputScale: 0.02 }],
  ['adafacNominal', { nominalGradient: 'aggMo', nominalStep: 0.01, decayControlled: true }],
  ['learnableAdam', {}],
  ['learnableSgdm', {}],
  ['learnableSgd', {}],
];

describe('the number of meta-parameters is that of the originals', () => {
  it.each<[string, Record<string, unknown>, number]>([
    ['velo', {}, 2_320_385],
    ['velo', { hidden: 64, bank: 32 }, 46_337],
    ['orthoVelo', { hidden: 32, bank: 8 }, 12_929 + 2 * 1_052],
    ['celo', {}, 37_089],
    ['celo2', {}, 347],
    ['adafacMlp', {}, 197],
    ['mlpLopt', {}, 1_762],
    ['rnnMlp', {}, 35_799],
    ['nnAdam', {}, 6_856],
    ['adafacNominal', {}, 207],
    ['learnableAdam', {}, 4],
    ['learnableSgdm', {}, 2],
    ['learnableSgd', {}, 1],
  ])('%s %j: %i', (kind, options, count) => {
    expect(thetaWords(createArchitecture(kind, options))).toBe(count);
  });

  it('for all there are', () => {
    expect(OTHERS.map(([kind]) => kind)).toEqual([...ARCHITECTURE_KINDS]);
  });
});

describe.each(OTHERS)('a theta of %s %j', (kind, options) => {
  const architecture = createArchitecture(kind, options);
  const theta = initTheta(architecture, rng());

  it('is flat and back, in the order of its arrays', () => {
    const flat = flatTheta(theta);
    expect(flat).toHaveLength(thetaWords(architecture));
    expect(thetaOf(architecture, flat)).toEqual(theta);
    expect(Object.keys(theta.tensors)).toEqual(thetaSpecs(architecture).map(({ name }) => name));
    expect(() => thetaOf(architecture, flat.subarray(1))).toThrow(/a theta of \d+ numbers, got/);
  });

  it('comes back from a file as it was', () => {
    const bytes = encodeSafetensors(encodeTheta(theta, card));
    const content = decodeSafetensors(bytes, { code: 'weights', fileName: 'f' });
    expect(decodeTheta(content, 'f')).toEqual({ theta, card });
  });

  it('is the same for the same generator', () => {
    expect(initTheta(architecture, rng())).toEqual(theta);
  });
});

describe('a fresh theta', () => {
  const fresh = (kind: string) => initTheta(createArchitecture(kind), rng()).tensors;

  it.each([
    ['celo', 'rnn_params/linear_1/w', 18, 0.88],
    ['celo', 'rnn_params/rnn/linear/w', 128, 0.88],
    ['celo', 'ff_mod_stack/~/w0__3', 30, 0.88],
    ['celo2', 'ff_mod_stack/~/w0__3', 30, 0.88],
    ['celo2', 'ff_mod_stack/~/w1', 8, 0.88],
    ['adafacMlp', 'nn/~/w0', 39, 0.88],
    ['mlpLopt', 'mlp/~/linear_1/w', 32, 0.88],
    ['rnnMlp', 'ffmod_params/mlp/~/linear_0/w', 54, 0.88],
    ['rnnMlp', 'rnn_params/rnn/linear/w', 116, 0.88],
    ['rnnMlp', 'initial_from_lstm', 18, 1],
    ['nnAdam', 'rnn_params/rnn/linear/w', 51, 0.88],
    ['adafacNominal', 'nn/~/w0', 39, 0.88],
  ])('of %s draws %s by its fan-in %d, in units of which the sd is %d', (kind, name, fanIn, sd) => {
    const values = [...fresh(kind)[name]!.data].map((value) => value * Math.sqrt(fanIn));
    const got = Math.sqrt(values.reduce((sum, x) => sum + x * x, 0) / values.length);
    const slack = 3 / Math.sqrt(2 * values.length);
    expect(got).toBeGreaterThan(sd * (1 - slack));
    expect(got).toBeLessThan(sd * (1 + slack));
    expect(Math.max(...values.map(Math.abs))).toBeLessThanOrEqual((sd * 2) / 0.8796 + 1e-6);
  });

  it('leaves biases, LSTM states and offsets of decays at zero', () => {
    for (const kind of ARCHITECTURE_KINDS.filter((one) => !one.startsWith('learnable'))) {
      if (kind === 'velo') continue;
      const zeros = Object.entries(fresh(kind)).filter(([name]) =>
        /\/b\d?$|lstm_init_state|_decays|rnn_to_controls_params/.test(name),
      );
      expect(zeros.length).toBeGreaterThan(2);
      for (const [, { data }] of zeros) expect(data.every((value) => value === 0)).toBe(true);
    }
  });

  it.each([
    ['nnAdam', 'per_layer_lr', 0.1 * Math.log(1e-4)],
    ['nnAdam', 'per_layer_beta1', 0.1 * Math.log(0.1)],
    ['nnAdam', 'per_layer_beta2', 0.1 * Math.log(0.001)],
    ['nnAdam', 'per_layer_epsilon', 0.1 * Math.log(1e-8)],
    ['learnableAdam', 'log_lr', Math.log(0.001)],
    ['learnableAdam', 'one_minus_beta2', Math.log(0.001)],
    ['learnableSgdm', 'one_minus_momentum', Math.log(0.1)],
    ['learnableSgd', 'log_lr', Math.log(0.01)],
  ])('of %s begins with %s at %d', (kind, name, value) => {
    expect(fresh(kind)[name]!.data[0]).toBeCloseTo(value, 5);
  });
});

describe('an architecture', () => {
  it('is what was asked for, with defaults for the rest', () => {
    expect(createArchitecture('celo', { hidden: 8 })).toEqual({
      kind: 'celo',
      hidden: 8,
      phase: 2,
    });
    const { title, sizes } = learnedOptimizer(createArchitecture('celo'));
    expect([title, sizes(createArchitecture('celo'))]).toEqual(['Celo', 'hidden size 64']);
  });

  it.each<[string, Record<string, unknown>, string]>([
    ['lion', {}, 'there is no learned optimizer called lion'],
    ['celo', { bank: 3 }, 'celo: there is no option bank'],
    ['celo', { phase: 3 }, 'celo: phase must be a whole number from 1 to 2, got 3'],
    [
      'celo2',
      { schedule: 'linear' },
      'celo2: schedule must be one of constant, cosine, got "linear"',
    ],
  ])('is refused: %s %j', (kind, options, message) => {
    expect(() => createArchitecture(kind, options)).toThrow(message);
  });
});

describe('a file that says it is of another optimizer than VeLO', () => {
  const good = encodeTheta(initTheta(createArchitecture('celo2'), rng()), card);
  const withMetadata = (change: Record<string, string>): TensorsWithMetadata => {
    return { ...good, metadata: { ...good.metadata, ...change } };
  };

  it.each<[string, TensorsWithMetadata, string]>([
    [
      'an option is missing',
      {
        ...good,
        metadata: Object.fromEntries(
          Object.entries(good.metadata).filter(([key]) => key !== 'orthogonal'),
        ),
      },
      'f: metadata "orthogonal" is missing',
    ],
    [
      'an option is none of its words',
      withMetadata({ schedule: 'linear' }),
      'f: metadata "schedule" must be "constant" or "cosine", got "linear"',
    ],
    [
      'a number is out of its range',
      withMetadata({ learningRate: '0' }),
      'f: metadata "learningRate" must be a finite number > 0, got 0',
    ],
    [
      'a tensor has another shape',
      withMetadata({ hidden: '9' }),
      'f: tensor "ff_mod_stack/~/w0__0" of a Celo2 theta of hidden size 9 must have shape [1,9], got [1,8]',
    ],
    [
      'its arrays are of another kind',
      withMetadata({ kind: 'learnableSgd' }),
      'f: "ff_mod_stack/~/w0__0" is not a tensor of a LearnableSGD theta',
    ],
  ])('is refused when %s', (_, content, message) => {
    expect(() => decodeTheta(content, 'f')).toThrow(message);
  });
});
