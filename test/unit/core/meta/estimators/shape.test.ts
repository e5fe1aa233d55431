import { describe, expect, it } from 'vitest';
import { createShape } from '../../../../../src/core/meta/estimators/shape';
import type { ShapeSpec } from '../../../../../src/core/meta/estimators/shape';

describe('shapes of loss differences', () => {
  it.each<[ShapeSpec, number]>([
    [{ kind: 'raw' }, -0.3],
    [{ kind: 'sign', scale: 2 }, -2],
    [{ kind: 'tanh', scale: 0.1 }, -Math.tanh(3)],
    [{ kind: 'soft', scale: 0.5 }, -0.3 / 0.8],
    [{ kind: 'clip', limit: 0.25 }, -0.25],
    [{ kind: 'clip', limit: 1 }, -0.3],
  ])('%j makes of -0.3 %d', (spec, expected) => {
    const shape = createShape(spec);
    expect(shape(-0.3)).toBeCloseTo(expected, 12);
    expect(shape(0.3)).toBeCloseTo(-expected, 12);
    expect(shape(0)).toBe(0);
  });

  it('makes nothing of a difference that is no finite number', () => {
    for (const spec of [{ kind: 'raw' }, { kind: 'sign', scale: 1 }] as const) {
      expect([NaN, Infinity, -Infinity].map(createShape(spec))).toEqual([0, 0, 0]);
    }
  });

  it('refuses a scale or limit that is not above 0', () => {
    expect(() => createShape({ kind: 'soft', scale: 0 })).toThrow(
      'scale of shape soft must be a finite number above 0, got 0',
    );
    expect(() => createShape({ kind: 'clip', limit: NaN })).toThrow('limit of shape clip');
  });
});
