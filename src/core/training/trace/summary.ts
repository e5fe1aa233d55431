/** What the trace says about an array: a histogram of its elements and their root mean square. */

export interface ArraySummary {
  /** u32[HISTOGRAM_SLOTS]; they add up to the array's length. */
  readonly counts: Uint32Array;
  /** A float32; NaN or infinite where an element is. */
  readonly rms: number;
}

/** Makes summaries; nothing that goes in is changed or kept. */
export interface Summarizer {
  summarize(values: Float32Array): ArraySummary;
  /** Of a parameter after an update, and of the update: after - before in float32. */
  summarizeUpdate(
    after: Float32Array,
    before: Float32Array,
  ): { readonly parameter: ArraySummary; readonly update: ArraySummary };
}

/** √(squares / count), rounded to float32; 0 of nothing. */
export function rootMeanSquare(squares: number, count: number): number {
  return count === 0 ? 0 : Math.fround(Math.sqrt(squares / count));
}
