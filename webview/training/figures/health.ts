/** Where a run's numbers stopped being finite. */
import type { Trace } from '../model/trace';

/** Name of the tensor whose update, gradient or parameter was first not finite; undefined when all were. */
export function firstNonFinite(trace: Trace): string | undefined {
  const { tensors } = trace.meta;
  const { rmsGradients, rmsUpdates, rmsParameters } = trace;
  for (let i = 0; i < rmsUpdates.length; i++) {
    const sum = rmsGradients[i]! + rmsUpdates[i]! + rmsParameters[i]!;
    if (!Number.isFinite(sum)) return tensors[i % tensors.length]?.name;
  }
  return undefined;
}
