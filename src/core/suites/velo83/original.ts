/** How the tasks of the suites of 83 are written down: once, in the original's size and in a small one. */
import type { TaskSettings } from '../suite';

/** Where the original's examples come from. */
export type OriginalData =
  | 'mnist'
  | 'fashion_mnist'
  | 'fashion_mnist8'
  | 'cifar10'
  | 'cifar10_16'
  | 'cifar10_8'
  | 'cifar100'
  | 'food101_64'
  | 'imagenet16'
  | 'imagenet32'
  | 'imagenet64'
  | 'lm1b'
  | 'wikipedia';

/** The words for data in the names of tasks on images. */
const IMAGE_WORDS = {
  Mnist: 'mnist',
  FashionMnist: 'fashion_mnist',
  FashionMnist8: 'fashion_mnist8',
  /** Spelled so in two names. */
  FahionMnist: 'fashion_mnist8',
  Fashion: 'fashion_mnist8',
  Cifar10: 'cifar10',
  Cifar10_8: 'cifar10_8',
  Cifar10_16: 'cifar10_16',
  Cifar: 'cifar10_8',
  Cifar100: 'cifar100',
  Food101_64: 'food101_64',
  Imagenet16: 'imagenet16',
  imagenet16_16: 'imagenet16',
  imagenet32_16: 'imagenet32',
  ImageNet64: 'imagenet64',
} as const satisfies Record<string, OriginalData>;
export type ImageWord = keyof typeof IMAGE_WORDS;

/** @param data  default: what the word says */
export function named(
  template: string,
  word: ImageWord,
  data: OriginalData = IMAGE_WORDS[word],
): Pick<OriginalTask, 'template' | 'word' | 'data'> {
  return { template, word, data };
}

/** What a task of the size reads: a data set, its format, the number of outputs. */
export type DataSettings = Readonly<Record<string, boolean | number | string>>;

export interface OriginalTask {
  /**
   * Its name in google/learned_optimization is `{}` replaced by `word`, which says what data it has: `ImageMLP_{}_Relu32`,
   * `Cifar10_8`. Some names say nothing of their data and have no `{}`.
   */
  readonly template: string;
  readonly word: string;
  /** Kind of task, for the breakdown of scores. */
  readonly family: string;
  readonly data: OriginalData;
  /** Of the original; what `full` gives has as many. */
  readonly parameters: number;
  readonly full: (data: DataSettings) => TaskSettings;
  /** The same structure with narrower layers, smaller images, shorter texts and smaller batches. */
  readonly mini: (data: DataSettings) => TaskSettings;
}

/** An eighth of each width, between 8 and 64. */
export function narrow(widths: readonly number[]): number[] {
  return widths.map(narrowed);
}

export function narrowed(width: number): number {
  return Math.min(64, Math.max(8, width / 8));
}

/** An eighth of a batch, at least 4 examples. */
export function fewer(batchSize: number): number {
  return Math.max(4, batchSize / 8);
}
