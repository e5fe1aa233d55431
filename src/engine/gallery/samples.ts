/** A look at what a task is fed with. */
import { UserError } from '../../base/index';
import {
  imageExamples,
  imageFormat,
  planeExample,
  spectrumExample,
  tableExamples,
  textExamples,
} from '../../core/index';
import type { ImageDataset, TabularDataset } from '../../core/index';
import { innermostTask } from '../../protocol/index';
import type { PlainTaskConfig, TaskConfig } from '../../protocol/index';
import type { TaskSampleEntry } from '../../protocol/live/index';
import { loadPiecedText } from '../texts';
import type { GalleryData } from './data';
import { classNames, columnNames } from './names';

const IMAGES = 16;
const ROWS = 8;
const DOCUMENTS = 4;
/** Tokens of a document that are shown at most. */
const TOKENS = 96;
/** Cells of a function's picture in each direction. */
const PLANE_SIDE = 96;
const EIGENVALUES = 200;

export interface SampleSources {
  readonly data: GalleryData;
  readonly dataDir: string;
}

/** Of a task that holds another one, that of the innermost. @throws UserError('config' | 'data') */
export async function taskSample(
  config: TaskConfig,
  sources: SampleSources,
): Promise<TaskSampleEntry> {
  const task = innermostTask(config);
  switch (task.family) {
    case 'quadratic':
      return {
        kind: 'spectrum',
        eigenvalues: spectrumExample(task, EIGENVALUES),
        dimension: task.dimension,
      };
    case 'rosenbrock':
    case 'beale': {
      const { x, y, start, minimum, ...plane } = planeExample(task.family, PLANE_SIDE);
      return {
        kind: 'plane',
        x: [...x],
        y: [...y],
        start: [...start],
        minimum: [...minimum],
        ...plane,
      };
    }
    case 'rnnLm':
    case 'transformerLm':
      return textSample(task, sources);
    case 'user':
      throw new UserError('task', `${task.file}: a task of one's own has no sample here`);
    case 'tabularMlp':
      return tableSample(task, sources);
    case 'imageMlp':
    case 'imageConv':
    case 'resnet':
    case 'visionTransformer':
    case 'mlpMixer':
    case 'imageAutoencoder':
    case 'imageVae':
      return imageSample(task, sources);
  }
}

type TextTask = Extract<PlainTaskConfig, { vocabulary: number }>;
type TableTask = Extract<PlainTaskConfig, { family: 'tabularMlp' }>;
type ImageTask = Exclude<Extract<PlainTaskConfig, { dataset: string }>, TextTask | TableTask>;

async function textSample(task: TextTask, { dataDir }: SampleSources): Promise<TaskSampleEntry> {
  const { dataset, vocabulary, length } = task;
  const { text, joins } = await loadPiecedText(dataset, { dataDir, vocabulary });
  // The loss sees the first tokens of a document and one more, which is only predicted.
  const shown = Math.min(length + 1, TOKENS);
  const { documents, total } = textExamples(text, joins, { length: shown, count: DOCUMENTS });
  return {
    kind: 'text',
    documents: documents.map((tokens) => tokens.map(tokenText)),
    examples: total,
    vocabulary,
  };
}

/** As text; the bytes where a character is cut in two. */
function tokenText(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return Array.from(bytes, (byte) => `\\x${byte.toString(16).padStart(2, '0')}`).join('');
  }
}

async function tableSample(
  task: TableTask,
  { data, dataDir }: SampleSources,
): Promise<TaskSampleEntry> {
  const table = (await data.forShapes(task)) as TabularDataset;
  const { classes, features } = table;
  const names = classNames(task.dataset, classes, dataDir);
  const { values, labels, total } = tableExamples(table, ROWS);
  return {
    kind: 'table',
    columns: [...columnNames(task.dataset, features)],
    values,
    labels: labels.map((label) => names[label] ?? String(label)),
    examples: total,
    classes,
  };
}

async function imageSample(
  task: ImageTask,
  { data, dataDir }: SampleSources,
): Promise<TaskSampleEntry> {
  const images = (await data.forShapes(task)) as ImageDataset;
  const names = classNames(task.dataset, images.classes, dataDir);
  const examples = imageExamples(images, imageFormat(task.imageSize, task.grey), IMAGES);
  const [height, width, channels] = examples.shape;
  return {
    kind: 'images',
    ...{ height, width, channels },
    pixels: examples.pixels,
    labels: examples.labels.map((label) => names[label] ?? String(label)),
    examples: examples.total,
    classes: images.classes,
  };
}
