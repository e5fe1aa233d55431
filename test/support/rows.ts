import type { BatchRows } from '../../src/core/tasks/task';

/** The rows of batch number `step`. */
export function trainRows(rows: BatchRows, step: number): number[] {
  const out = new Int32Array(rows.batchSize + 1);
  rows.writeRows(step, out, 1);
  return [...out.subarray(1)];
}
