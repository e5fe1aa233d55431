import { describe, expect, it } from 'vitest';
import { UserError } from '../../../../../src/base/index';
import { decodeTheta, encodeTheta } from '../../../../../src/core/index';
import type { TensorsWithMetadata } from '../../../../../src/core/index';
import { randomTheta } from '../../../../support/veloStep';

const theta = randomTheta(2);
const card = { name: 'test', provenance: 'random', licence: 'MIT', createdBy: 'a test' };
const good = encodeTheta(theta, card);
const B0 = 'ff_mod_stack/~/b0';

const withMetadata = (change: Record<string, string | undefined>): TensorsWithMetadata => {
  const entries = Object.entries({ ...good.metadata, ...change });
  const kept = entries.filter((pair): pair is [string, string] => pair[1] !== undefined);
  return { ...good, metadata: Object.fromEntries(kept) };
};
const withArray = (name: string, shape: number[], data: Float32Array | Int32Array) => ({
  ...good,
  tensors: { ...good.tensors, [name]: { shape, data } },
});
const spoiled = (value: number): Float32Array => {
  const data = theta.tensors[B0]!.data.slice();
  data[7] = value;
  return data;
};

describe('a theta on disk', () => {
  it('comes back as it was, flags and card included', () => {
    const other = {
      ...theta,
      architecture: { ...theta.architecture, ffMult: 1, buggedNextLstmState: true },
    };
    const back = decodeTheta(encodeTheta(other, card), 'f');
    expect(back.theta).toEqual(other);
    expect(back.card).toEqual(card);
  });

  it('keeps further notes on its card, which cannot stand for what it is', () => {
    const notes = { cost: 'an hour', hidden: '7' };
    const back = decodeTheta(encodeTheta(theta, { ...card, notes }), 'f');
    expect(back.theta).toEqual(theta);
    expect(back.card).toEqual({ ...card, notes: { cost: 'an hour' } });
  });

  it('says in strings what it is', () => {
    expect(good.metadata).toEqual({
      format: 'velo-theta-1',
      kind: 'velo',
      hidden: '6',
      bank: '3',
      ffMult: '100',
      buggedLossFeatures: 'false',
      buggedNextLstmState: 'false',
      ...card,
    });
  });

  it.each<[string, TensorsWithMetadata, string]>([
    [
      'a tensor is missing',
      { ...good, tensors: omit(good.tensors, B0) },
      'f: tensor "ff_mod_stack/~/b0" of a theta of hidden size 6 and bank size 3 is missing',
    ],
    [
      'there is one tensor too many',
      withArray('extra', [1], new Float32Array(1)),
      'f: "extra" is not a tensor of a theta of hidden size 6 and bank size 3',
    ],
    [
      'the metadata announces another hidden size',
      withMetadata({ hidden: '8' }),
      'f: tensor "lstm_init_state/hidden" of a theta of hidden size 8 and bank size 3 must have shape [1,8], got [1,6]',
    ],
    [
      'a tensor holds NaN',
      withArray(B0, [3, 4], spoiled(NaN)),
      'f: tensor "ff_mod_stack/~/b0" must be finite, got NaN at index 7',
    ],
    [
      'a tensor holds infinity',
      withArray(B0, [3, 4], spoiled(-Infinity)),
      'f: tensor "ff_mod_stack/~/b0" must be finite, got -Infinity at index 7',
    ],
    [
      'a tensor holds integers',
      withArray(B0, [3, 4], new Int32Array(12)),
      'f: tensor "ff_mod_stack/~/b0" must hold 32-bit floats, got integers',
    ],
    [
      'the format is another',
      withMetadata({ format: 'pt' }),
      'f: metadata "format" must be "velo-theta-1", got "pt"',
    ],
    ['there is no metadata', { ...good, metadata: {} }, 'f: metadata "format" is missing'],
    [
      'the kind is another',
      withMetadata({ kind: 'cello' }),
      'f: metadata "kind" must be "velo" or "orthoVelo" or "celo" or "celo2" or "adafacMlp" or "mlpLopt" or "rnnMlp" or "nnAdam" or ' +
        '"adafacNominal" or "learnableAdam" or "learnableSgdm" or "learnableSgd", got "cello"',
    ],
    [
      'a size is no whole number',
      withMetadata({ bank: '2.5' }),
      'f: metadata "bank" must be a positive whole number, got 2.5',
    ],
    [
      'a number is no number',
      withMetadata({ ffMult: '' }),
      'f: metadata "ffMult" must be a number, got ""',
    ],
    [
      'a flag is neither true nor false',
      withMetadata({ buggedLossFeatures: 'yes' }),
      'f: metadata "buggedLossFeatures" must be "true" or "false", got "yes"',
    ],
    [
      'the licence is missing',
      withMetadata({ licence: undefined }),
      'f: metadata "licence" is missing',
    ],
  ])('is refused when %s', (_why, content, message) => {
    expect(() => decodeTheta(content, 'f')).toThrow(new UserError('weights', message));
  });
});

function omit<T>(record: Readonly<Record<string, T>>, name: string): Record<string, T> {
  return Object.fromEntries(Object.entries(record).filter(([key]) => key !== name));
}
