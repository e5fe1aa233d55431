/**
 * What a value of a graph can be on the way from logits and labels to a softmax cross-entropy: the logits' softmax in
 * its steps, rows that are one-hot, and the losses and gradients that come of both. Values are what is said of them up
 * to rounding, NaN and infinities included.
 */
import type { ValueId } from '../../capture/graph';

/** Rows that are `miss` in all columns and `hit` more in that of their label, if it is one. */
export interface Target {
  readonly labels: ValueId;
  readonly cols: number;
  readonly hit: number;
  readonly miss: number;
  /** What each row is multiplied with: a scalar, or [..., 1]. */
  readonly factor?: ValueId;
}

export interface Entropy {
  readonly logits: ValueId;
  readonly labels: ValueId;
  readonly smoothing: number;
}

/** A result of a cross-entropy: the loss of each row, their sum, or the derivative of that by the logits. */
export interface Part {
  readonly is: 'losses' | 'loss' | 'gradient';
  readonly entropy: Entropy;
  /** What a row whose label is no column has left of the logarithm of its sum, or of its softmax. */
  readonly stray: number;
  readonly scale: number;
  readonly factor?: ValueId;
}

interface OfLogits {
  readonly is:
    | 'maximum'
    | 'shifted'
    | 'exponentials'
    | 'total'
    | 'logTotal'
    | 'logSumExp'
    | 'logSoftmax'
    | 'softmax';
  readonly logits: ValueId;
}

interface OfTarget {
  readonly is: 'target' | 'targetSum';
  readonly target: Target;
}

interface OfBoth {
  readonly is:
    /** Products of each element. */
    | 'alignedShifted'
    | 'alignedLogSoftmax'
    /** Rows' sums of the first. */
    | 'alignment'
    /** Softmax times the sum of the row's target. */
    | 'expected';
  readonly logits: ValueId;
  readonly target: Target;
}

/** The same in each column: a scalar, or a number of each row. */
interface Repeated {
  readonly is: 'repeated';
  readonly factor: ValueId;
  readonly scale: number;
}

interface Numbers {
  /** One everywhere. */
  readonly is: 'number';
  readonly value: number;
}

export type Fact = Part | OfLogits | OfTarget | OfBoth | Repeated | Numbers;

export function isPart(fact: Fact | undefined): fact is Part {
  return fact?.is === 'losses' || fact?.is === 'loss' || fact?.is === 'gradient';
}

/** The fact about the value times a number, where there is one. */
export function scaled(fact: Fact | undefined, by: number): Fact | undefined {
  if (fact === undefined) return undefined;
  if ('value' in fact) return { ...fact, value: Math.fround(fact.value * by) };
  if ('scale' in fact) return { ...fact, scale: fact.scale * by };
  if (!('target' in fact)) return undefined;
  const { hit, miss } = fact.target;
  return { ...fact, target: { ...fact.target, hit: hit * by, miss: miss * by } };
}

/** As a multiple of rows that add up to 1 where their label is a column. */
export function normalized(
  { labels, cols, hit, miss }: Target,
  logits: ValueId,
): { readonly entropy: Entropy; readonly scale: number } | undefined {
  const scale = hit + miss * cols;
  const smoothing = (miss * cols) / scale;
  if (scale === 0 || !Number.isFinite(scale) || !Number.isFinite(smoothing)) return undefined;
  return { entropy: { logits, labels, smoothing }, scale };
}
