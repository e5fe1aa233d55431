import { describe, expect, it } from 'vitest';
import {
  indexAt,
  lowerBound,
  nearestIndex,
  pick,
  smooth,
  thinByPixel,
} from '../../../../webview/shared/curves';
import { stepScale } from '../../../../webview/shared/scales';

describe('smooth', () => {
  it('is the bias-corrected average of what came before', () => {
    const out = smooth(Float32Array.of(1, 3, 5), 0.5);
    expect([...out]).toEqual([1, Math.fround(7 / 3), Math.fround(27 / 7)]);
  });

  it('keeps gaps and goes on after them as if they had not been', () => {
    const gap = smooth(Float32Array.of(1, NaN, Infinity, 3), 0.5);
    expect([...gap]).toEqual([1, NaN, NaN, Math.fround(7 / 3)]);
  });

  it('changes nothing at weight 0', () => {
    expect([...smooth(Float32Array.of(2, 7), 0)]).toEqual([2, 7]);
  });
});

describe('thinByPixel', () => {
  const scale = stepScale({ kind: 'linear', from: 0, to: 1000, left: 0, right: 10 });

  it('keeps first, smallest, largest and last of each pixel column', () => {
    const steps = Float64Array.from({ length: 1000 }, (_, i) => i);
    const values = steps.map((step) => Math.sin(step));
    values[437] = 50;
    values[438] = -50;
    const kept = thinByPixel(steps, values, scale);
    expect(kept.length).toBeLessThanOrEqual(40);
    expect([...kept]).toEqual([...kept].sort((a, b) => a - b));
    expect([...kept]).toContain(437);
    expect([...kept]).toContain(438);
    expect(kept[0]).toBe(0);
    expect(kept.at(-1)).toBe(999);
  });

  it('keeps one of a run of gaps, so that the line breaks', () => {
    const values = Float64Array.from({ length: 100 }, (_, i) => (i > 20 && i < 30 ? NaN : i));
    const kept = thinByPixel(
      Float64Array.from(values, (_, i) => i),
      values,
      scale,
    );
    expect([...kept].filter((index) => Number.isNaN(values[index]))).toEqual([21]);
  });

  it('leaves out what is not in view but for the neighbours', () => {
    const steps = [0, 100, 200, 300, 400];
    const narrow = { ...scale, from: 150, to: 250 };
    expect([...thinByPixel(steps, [1, 2, 3, 4, 5], narrow)]).toEqual([1, 2, 3]);
  });

  it('takes nothing from nothing', () => {
    expect(thinByPixel([], [], scale)).toHaveLength(0);
  });
});

it('finds places in rising steps', () => {
  const steps = [0, 10, 20];
  expect([-1, 0, 5, 10, 25].map((step) => lowerBound(steps, step))).toEqual([0, 0, 1, 1, 3]);
  expect([-1, 0, 9, 10, 25].map((step) => indexAt(steps, step))).toEqual([-1, 0, 0, 1, 2]);
  expect([-5, 4, 6, 25].map((step) => nearestIndex(steps, step))).toEqual([0, 0, 1, 2]);
  expect(nearestIndex([], 1)).toBe(-1);
  expect([...pick(Float32Array.of(5, 6, 7), [2, 0])]).toEqual([7, 5]);
});
