import { describe, expect, it } from 'vitest';
import { decodeUnrolls, encodeUnrolls } from '../../../../src/engine/meta/unroll/unrollState';

const floats = (...data: number[]) => ({ shape: [data.length], data: Float32Array.from(data) });

describe('trainings in a checkpoint', () => {
  it('come back with their arrays in the order that they had', () => {
    const particle = { problem: 3, length: 9, step: 4 };
    const stand = {
      params: { w: floats(1, 2), b: floats(3) },
      state: { v: floats(5), a: floats() },
    };
    const state = {
      estimator: { problems: 4, particles: [particle, particle] },
      stands: [{ ...stand, step: 4, first: 0.1 }, undefined],
    };
    const { labels, tensors } = encodeUnrolls(state);
    const sorted = Object.fromEntries(Object.entries(tensors).sort(([a], [b]) => (a < b ? -1 : 1)));
    const back = decodeUnrolls({
      labels: JSON.parse(JSON.stringify(labels)) as object,
      tensors: sorted,
    });
    expect(back).toEqual(state);
    expect(Object.keys(back.stands[0]!.params)).toEqual(['w', 'b']);
    expect(() => decodeUnrolls({ labels, tensors: {} })).toThrow('lacks "stand/0/params/w"');
  });
});
