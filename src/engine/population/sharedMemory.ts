/** Data sets and weights in memory that threads share instead of copying it. */
import { imageFormat, prepareImages } from '../../core/index';
import type { ImageDataset, ImageSet, TabularDataset } from '../../core/index';
import type { TaskConfig } from '../../protocol/index';
import { loadTaskData } from '../jobs/createTask';
import type { TaskDataset } from '../jobs/createTask';
import type { PopulationTask, SharedTask } from './messages';

/** A copy in shared memory. */
export function sharedFloats(values: Float32Array): Float32Array {
  const floats = new Float32Array(new SharedArrayBuffer(values.byteLength));
  floats.set(values);
  return floats;
}

/**
 * Tasks with their data: each data set is there once, with the formats that tasks want of it.
 * @throws UserError('data')
 */
export async function shareTasks(
  configs: readonly TaskConfig[],
  dataDir: string,
): Promise<SharedTask[]> {
  const datasets = new Map<string, TaskDataset>();
  for (const config of configs) {
    if (!('dataset' in config)) continue;
    const name = config.dataset;
    const known = datasets.get(name) ?? (await loadTaskData(config, { dataDir }));
    if (known !== undefined) datasets.set(name, prepared(known, config));
  }
  for (const [name, dataset] of datasets) {
    datasets.set(name, 'train' in dataset ? shareImages(dataset) : shareTable(dataset));
  }
  return configs.map((config) => {
    const dataset = 'dataset' in config ? datasets.get(config.dataset) : undefined;
    return dataset === undefined ? { config } : { config, dataset };
  });
}

/** A data set with what a task makes of it. */
function prepared(dataset: TaskDataset, config: TaskConfig): TaskDataset {
  if (!('train' in dataset) || !('grey' in config)) return dataset;
  return prepareImages(dataset, imageFormat(config.imageSize, config.grey));
}

/** Bytes of all data and weights that the threads of a population share. */
export function sharedBytesOf({ tasks, optimizers }: PopulationTask): number {
  const buffers = new Set<ArrayBufferLike>();
  for (const { dataset } of tasks) {
    for (const { buffer } of dataset === undefined ? [] : arraysOf(dataset)) buffers.add(buffer);
  }
  for (const optimizer of optimizers) {
    if ('config' in optimizer) continue;
    for (const { buffer } of [optimizer.theta, optimizer.sd]) buffers.add(buffer);
  }
  return [...buffers].reduce((sum, { byteLength }) => sum + byteLength, 0);
}

function arraysOf(dataset: TaskDataset): (Uint8Array | Float32Array)[] {
  if (!('train' in dataset)) return [dataset.values, dataset.labels];
  const sets = dataset.test === undefined ? [dataset.train] : [dataset.train, dataset.test];
  return sets.flatMap(({ pixels, labels, prepared: formats }) => [
    pixels,
    labels,
    ...(formats?.values() ?? []),
  ]);
}

function shareTable(table: TabularDataset): TabularDataset {
  return { ...table, values: sharedFloats(table.values), labels: sharedBytes(table.labels) };
}

function shareImages({ test, ...dataset }: ImageDataset): ImageDataset {
  const train = shareSet(dataset.train);
  return test === undefined ? { ...dataset, train } : { ...dataset, train, test: shareSet(test) };
}

function shareSet({ prepared: formats, ...set }: ImageSet): ImageSet {
  const shared = { ...set, pixels: sharedBytes(set.pixels), labels: sharedBytes(set.labels) };
  if (formats === undefined) return shared;
  const copies = [...formats].map(([key, data]) => [key, sharedFloats(data)] as const);
  return { ...shared, prepared: new Map(copies) };
}

function sharedBytes(values: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(new SharedArrayBuffer(values.length));
  bytes.set(values);
  return bytes;
}
