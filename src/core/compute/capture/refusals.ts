/** What a compiled computation can't hold, by kernel, with the reason and what to do instead. */
import { UserError } from '../../../base/index';
import { taskCall } from './origin';

interface Refusal {
  /** Completes `… cannot be compiled: `. */
  readonly reason: string;
  readonly remedy: string;
}

const SHAPE: Refusal = {
  reason: 'the shape of its result depends on the data',
  remedy: 'Keep all elements and mask the unwanted ones, for example with tf.where.',
};
const RANDOM: Refusal = {
  reason: 'its random numbers would be the same in every step',
  remedy: "Draw from the loss's third argument: rng.uniform(shape) or rng.normal(shape).",
};
const COMPLEX: Refusal = {
  reason: 'complex numbers are not supported',
  remedy: 'Write the computation with real numbers.',
};
const STRINGS: Refusal = {
  reason: 'strings are not supported',
  remedy: 'Prepare text outside of it.',
};
const SPARSE: Refusal = {
  reason: 'sparse and ragged tensors are not supported',
  remedy: 'Use dense tensors, for example with tf.gather or tf.unsortedSegmentSum.',
};
const IMAGES: Refusal = {
  reason: 'pictures are not read or drawn inside a computation',
  remedy: 'Do this outside of it.',
};
const UNKNOWN: Refusal = {
  reason: 'this operation is not supported',
  remedy: 'Write it with other operations of tfjs.',
};

/** Why a value of the computation can't be looked at. */
const READ: Refusal = {
  reason: 'it reads a value, which only exists when a step runs',
  remedy: 'Compute with tensors only: choose with tf.where, and look at values outside of it.',
};

const ASSIGNMENT: Refusal = {
  reason: 'it gives a variable a new value, which would happen once instead of in each step',
  remedy: 'Make what changes a parameter, or compute it from the batch.',
};

const BY_KERNEL: ReadonlyMap<string, Refusal> = new Map([
  ...['BroadcastArgs', 'NonMaxSuppressionV3', 'NonMaxSuppressionV4'].map(
    (k) => [k, SHAPE] as const,
  ),
  ...['NonMaxSuppressionV5', 'Unique', 'UniqueV2', 'Where'].map((k) => [k, SHAPE] as const),
  ...['Multinomial'].map((k) => [k, RANDOM] as const),
  ...['Complex', 'ComplexAbs', 'FFT', 'IFFT', 'Imag', 'Real'].map((k) => [k, COMPLEX] as const),
  ...['StaticRegexReplace', 'StringNGrams', 'StringSplit'].map((k) => [k, STRINGS] as const),
  ...['StringToHashBucketFast'].map((k) => [k, STRINGS] as const),
  ...['RaggedGather', 'RaggedRange', 'RaggedTensorToTensor'].map((k) => [k, SPARSE] as const),
  ...['SparseFillEmptyRows', 'SparseReshape', 'SparseSegmentMean'].map((k) => [k, SPARSE] as const),
  ...['SparseSegmentSum', 'SparseToDense'].map((k) => [k, SPARSE] as const),
  ...['FromPixels', 'Draw'].map((k) => [k, IMAGES] as const),
]);

export const REFUSED_KERNELS: readonly string[] = [...BY_KERNEL.keys()];

/** About a kernel that is not supported; `stack` is of the error that said so, where there is one. */
export function kernelRefused(kernel: string, stack?: string): UserError {
  return refused(BY_KERNEL.get(kernel) ?? UNKNOWN, kernel, stack);
}

export function readRefused(): UserError {
  return refused(READ, 'the task');
}

export function randomRefused(): UserError {
  return refused(RANDOM, 'Math.random');
}

export function assignmentRefused(): UserError {
  return refused(ASSIGNMENT, 'the task');
}

export function typeRefused(dtype: string): UserError {
  return refused(dtype === 'string' ? STRINGS : COMPLEX, 'the task');
}

/** @param what  said where no operation of tfjs is on the stack */
function refused({ reason, remedy }: Refusal, what: string, stack?: string): UserError {
  const { operation, line } = taskCall(stack);
  const subject = operation === undefined ? what : `tf.${operation}`;
  return new UserError('config', `${subject}${at(line)} cannot be compiled: ${reason}`, { remedy });
}

export function at(line: string | undefined): string {
  return line === undefined ? '' : ` at ${line}`;
}
