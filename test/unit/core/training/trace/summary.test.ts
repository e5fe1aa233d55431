import { describe, expect, it } from 'vitest';
import { createRng } from '../../../../../src/core/index';
import * as histogram from '../../../../../src/core/training/trace/histogram';
import { createKernelSummarizer } from '../../../../../src/core/training/trace/kernelSummary';
import { plainSummarizer } from '../../../../../src/core/training/trace/plainSummary';
import type { Summarizer } from '../../../../../src/core/training/trace/summary';
import * as protocol from '../../../../../src/protocol/live/index';
import { kernelRuntimes } from '../../../../support/kernels';

const MAX_LENGTH = 5000;
const { HISTOGRAM_SLOTS, INFINITE_SLOT, NAN_SLOT, ZERO_SLOT } = histogram;

const kernels = kernelRuntimes.map((runtime) => ({
  name: `${runtime.flavour} ${runtime.isa}`,
  summarizer: createKernelSummarizer(runtime, MAX_LENGTH),
}));
const all: { readonly name: string; readonly summarizer: Summarizer }[] = [
  { name: 'plain TypeScript', summarizer: plainSummarizer },
  ...kernels,
];

/** The float32 with these bits. */
function fromBits(bits: number): number {
  return new Float32Array(Int32Array.of(bits).buffer)[0]!;
}

/** Slot and size of each slot that counted something. */
function counted(counts: Uint32Array): Record<number, number> {
  return Object.fromEntries([...counts.entries()].filter(([, count]) => count > 0));
}

function slotOf(summarizer: Summarizer, value: number): number {
  const entries = Object.entries(counted(summarizer.summarize(Float32Array.of(value)).counts));
  expect(entries).toHaveLength(1);
  return Number(entries[0]![0]);
}

/** Floats of every size, sign and kind: random bits. */
function anyFloats(length: number): Float32Array {
  const rng = createRng({ seed: 7, purpose: 'noise' });
  return new Float32Array(
    Int32Array.from({ length }, () => Math.floor(rng.uniform() * 2 ** 32)).buffer,
  );
}

function normals(length: number, scale: number): Float32Array {
  const values = new Float32Array(length);
  createRng({ seed: 8, purpose: 'noise' }).fillNormal(values, 0, scale);
  return values;
}

describe('the slots of a histogram', () => {
  it('are those that the protocol describes', () => {
    const { BINS_PER_SIGN, FIRST_BIN_LOG2 } = histogram;
    const own = {
      BINS_PER_SIGN,
      FIRST_BIN_LOG2,
      HISTOGRAM_SLOTS,
      INFINITE_SLOT,
      NAN_SLOT,
      ZERO_SLOT,
    };
    expect(protocol).toMatchObject(own);
    expect(protocol.BINS_PER_OCTAVE).toBe(2);
  });
});

describe.each(all)('a histogram by $name', ({ summarizer }) => {
  it.each([
    ['zero', 0, ZERO_SLOT],
    ['negative zero', -0, ZERO_SLOT],
    ['NaN', NaN, NAN_SLOT],
    ['a negative NaN', fromBits(0xffc00001 | 0), NAN_SLOT],
    ['infinity', Infinity, INFINITE_SLOT],
    ['negative infinity', -Infinity, INFINITE_SLOT],
    ['the smallest denormal', 2 ** -149, 101],
    ['a negative denormal', -(2 ** -130), 99],
    ['2^-41, below the smallest bin', 2 ** -41, 101],
    ['2^-40', 2 ** -40, 101],
    ['the float below 2^-39.5', fromBits(0x2bb504f3), 101],
    ['the float above 2^-39.5', fromBits(0x2bb504f4), 102],
    ['2^-39', 2 ** -39, 103],
    ['1', 1, 181],
    ['-1', -1, 19],
    ['the float below √2', fromBits(0x3fb504f3), 181],
    ['the float above √2', fromBits(0x3fb504f4), 182],
    ['the float below 2^9.5', fromBits(0x443504f3), 199],
    ['the float above 2^9.5', fromBits(0x443504f4), 200],
    ['1024, above the largest bin', 1024, 200],
    ['the largest float', 3.4028234663852886e38, 200],
    ['the most negative float', -3.4028234663852886e38, 0],
  ])('puts %s into its slot', (_, value, slot) => {
    expect(slotOf(summarizer, value)).toBe(slot);
  });

  it('puts each bin edge, and not the float before it, into the bin', () => {
    for (let bin = 1; bin < 100; bin++) {
      const edge = Math.fround(2 ** (bin / 2 - 40));
      // An odd edge is no float: the nearest one may lie on either side of it.
      const isExact = bin % 2 === 0;
      const bits = new Int32Array(Float32Array.of(edge).buffer)[0]!;
      const first = isExact || edge > 2 ** (bin / 2 - 40) ? bits : bits + 1;
      expect(slotOf(summarizer, fromBits(first))).toBe(101 + bin);
      expect(slotOf(summarizer, fromBits(first - 1))).toBe(100 + bin);
      expect(slotOf(summarizer, -fromBits(first))).toBe(99 - bin);
    }
  });

  it('adds up to the number of elements', () => {
    for (const length of [0, 1, 3, 7, 255, 256, 257, 4999]) {
      const { counts } = summarizer.summarize(anyFloats(length));
      expect(counts).toHaveLength(HISTOGRAM_SLOTS);
      expect(counts.reduce((sum, count) => sum + count, 0)).toBe(length);
    }
  });

  it('knows the root mean square, NaN and infinity included', () => {
    expect(summarizer.summarize(Float32Array.of(3, -4)).rms).toBe(Math.fround(Math.sqrt(12.5)));
    expect(summarizer.summarize(Float32Array.of(1e30, 1e30)).rms).toBe(Math.fround(1e30));
    expect(summarizer.summarize(new Float32Array(20).fill(2 ** -145)).rms).toBe(2 ** -145);
    expect(summarizer.summarize(Float32Array.of(1, NaN)).rms).toBe(NaN);
    expect(summarizer.summarize(Float32Array.of(1, -Infinity)).rms).toBe(Infinity);
    expect(summarizer.summarize(new Float32Array(0)).rms).toBe(0);
  });

  it('sees the update as the difference in float32, denormals included', () => {
    const after = Float32Array.of(1, 2 ** -126, 5, Infinity, 0.1);
    const before = Float32Array.of(1, 1.5 * 2 ** -126, 4.5, Infinity, 0.3);
    const { parameter, update } = summarizer.summarizeUpdate(after, before);
    // 0, -2^-127, 0.5, NaN and -0.2
    expect(counted(update.counts)).toEqual({ 100: 1, 99: 1, 179: 1, [NAN_SLOT]: 1, 24: 1 });
    expect(parameter).toEqual(summarizer.summarize(after));
    expect([...after.slice(0, 3), ...before.slice(0, 3)]).toEqual([
      1,
      2 ** -126,
      5,
      1,
      1.5 * 2 ** -126,
      4.5,
    ]);
  });
});

describe.each(kernels)('the kernel on $name', ({ summarizer }) => {
  it.each([0, 1, 5, 16, 31, 1023, 1024, 1025, MAX_LENGTH])(
    'gives the same bits as plain TypeScript for %i floats',
    (length) => {
      for (const values of [anyFloats(length), normals(length, 1), normals(length, 1e-39)]) {
        expect(summarizer.summarize(values)).toEqual(plainSummarizer.summarize(values));
        const other = normals(length, 2e-39);
        expect(summarizer.summarizeUpdate(values, other)).toEqual(
          plainSummarizer.summarizeUpdate(values, other),
        );
      }
    },
  );
});
