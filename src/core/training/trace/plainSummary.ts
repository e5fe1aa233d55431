/** Summaries of arrays in plain TypeScript: the reference for the kernel, and what is used where there is none. */
import { HISTOGRAM_SLOTS, slotOfBits } from './histogram';
import { rootMeanSquare } from './summary';
import type { ArraySummary, Summarizer } from './summary';

/** Element i goes into lane i mod 8: the order of the kernel's sum. */
const SQUARE_LANES = 8;

export const plainSummarizer: Summarizer = {
  summarize,
  summarizeUpdate(after, before) {
    const update = after.map((value, i) => value - before[i]!);
    return { parameter: summarize(after), update: summarize(update) };
  },
};

function summarize(values: Float32Array): ArraySummary {
  const bits = new Int32Array(values.buffer, values.byteOffset, values.length);
  const counts = new Uint32Array(HISTOGRAM_SLOTS);
  const lanes = new Float64Array(SQUARE_LANES);
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    counts[slotOfBits(bits[i]!)]! += 1;
    lanes[i % SQUARE_LANES]! += value * value;
  }
  const squares = lanes.reduce((sum, lane) => sum + lane, 0);
  return { counts, rms: rootMeanSquare(squares, values.length) };
}
