/** What a step of a task costs, from its config alone: close enough to turn away what is too dear before any data are read. */
import type { TaskSample } from '../../tasks/families/family';

/** Side, channels and classes of the bundled images. */
const IMAGES: Readonly<Record<string, readonly [number, number, number]>> = {
  digits8: [8, 1, 10],
  mnist: [28, 1, 10],
  'fashion-mnist': [28, 1, 10],
  emoji9: [32, 3, 9],
  emoji98: [32, 3, 98],
};

/** Features and classes of the bundled tables. */
const TABLES: Readonly<Record<string, readonly [number, number]>> = {
  letter: [16, 26],
  iris: [4, 3],
  wine: [13, 3],
  'breast-cancer': [30, 2],
};

/** A gradient takes about twice as long as its loss. */
const WITH_GRADIENT = 3;

/**
 * Floating-point operations of matrix products in a loss and its gradient.
 * @param task  with every field that its cost depends on
 * @returns undefined for families and data sets that it knows nothing of, and where a field is missing
 */
export function stepFlops(task: TaskSample): number | undefined {
  const flops = flopsOf(task);
  return Number.isNaN(flops) ? undefined : flops;
}

function flopsOf(task: TaskSample): number | undefined {
  const { family } = task;
  if (family === 'esGradient') {
    const inner = flopsOf(task['task'] as TaskSample);
    return inner && (inner / WITH_GRADIENT) * (1 + 2 * number(task, 'pairs'));
  }
  const perExample = LOSSES[family]?.(task);
  return perExample && WITH_GRADIENT * number(task, 'batchSize') * perExample;
}

/** Of the loss of one example, by family. */
const LOSSES: Readonly<Record<string, (task: TaskSample) => number | undefined>> = {
  imageMlp: (task) => {
    const image = imageOf(task);
    return image && perceptron([image.numbers, ...list(task, 'hidden'), image.classes]);
  },
  imageAutoencoder: (task) => {
    const image = imageOf(task);
    return image && perceptron([image.numbers, ...list(task, 'hidden'), image.numbers]);
  },
  imageVae: (task) => {
    const image = imageOf(task);
    if (image === undefined) return undefined;
    const latent = number(task, 'latent');
    return (
      perceptron([image.numbers, ...list(task, 'encoder'), 2 * latent]) +
      perceptron([latent, ...list(task, 'decoder'), image.numbers])
    );
  },
  imageConv: (task) => {
    const image = imageOf(task);
    return image && convolutions(task, image);
  },
  tabularMlp: (task) => {
    const table = TABLES[String(task['dataset'])];
    return table && perceptron([table[0], ...list(task, 'hidden'), table[1]]);
  },
  rnnLm: (task) => {
    const [hidden, embedding] = [number(task, 'hidden'), number(task, 'embedding')];
    const gates = { lstm: 4, gru: 3 }[String(task['cell'])] ?? 1;
    const token = gates * (embedding + hidden) * hidden + hidden * number(task, 'vocabulary', 259);
    return 2 * number(task, 'length') * token;
  },
  transformerLm: (task) => {
    const [width, length] = [number(task, 'width'), number(task, 'length')];
    const heads = 32 * number(task, 'heads');
    const block = 4 * width * heads + 2 * length * heads + 8 * width * width;
    return 2 * length * (number(task, 'layers') * block + width * number(task, 'vocabulary', 259));
  },
};

interface Image {
  readonly side: number;
  readonly channels: number;
  readonly numbers: number;
  readonly classes: number;
}

function imageOf(task: TaskSample): Image | undefined {
  const stored = IMAGES[String(task['dataset'])];
  if (stored === undefined) return undefined;
  const side = number(task, 'imageSize', stored[0]);
  const channels = task['grey'] === true ? 1 : stored[1];
  const numbers = side * side * channels;
  return { side, channels, numbers, classes: number(task, 'outputs', stored[2]) };
}

function perceptron(widths: readonly number[]): number {
  return widths.slice(1).reduce((sum, out, i) => sum + 2 * widths[i]! * out, 0);
}

function convolutions(task: TaskSample, { side, channels, classes }: Image): number {
  const strides = list(task, 'strides');
  let [size, depth, sum] = [side, channels, 0];
  list(task, 'channels').forEach((out, i) => {
    size = Math.ceil(size / (strides[i] ?? 1));
    sum += 2 * size * size * 9 * depth * out;
    depth = out;
  });
  return sum + 2 * depth * classes;
}

function number(task: TaskSample, field: string, absent = NaN): number {
  const value = task[field];
  return typeof value === 'number' ? value : absent;
}

function list(task: TaskSample, field: string): readonly number[] {
  const value = task[field];
  return Array.isArray(value) ? (value as readonly number[]) : [];
}
