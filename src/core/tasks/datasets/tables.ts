/** Labelled rows of numbers in memory, standardised with the statistics of what is trained on. */
import { UserError } from '../../../base/index';
import type { TaskData } from '../task';
import { createBatches, cutExamples } from './batches';
import type { BatchOptions } from './batches';
import { labelRows, labelsFrom, mostClasses } from './labels';
import type { Labels } from './labels';

export interface TabularDataset {
  /** How names of tasks and messages call it. */
  readonly name: string;
  /** Number of classes, at least 2. */
  readonly classes: number;
  /** Numbers of a row. */
  readonly features: number;
  /** f32[count, features], as they were found */
  readonly values: Float32Array;
  /** [count], each below the number of classes */
  readonly labels: Labels;
}

/**
 * A data set of rows that are all alike.
 * @param labels  what each row is called; classes are numbered in the order of their sorted names
 * @throws UserError('data') naming the row (from 1) where its length differs or a number is not finite
 */
export function tabularDatasetFrom(
  name: string,
  rows: readonly (readonly number[])[],
  labels: readonly string[],
): TabularDataset {
  const features = rows[0]?.length ?? 0;
  rows.forEach((row, index) => {
    if (row.length !== features || !row.every(Number.isFinite)) {
      const got = row.length === features ? `(${row.join(', ')})` : `${row.length} of them`;
      throw new UserError(
        'data',
        `${name} row ${index + 1} must have ${features} finite numbers, got ${got}`,
      );
    }
  });
  const names = [...new Set(labels)].sort();
  const numbers = new Map(names.map((label, index) => [label, index]));
  const most = mostClasses(rows.length);
  if (names.length < 2 || names.length > most) {
    throw new UserError('data', `${name} has ${names.length} classes, expected 2 to ${most}`);
  }
  return {
    name,
    classes: names.length,
    features,
    values: Float32Array.from(rows.flat()),
    labels: labelsFrom(
      labels.map((label) => numbers.get(label) ?? 0),
      names.length,
    ),
  };
}

/**
 * Batches of a table: `x` f32[batch, features], each column with mean 0 and deviation 1 over the train split, `y`
 * i32[batch] class indices.
 * @throws UserError('config') as `createBatches`
 */
export function createTabularData(dataset: TabularDataset, options: BatchOptions): TaskData {
  const { name, features, labels } = dataset;
  const splits = cutExamples(labels.length);
  const values = standardized(dataset, splits.train);
  return createBatches(
    {
      name,
      things: 'rows',
      splits,
      read(_, indices) {
        const x = new Float32Array(indices.length * features);
        indices.forEach((index, row) => {
          x.set(values.subarray(index * features, (index + 1) * features), row * features);
        });
        const y = Int32Array.from(indices, (index) => labels[index]!);
        return {
          x: { shape: [indices.length, features], data: x },
          y: { shape: [indices.length], data: y },
        };
      },
      rows: () => [
        { name: 'x', data: values, rowLength: features, divisor: 1 },
        { name: 'y', data: labelRows(labels), rowLength: 1, divisor: 1 },
      ],
    },
    options,
  );
}

/** Standardised values by the values that they are made from, for tasks that have the same. */
const known = new WeakMap<Float32Array, Float32Array>();

/** (x - mean) / deviation of the rows at `train`; columns that are constant there are only centred. */
function standardized({ values, features }: TabularDataset, train: Int32Array): Float32Array {
  const kept = known.get(values);
  if (kept !== undefined) return kept;
  const out = new Float32Array(values.length);
  for (let column = 0; column < features; column++) {
    const at = (row: number): number => values[row * features + column]!;
    const mean = train.reduce((sum, row) => sum + at(row), 0) / train.length;
    const squares = train.reduce((sum, row) => sum + (at(row) - mean) ** 2, 0);
    const deviation = Math.sqrt(squares / train.length) || 1;
    for (let i = column; i < values.length; i += features) out[i] = (values[i]! - mean) / deviation;
  }
  known.set(values, out);
  return out;
}
