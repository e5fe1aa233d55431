/** Training rows of a table as they are stored. */
import { cutExamples } from '../datasets/batches';
import type { TabularDataset } from '../datasets/tables';
import { chooseExamples } from './chooseExamples';

export interface TableExamples {
  /** f32[rows, features] */
  readonly values: Float32Array<ArrayBuffer>;
  /** Class of each row. */
  readonly labels: readonly number[];
  /** Rows of the train split. */
  readonly total: number;
}

/** @param count  at most so many */
export function tableExamples(dataset: TabularDataset, count: number): TableExamples {
  const { features, values, labels, classes } = dataset;
  const { train } = cutExamples(labels.length);
  const rows = chooseExamples(train, labels, classes, count);
  const chosen = new Float32Array(rows.length * features);
  rows.forEach((row, i) => {
    chosen.set(values.subarray(row * features, (row + 1) * features), i * features);
  });
  return { values: chosen, labels: rows.map((row) => labels[row]!), total: train.length };
}
