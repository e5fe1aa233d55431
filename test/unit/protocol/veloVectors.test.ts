import { describe, expect, it } from 'vitest';
import { UserError } from '../../../src/base/index';
import { decodeVeloVectors, fillArray, parseVeloVectors } from '../../../src/protocol/index';
import { recordVectors } from '../../support/recordVectors';

const sound = recordVectors({ shapes: { w: [2, 3], b: [] }, hidden: 2, bank: 1, losses: [1, 2] });

describe('a velo-vectors-1 file', () => {
  it('has its arrays filled by mulberry32', () => {
    // The first outputs of mulberry32(1) are 0.62707394…, 0.00273571…, 0.52744700….
    const { data } = fillArray({ shape: [3], seed: 1, scale: 0.5 });
    expect(data[0]).toBeCloseTo(0.627073940588161 - 0.5, 7);
    expect(data[1]).toBeCloseTo(0.002735721180215478 - 0.5, 7);
    expect(data[2]).toBeCloseTo(0.5274470399599522 - 0.5, 7);
  });

  it('takes single numbers for arrays of one element', () => {
    const vectors = decodeVeloVectors(sound, 'f');
    expect(vectors.steps[0]!.expect.stepMultiplier!['w']).toHaveLength(1);
  });

  it('may leave out flags, tolerances, distances and expectations', () => {
    const { format, numSteps, theta, tensors } = sound;
    const steps = sound.steps.map(({ loss, gradients }) => ({ loss, gradients }));
    const bare = { format, numSteps, theta, tensors, steps, architecture: { hidden: 2, bank: 1 } };
    const vectors = decodeVeloVectors(bare, 'f');
    expect(vectors.architecture).toEqual({
      hidden: 2,
      bank: 1,
      ffMult: 100,
      buggedLossFeatures: false,
      buggedNextLstmState: false,
    });
    expect(vectors.tolerance.path).toBe(2e-4);
    expect(vectors.steps[1]!.expect).toEqual({});
  });

  it.each<[string, (file: typeof sound) => unknown, string]>([
    ['another format', (f) => ({ ...f, format: 'x' }), 'f: format: '],
    ['no steps', (f) => ({ ...f, steps: [] }), 'f: steps: '],
    [
      'a text for a loss',
      (f) => ({ ...f, steps: [{ ...f.steps[0], loss: 'x' }] }),
      'f: steps[0].loss: ',
    ],
    [
      'a gradient too few',
      (f) => ({ ...f, steps: [{ ...f.steps[0]!, gradients: [{ seed: 1, scale: 1 }] }] }),
      'f: steps[0].gradients: expected 2, one a tensor, got 1',
    ],
    [
      'an expectation for an unknown tensor',
      (f) => ({ ...f, steps: [{ ...f.steps[0]!, expect: { momentum: { q: [1] } } }] }),
      'f: steps[0].expect.momentum: there is no tensor "q" in this file',
    ],
    [
      'a distance for an unknown tensor',
      (f) => ({ ...f, steps: [{ ...f.steps[0]!, moved: { q: 1 } }] }),
      'f: steps[0].moved: there is no tensor "q" in this file',
    ],
    [
      'two tensors of one name',
      (f) => ({ ...f, tensors: [f.tensors[0], f.tensors[0]] }),
      'f: tensors: the name "w" occurs twice',
    ],
    ['a list', () => [], 'f: the file: '],
  ])('is refused with %s', (_why, change, message) => {
    const read = () => decodeVeloVectors(change(sound), 'f');
    expect(read).toThrow(UserError);
    expect(read).toThrow(message);
  });

  it('is refused when it is not JSON', () => {
    expect(() => parseVeloVectors('{', 'f')).toThrow('f: not JSON: ');
  });
});
