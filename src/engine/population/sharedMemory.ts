/** Data sets and weights in memory that threads share instead of copying it. */
import { imageFormat, prepareImages } from '../../core/index';
import type { ImageDataset, ImageSet } from '../../core/index';
import type { TaskConfig } from '../../protocol/index';
import { loadTaskData } from '../jobs/createTask';
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
  const datasets = new Map<string, ImageDataset>();
  for (const config of configs) {
    if (config.family !== 'imageMlp') continue;
    const { dataset: name, imageSize, grey } = config;
    const known = datasets.get(name) ?? (await loadTaskData(config, { dataDir }));
    if (known !== undefined) datasets.set(name, prepareImages(known, imageFormat(imageSize, grey)));
  }
  for (const [name, dataset] of datasets) datasets.set(name, shareDataset(dataset));
  return configs.map((config) => {
    const dataset = config.family === 'imageMlp' ? datasets.get(config.dataset) : undefined;
    return dataset === undefined ? { config } : { config, dataset };
  });
}

/** Bytes of all data and weights that the threads of a population share. */
export function sharedBytesOf({ tasks, optimizers }: PopulationTask): number {
  const buffers = new Set<ArrayBufferLike>();
  for (const { dataset } of tasks) {
    for (const set of [dataset?.train, dataset?.test]) {
      if (set === undefined) continue;
      const arrays = [set.pixels, set.labels, ...(set.prepared?.values() ?? [])];
      for (const { buffer } of arrays) buffers.add(buffer);
    }
  }
  for (const optimizer of optimizers) {
    if ('config' in optimizer) continue;
    for (const { buffer } of [optimizer.theta, optimizer.sd]) buffers.add(buffer);
  }
  return [...buffers].reduce((sum, { byteLength }) => sum + byteLength, 0);
}

function shareDataset({ test, ...dataset }: ImageDataset): ImageDataset {
  const train = shareSet(dataset.train);
  return test === undefined ? { ...dataset, train } : { ...dataset, train, test: shareSet(test) };
}

function shareSet({ prepared, ...set }: ImageSet): ImageSet {
  const shared = { ...set, pixels: sharedBytes(set.pixels), labels: sharedBytes(set.labels) };
  if (prepared === undefined) return shared;
  const formats = [...prepared].map(([key, data]) => [key, sharedFloats(data)] as const);
  return { ...shared, prepared: new Map(formats) };
}

function sharedBytes(values: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(new SharedArrayBuffer(values.length));
  bytes.set(values);
  return bytes;
}
