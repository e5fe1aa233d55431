/** Classification of rows of numbers with a multi-layer perceptron, the network of `imageMlp`. */
import { createClassifier } from './classifier';
import { createTabularData } from './datasets/tables';
import type { TabularDataset } from './datasets/tables';
import { cutInWords } from './imageInput';
import { checkMlpShape, mlpNetwork } from './imageMlp';
import type { MlpShape } from './imageMlp';
import type { Task } from './task';

export interface TabularMlpOptions extends MlpShape {
  readonly dataset: TabularDataset;
  readonly batchSize: number;
  /** Orders the training batches. */
  readonly seed: number;
}

/**
 * The task; batches are `x` f32[batch, features], standardised, and `y` i32[batch]. Parameters as in `createImageMlp`.
 * @throws UserError('config') on widths, rates, sizes or a seed out of range
 */
export function createTabularMlp(options: TabularMlpOptions): Task {
  checkMlpShape(options);
  const { dataset, batchSize, seed } = options;
  const { name, classes, features } = dataset;
  const input = {
    batch: [
      { name: 'x', shape: [batchSize, features] },
      { name: 'y', shape: [batchSize], dtype: 'int32' },
    ] as const,
    data: createTabularData(dataset, { batchSize, seed }),
    title: name,
    what: `rows of ${name}`,
    cut: cutInWords(false, 'rows'),
    classes,
    batchSize,
  };
  return createClassifier('tabularMlp', input, mlpNetwork(options, features, classes));
}
