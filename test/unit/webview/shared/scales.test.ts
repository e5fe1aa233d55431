import { describe, expect, it } from 'vitest';
import { linearTicks, logTicks, stepScale, zoomRange } from '../../../../webview/shared/scales';

const labels = (ticks: readonly { label: string }[]) => ticks.map(({ label }) => label);

describe('stepScale', () => {
  it('maps steps to pixels and back on both axes', () => {
    for (const kind of ['linear', 'log'] as const) {
      const scale = stepScale({ kind, from: 0, to: 1000, left: 96, right: 1096 });
      expect(scale.toPixel(0)).toBe(96);
      expect(scale.toPixel(1000)).toBeCloseTo(1096, 9);
      for (const step of [1, 37, 999])
        expect(scale.toStep(scale.toPixel(step))).toBeCloseTo(step, 6);
    }
  });

  it('gives the units of the axis that plots draw in', () => {
    const scale = stepScale({ kind: 'log', from: 0, to: 999, left: 0, right: 300 });
    expect(scale.axisRange).toEqual([0, 3]);
    expect(scale.toAxis(99)).toBe(2);
    expect(scale.toPixel(99)).toBeCloseTo(200, 9);
    expect(scale.axisTicks(5).map(({ value }) => value)).toEqual([
      0,
      Math.log10(2),
      Math.log10(11),
      Math.log10(101),
    ]);
  });

  it('puts ticks on whole steps, and 1-2-5 on a short logarithmic range', () => {
    const linear = stepScale({ kind: 'linear', from: 0, to: 3, left: 0, right: 500 });
    expect(labels(linear.ticks(10))).toEqual(['0', '1', '2', '3']);
    const zoomed = stepScale({ kind: 'log', from: 10, to: 100, left: 0, right: 500 });
    expect(labels(zoomed.ticks(10))).toEqual(['10', '20', '50', '100']);
    const thousands = stepScale({ kind: 'linear', from: 0, to: 100_000, left: 0, right: 500 });
    expect(labels(thousands.ticks(4))).toEqual(['0', '25,000', '50,000', '75,000', '10⁵']);
  });

  it('stands a range of one step', () => {
    const scale = stepScale({ kind: 'linear', from: 5, to: 5, left: 0, right: 100 });
    expect(scale.toPixel(5)).toBe(0);
    expect(Number.isFinite(scale.toStep(50))).toBe(true);
  });
});

it('chooses even ticks at round numbers', () => {
  expect(labels(linearTicks(-2, 12, 3))).toEqual(['0', '5', '10']);
  expect(labels(linearTicks(-0.3, 0.3, 4))).toEqual(['−0.2', '0', '0.2']);
  expect(linearTicks(1, 1, 4)).toEqual([]);
});

it('chooses 1-2-5 under 2.5 decades, else powers of ten, never fewer than two ticks', () => {
  expect(labels(logTicks(0.15, 2.5))).toEqual(['0.2', '0.5', '1', '2']);
  expect(labels(logTicks(0.02, 3))).toEqual(['0.03', '0.1', '0.3', '1', '3']);
  expect(labels(logTicks(1e-9, 1))).toEqual(['10⁻⁸', '10⁻⁶', '10⁻⁴', '10⁻²', '10⁰']);
  expect(labels(logTicks(0.01, 10))).toEqual(['0.01', '0.1', '1', '10']);
  expect(labels(logTicks(0.31, 0.34))).toEqual(['0.31', '0.32', '0.33', '0.34']);
});

it('zooms around a step, inside the bounds and not below the shortest range', () => {
  expect(zoomRange([0, 1000], 0.5, 500, [0, 1000])).toEqual([250, 750]);
  expect(zoomRange([0, 1000], 0.5, 0, [0, 1000])).toEqual([0, 500]);
  expect(zoomRange([250, 750], 2, 700, [0, 1000])).toEqual([0, 1000]);
  expect(zoomRange([100, 200], 2, 200, [0, 1000])).toEqual([0, 200]);
  expect(zoomRange([100, 106], 0.1, 103, [0, 1000])).toEqual([101, 105]);
});
