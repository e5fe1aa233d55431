/**
 * Calls that a graph has as one node though tfjs has no kernel for them: where a whole computation is captured for plans
 * that have a kernel of their own for it. Everywhere else, also where somebody differentiates, it is the operations of
 * tfjs that it consists of.
 */
import type { Tensor } from '@tensorflow/tfjs-core';
import type { Attrs } from './rules/rule';
import { currentRecording } from './traceBackend';

interface GraphCall {
  /** Name of the node. */
  readonly op: string;
  readonly inputs: readonly Tensor[];
  readonly attrs: Attrs;
  /** Of the result, float32. */
  readonly shape: readonly number[];
  /** The same in operations of tfjs. */
  readonly operations: () => Tensor;
}

let isJoining = false;

/** What `run` gives with such calls as single nodes of what is captured meanwhile, or not. */
export function joiningCalls<T>(isWanted: boolean, run: () => T): T {
  const before = isJoining;
  isJoining = isWanted;
  try {
    return run();
  } finally {
    isJoining = before;
  }
}

export function graphCall({ op, inputs, attrs, shape, operations }: GraphCall): Tensor {
  const recording = isJoining ? currentRecording() : undefined;
  return recording?.call(op, attrs, { shape, dtype: 'float32' }, inputs) ?? operations();
}
