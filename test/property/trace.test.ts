import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { HISTOGRAM_SLOTS } from '../../src/core/training/trace/histogram';
import { createKernelSummarizer } from '../../src/core/training/trace/kernelSummary';
import { plainSummarizer } from '../../src/core/training/trace/plainSummary';
import { tracedUpdates } from '../../src/core/training/trace/schedule';
import { kernelRuntimes } from '../support/kernels';

const LONGEST = 600;
const values = fc.float32Array({ maxLength: LONGEST });
const summarizers = [
  { name: 'plain TypeScript', summarizer: plainSummarizer },
  ...kernelRuntimes.map((runtime) => ({
    name: `${runtime.flavour} ${runtime.isa}`,
    summarizer: createKernelSummarizer(runtime, 2 * LONGEST),
  })),
];

function sumOf(counts: Uint32Array): number {
  return counts.reduce((sum, count) => sum + count, 0);
}

describe.each(summarizers)('histograms by $name', ({ summarizer }) => {
  it('of two parts add up to that of the whole, and all to the number of elements', () => {
    fc.assert(
      fc.property(values, values, (one, two) => {
        const whole = summarizer.summarize(Float32Array.of(...one, ...two)).counts;
        const parts = [one, two].map((part) => summarizer.summarize(part).counts);
        const merged = Uint32Array.from(
          { length: HISTOGRAM_SLOTS },
          (_, slot) => parts[0]![slot]! + parts[1]![slot]!,
        );
        expect(whole).toEqual(merged);
        expect(sumOf(whole)).toBe(one.length + two.length);
      }),
    );
  });

  it('of the negated values are the mirror image', () => {
    fc.assert(
      fc.property(values, (array) => {
        const { counts, rms } = summarizer.summarize(array);
        const mirrored = summarizer.summarize(array.map((value) => -value));
        const ends = (slots: Uint32Array) => [...slots.slice(201)];
        expect([...mirrored.counts.slice(0, 201)].reverse()).toEqual([...counts.slice(0, 201)]);
        expect(ends(mirrored.counts)).toEqual(ends(counts));
        expect(mirrored.rms).toBe(rms);
      }),
    );
  });
});

describe('the automatic trace schedule', () => {
  it('rises from the first update to the last with no gap above T / 125', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 100_000_000 }), (numUpdates) => {
        const updates = tracedUpdates(numUpdates);
        expect([updates[0], updates.at(-1)]).toEqual([0, numUpdates - 1]);
        const gaps = updates.slice(1).map((update, i) => update - updates[i]!);
        const limit = Math.max(1, Math.floor(numUpdates / 125));
        expect(gaps.every((gap) => gap >= 1 && gap <= limit)).toBe(true);
        if (numUpdates >= 250) expect(updates.length).toBeLessThanOrEqual(190);
        if (numUpdates >= 176) expect(updates.length).toBeGreaterThanOrEqual(165);
      }),
    );
  });
});
