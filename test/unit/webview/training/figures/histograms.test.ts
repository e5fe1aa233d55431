import { describe, expect, it } from 'vitest';
import {
  addHistogram,
  binEdge,
  binOf,
  decadeTicks,
  percentileBins,
  signedCounts,
  sizeShares,
  summarize,
  usedBins,
} from '../../../../../webview/training/figures/histograms';
import { NAN_SLOT } from '../../../../../src/protocol/live/index';
import { histogram } from '../builders';

const BINS = 100;

describe('bins', () => {
  it('are half-octaves from 2^-40', () => {
    expect(binEdge(0)).toBe(2 ** -40);
    expect(binEdge(80)).toBe(1);
    expect(binEdge(81)).toBeCloseTo(Math.SQRT2, 12);
    expect(binOf(1)).toBe(80);
    expect(binOf(binEdge(12.5))).toBeCloseTo(12.5, 9);
  });

  it('have a tick at each power of ten inside, largest first', () => {
    const ticks = decadeTicks({ from: 60, to: 90 });
    expect(ticks.map(({ exponent }) => exponent)).toEqual([1, 0, -1, -2, -3]);
    expect(ticks[1]?.bin).toBe(80);
    expect(decadeTicks({ from: 60, to: 90 }, 2).map(({ exponent }) => exponent)).toEqual([0, -2]);
  });
});

describe('shares by size', () => {
  it('add both signs and count zeros in the whole', () => {
    const counts = histogram({ positive: { 3: 2 }, negative: { 3: 1, 5: 4 }, zero: 3 });
    const shares = sizeShares(counts, 0, new Float32Array(BINS));
    expect(shares[3]).toBeCloseTo(0.3, 6);
    expect(shares[5]).toBeCloseTo(0.4, 6);
    expect(shares.reduce((a, b) => a + b)).toBeCloseTo(0.7, 6);
  });

  it('are zero where nothing was counted', () => {
    expect(Math.max(...sizeShares(histogram({}), 0, new Float32Array(BINS)))).toBe(0);
  });

  it('read one sign from the smallest bin up', () => {
    const counts = histogram({ positive: { 0: 1, 99: 2 }, negative: { 0: 3, 99: 4 } });
    expect(signedCounts(counts, 0, 1)[0]).toBe(1);
    expect(signedCounts(counts, 0, 1)[99]).toBe(2);
    expect(signedCounts(counts, 0, -1)[0]).toBe(3);
    expect(signedCounts(counts, 0, -1)[99]).toBe(4);
  });

  it('add up over histograms slot by slot', () => {
    const sum = histogram({ positive: { 1: 1 }, zero: 1 });
    addHistogram(sum, histogram({ positive: { 1: 2, 2: 5 }, negative: { 7: 3 }, zero: 4 }), 0);
    expect(sum).toEqual(histogram({ positive: { 1: 3, 2: 5 }, negative: { 7: 3 }, zero: 5 }));
  });
});

describe('percentiles', () => {
  const shares = Float32Array.from({ length: BINS }, (_, bin) =>
    bin === 10 || bin === 12 ? 0.25 : 0,
  );

  it('lie inside the bins by the mass before them', () => {
    // Half of the mass in bin 10, half in bin 12: 25 % is in the middle of bin 10, 75 % in the middle of bin 12.
    expect(percentileBins(shares, [0, 0.25, 0.5, 0.75, 1])).toEqual([10, 10.5, 11, 12.5, 13]);
  });

  it('do not exist without mass', () => {
    expect(percentileBins(new Float32Array(BINS), [0.5])).toEqual([NaN]);
  });

  it('of a summary leave zeros out and count them apart', () => {
    const counts = histogram({ positive: { 80: 1 }, negative: { 80: 1 }, zero: 6 });
    counts[NAN_SLOT] = 2;
    const summary = summarize(counts);
    expect(summary).toMatchObject({ total: 10, zero: 6, notANumber: 2, infinite: 0 });
    expect(summary.median).toBeCloseTo(2 ** 0.25, 6);
  });
});

describe('the bins that are drawn', () => {
  const massAt = (entries: Record<number, number>) =>
    Float64Array.from({ length: BINS }, (_, bin) => entries[bin] ?? 0);

  it('leave out tails of 1.2 % below and 0.001 % above', () => {
    expect(usedBins(massAt({ 10: 0.01, 30: 0.5, 50: 0.489999, 70: 0.000001 }))).toEqual({
      from: 30,
      to: 51,
    });
  });

  it('keep tails that are larger', () => {
    expect(usedBins(massAt({ 10: 0.02, 30: 0.97, 70: 0.01 }))).toEqual({ from: 10, to: 71 });
  });

  it('are at least eight', () => {
    const { from, to } = usedBins(massAt({ 40: 1 }));
    expect(to - from).toBe(8);
    expect(from).toBeLessThanOrEqual(40);
    expect(to).toBeGreaterThan(40);
  });

  it('are all when nothing was counted', () => {
    expect(usedBins(new Float64Array(BINS))).toEqual({ from: 0, to: BINS });
  });
});
