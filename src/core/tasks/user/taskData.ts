/** What a person's task reads: data sets by name, or what it brings along. */
import { imageInput } from '../imageInput';
import type { ImageDataset } from '../datasets/images';
import { createTabularData } from '../datasets/tables';
import type { TabularDataset } from '../datasets/tables';
import { createTextData } from '../datasets/textData';
import type { TextDataset } from '../datasets/text';
import type { DataSource, Documents, LabelledImages, LabelledRows } from './contract';
import { examplesData, generatedData, readExamples, requireBatchSize } from './ownData';
import type { PreparedData, ReadExamples } from './ownData';
import { inWords, wrong } from './userCall';
import type { TaskOrigin } from './userCall';

/** A data set that a task names, from the disk. */
export type NamedDataset = ImageDataset | TabularDataset | TextDataset;
/** A source that names its data set. */
export type NamedSource = LabelledImages | LabelledRows | Documents;

const KINDS = ['images', 'table', 'text', 'examples', 'splits', 'generate'] as const;

/** @throws UserError('config') unless the source is of exactly one of the kinds that there are */
export function checkSource(origin: TaskOrigin, source: unknown): DataSource {
  const fields = typeof source === 'object' && source !== null ? Object.keys(source) : [];
  const kinds = KINDS.filter((kind) => fields.includes(kind));
  if (kinds.length !== 1) {
    const got = fields.length === 0 ? inWords(source) : fields.join(', ');
    throw wrong(
      origin,
      `data must have one of ${KINDS.join(', ')}, got ${got}`,
      "Write for example data: { images: 'fashion-mnist', batchSize: 128 }.",
    );
  }
  const [kind] = kinds;
  if (kind !== 'generate') requireBatchSize(origin, (source as { batchSize?: unknown }).batchSize);
  const isNamed = kind === 'images' || kind === 'table' || kind === 'text';
  const name = (source as Record<string, unknown>)[kind!];
  if (isNamed && (typeof name !== 'string' || name === '')) {
    throw wrong(
      origin,
      `data.${kind} must be the name of a data set, got ${inWords(name)}`,
      'Put it in quotes.',
    );
  }
  return source as DataSource;
}

/** Whether its data set comes from the disk. */
export function isNamed(source: DataSource): source is NamedSource {
  return 'images' in source || 'table' in source || 'text' in source;
}

/**
 * What is read once for all trainings.
 * @throws UserError('config') on arrays that do not fit each other
 */
export function readOwnExamples(origin: TaskOrigin, source: DataSource): ReadExamples | undefined {
  return 'examples' in source || 'splits' in source ? readExamples(origin, source) : undefined;
}

export interface DataParts {
  readonly source: DataSource;
  /** Where the source names one. */
  readonly dataset: NamedDataset | undefined;
  /** Where the source brings them. */
  readonly examples: ReadExamples | undefined;
}

/** Batches of a task's data. @throws UserError('config') on sizes out of range or batches that do not fit */
export function taskData(
  origin: TaskOrigin,
  { source, dataset, examples }: DataParts,
  seed: number,
): PreparedData {
  if (examples !== undefined && 'batchSize' in source) {
    const { batchSize } = source;
    return examplesData(origin, examples, { isCut: 'splits' in source, batchSize, seed });
  }
  if ('generate' in source) return generatedData(origin, source, seed);
  return namedData(origin, source as NamedSource, dataset, seed);
}

function namedData(
  origin: TaskOrigin,
  source: NamedSource,
  dataset: NamedDataset | undefined,
  seed: number,
): PreparedData {
  const { batchSize } = source;
  if ('images' in source && dataset !== undefined && 'train' in dataset) {
    const { batch, data } = imageInput({ ...source, dataset, seed });
    return { batch, data };
  }
  if ('table' in source && dataset !== undefined && 'values' in dataset) {
    const batch = [
      { name: 'x', shape: [batchSize, dataset.features] },
      { name: 'y', shape: [batchSize], dtype: 'int32' },
    ] as const;
    return { batch, data: createTabularData(dataset, { batchSize, seed }) };
  }
  if ('text' in source && dataset !== undefined && 'tokens' in dataset) {
    const { length } = source;
    const data = createTextData({ text: dataset, length, batchSize, seed });
    return { batch: [{ name: 'tokens', shape: [batchSize, length + 1], dtype: 'int32' }], data };
  }
  throw wrong(
    origin,
    'its data set is of another kind than it says',
    'Use images, table or text as the set is.',
  );
}
