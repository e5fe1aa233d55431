/** Data sets and weights in memory that threads share instead of copying it. */
import { imageFormat, prepareImages, prepareText } from '../../core/index';
import type {
  ImageDataset,
  ImageSet,
  Labels,
  NamedDataset,
  TabularDataset,
  TextDataset,
} from '../../core/index';
import { innermostTask } from '../../protocol/index';
import type { PlainTaskConfig, TaskConfig } from '../../protocol/index';
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
    const key = dataKey(config);
    const known = datasets.get(key) ?? (await loadTaskData(config, { dataDir }));
    if (known !== undefined) datasets.set(key, prepared(known, innermostTask(config)));
  }
  for (const [key, dataset] of datasets) datasets.set(key, shared(dataset));
  return configs.map((config) => {
    const dataset = datasets.get(dataKey(config));
    return dataset === undefined ? { config } : { config, dataset };
  });
}

/** Equal where tasks need the same from the disk. */
function dataKey(config: TaskConfig): string {
  const task = innermostTask(config);
  if (task.family === 'user') return `${task.file} ${JSON.stringify(task.options)}`;
  if (!('dataset' in task)) return '';
  return 'vocabulary' in task ? `${task.vocabulary} ${task.dataset}` : task.dataset;
}

/** A data set with what a task makes of it. */
function prepared(dataset: TaskDataset, config: PlainTaskConfig): TaskDataset {
  if ('modules' in dataset) return dataset;
  if ('tokens' in dataset) {
    return 'length' in config ? prepareText(dataset, config.length + 1) : dataset;
  }
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

function arraysOf(dataset: TaskDataset): { readonly buffer: ArrayBufferLike }[] {
  if ('modules' in dataset) return dataset.dataset === undefined ? [] : arraysOf(dataset.dataset);
  if ('tokens' in dataset) {
    return [dataset.tokens, dataset.starts, ...(dataset.prepared?.values() ?? [])];
  }
  if (!('train' in dataset)) return [dataset.values, dataset.labels];
  const sets = dataset.test === undefined ? [dataset.train] : [dataset.train, dataset.test];
  return sets.flatMap(({ pixels, labels, prepared: formats }) => [
    pixels,
    labels,
    ...(formats?.values() ?? []),
  ]);
}

function shared(dataset: TaskDataset): TaskDataset {
  if (!('modules' in dataset)) return sharedSet(dataset);
  const { dataset: named, ...source } = dataset;
  return named === undefined ? source : { ...source, dataset: sharedSet(named) };
}

function sharedSet(dataset: NamedDataset): NamedDataset {
  if ('tokens' in dataset) return shareText(dataset);
  return 'train' in dataset ? shareImages(dataset) : shareTable(dataset);
}

function shareText({ prepared: samples, ...text }: TextDataset): TextDataset {
  const tokens = new Uint16Array(new SharedArrayBuffer(text.tokens.byteLength));
  tokens.set(text.tokens);
  const starts = new Uint32Array(new SharedArrayBuffer(text.starts.byteLength));
  starts.set(text.starts);
  const lengths = [...(samples ?? [])].map(
    ([length, data]) => [length, sharedFloats(data)] as const,
  );
  return { ...text, tokens, starts, prepared: new Map(lengths) };
}

function shareTable(table: TabularDataset): TabularDataset {
  return { ...table, values: sharedFloats(table.values), labels: sharedLabels(table.labels) };
}

function shareImages({ test, ...dataset }: ImageDataset): ImageDataset {
  const train = shareSet(dataset.train);
  return test === undefined ? { ...dataset, train } : { ...dataset, train, test: shareSet(test) };
}

function shareSet({ prepared: formats, ...set }: ImageSet): ImageSet {
  const shared = { ...set, pixels: sharedBytes(set.pixels), labels: sharedLabels(set.labels) };
  if (formats === undefined) return shared;
  const copies = [...formats].map(([key, data]) => [key, sharedFloats(data)] as const);
  return { ...shared, prepared: new Map(copies) };
}

function sharedLabels(labels: Labels): Labels {
  if (labels instanceof Uint8Array) return sharedBytes(labels);
  const shared = new Uint16Array(new SharedArrayBuffer(labels.byteLength));
  shared.set(labels);
  return shared;
}

function sharedBytes(values: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(new SharedArrayBuffer(values.length));
  bytes.set(values);
  return bytes;
}
