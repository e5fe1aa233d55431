import { describe, expect, it } from 'vitest';
import { createArchitecture } from '../../../../src/core/optimizers/learned/registry';
import { thetaSpecs, thetaWords } from '../../../../src/core/optimizers/learned/theta';
import { releasedArchitecture } from '../../../../src/core/optimizers/velo/theta';
import { CLOCK_UNIT_SCALES } from '../../../../src/core/optimizers/velo/handmade/clocks';
import { thetaGroups, thetaScales } from '../../../../src/core/meta/thetaGroups';

const velo = releasedArchitecture(16, 4);

/** Where a number of a tensor is in the flat theta. */
function placeOf(name: string, index: number): number {
  let at = 0;
  for (const spec of thetaSpecs(velo)) {
    if (spec.name === name) return at + index;
    at += spec.shape.reduce((a, b) => a * b, 1);
  }
  throw new Error(name);
}

describe('groups of theta', () => {
  it('of VeLO hold every number that an update reads, once', () => {
    const indices = thetaGroups(velo).flatMap(({ indices }) => [...indices]);
    // The reference's `linear` is dead.
    expect(indices).toHaveLength(thetaWords(velo) - 31 * 16);
    expect(new Set(indices).size).toBe(indices.length);
    expect(thetaGroups(velo).map(({ name }) => name)).toContain('step multiplier, bias');
  });

  it('of optimizers without its parts are their tensors', () => {
    const adafac = createArchitecture('adafacMlp');
    const groups = thetaGroups(adafac);
    expect(groups.map(({ name }) => name)).toEqual(thetaSpecs(adafac).map(({ name }) => name));
    expect(thetaScales(adafac)).toEqual(new Float32Array(thetaWords(adafac)).fill(1));
  });
});

describe('scales of theta', () => {
  it('move an effective weight of the mixed network by one', () => {
    const scales = thetaScales(velo);
    // Mean of 4 networks, each times 100: the sd of 100 · mean of N(0, s²) is 100 s/√4.
    expect((100 * scales[placeOf('ff_mod_stack/~/w1', 0)]!) / Math.sqrt(4)).toBeCloseTo(1, 6);
    expect(scales[placeOf('rnn_params/linear/w', 3)]).toBe(0);
    expect(scales[placeOf('ff_mod_stack/~/w2', 2)]).toBe(0);
  });

  it('let built units of the LSTM move little, their clocks least', () => {
    const scales = thetaScales(velo, CLOCK_UNIT_SCALES);
    const bias = (gate: number, unit: number): number =>
      scales[placeOf('rnn_params/rnn/linear/b', 16 * gate + unit)]!;
    expect([bias(1, 0), bias(1, 9), bias(1, 13)]).toEqual([0.03, 0.03, 0.3].map(Math.fround));
    expect(bias(1, 12)).toBeCloseTo(2 / 700, 8);
    expect(bias(0, 12)).toBe(0.5);
  });
});
