/**
 * What an inner training is judged by: the logarithm of its loss, so that a tenth less counts the same wherever a task
 * stands. It is always finite.
 */

export interface MetaLossOptions {
  /** Of the task: maps any loss, NaN included, to a finite one ≥ 0. */
  readonly normalize: (loss: number) => number;
  /** Whether losses of tasks like this one can be compared as they are; else they count against where a training began. */
  readonly isAbsolute: boolean;
  /** Added before the logarithm is taken, > 0. */
  readonly floor: number;
}

export interface MetaLoss {
  /** @param first  loss of the first batch, before any update */
  of(loss: number, first: number): number;
  /** Its derivative by the loss, by central differences; 0 where it is at its worst. */
  slope(loss: number, first: number): number;
  /** Of a training that has diverged. */
  worst(first: number): number;
}

/** A loss that counts against its beginning is counted as if that had been the loss of guessing among ten. */
const REFERENCE = Math.log(10);
/** Times its beginning, at most. */
const WORST = 1.5;
/** Of the differences: as a share of the loss, and at least. */
const SHARE = 1e-4;
const LEAST = 1e-9;

export function createMetaLoss({ normalize, isAbsolute, floor }: MetaLossOptions): MetaLoss {
  const of = (loss: number, first: number): number => {
    const value = normalize(loss);
    if (isAbsolute) return Math.log(value + floor);
    const share = value / normalize(first);
    return Math.log(REFERENCE * (share < WORST ? share : WORST) + floor);
  };
  const slope = (loss: number, first: number): number => {
    const h = SHARE * Math.abs(loss) + LEAST;
    return (of(loss + h, first) - of(loss - h, first)) / (2 * h);
  };
  return { of, slope, worst: (first) => of(NaN, first) };
}
