/**
 * Which data the tasks of 83 have. The full suite reads the originals where a package manager has them (`velo data
 * pull`), the mini suite only what comes with the program. Emoji stand in for photographs and books for news: their
 * names say so, and `standsFor` says for what.
 */
import type { DataSettings, OriginalData, OriginalTask } from './original';

export interface Stand {
  readonly settings: DataSettings;
  /** Whether these are other data than the original's. */
  readonly isStandIn: boolean;
  /** What a stand-in is called in a task's name. */
  readonly token: string;
}

const original = (dataset: string, format: DataSettings = {}): Stand => {
  return { settings: { dataset, ...format }, isStandIn: false, token: '' };
};
const standIn = (token: string, settings: DataSettings): Stand => {
  return { settings, isStandIn: true, token };
};
const emoji = (side: number, outputs: number): Stand =>
  standIn(`emoji98_${side}_${outputs}`, { dataset: 'emoji98', imageSize: side, outputs });

export const FULL_DATA: Readonly<Record<OriginalData, Stand>> = {
  mnist: original('mnist-60k'),
  fashion_mnist: original('fashion-mnist-60k'),
  fashion_mnist8: original('fashion-mnist-60k', { imageSize: 8 }),
  cifar10: original('cifar10'),
  cifar10_16: original('cifar10', { imageSize: 16 }),
  cifar10_8: original('cifar10', { imageSize: 8 }),
  cifar100: emoji(32, 100),
  food101_64: emoji(64, 101),
  imagenet16: emoji(16, 1000),
  imagenet32: emoji(32, 1000),
  imagenet64: emoji(64, 1000),
  // A sentence a line, as in the news; paragraphs, as in articles.
  lm1b: standIn('brown', { dataset: 'brown' }),
  wikipedia: standIn('gutenberg', { dataset: 'gutenberg' }),
};

const small = (dataset: string, side: number): Stand =>
  standIn(`${dataset}_${side}`, { dataset, imageSize: side });

/** Parts of the two MNISTs, nine and 98 kinds of emoji, a shelf of books. */
export const MINI_DATA: Readonly<Record<OriginalData, Stand>> = {
  mnist: small('mnist', 8),
  fashion_mnist: small('fashion-mnist', 8),
  fashion_mnist8: small('fashion-mnist', 4),
  cifar10: small('emoji9', 8),
  cifar10_16: small('emoji9', 4),
  cifar10_8: small('emoji9', 4),
  cifar100: small('emoji98', 8),
  food101_64: small('emoji98', 16),
  imagenet16: emoji(8, 250),
  imagenet32: emoji(12, 250),
  imagenet64: emoji(16, 250),
  lm1b: standIn('books', { dataset: 'gutenberg-small' }),
  wikipedia: standIn('longbooks', { dataset: 'gutenberg-small' }),
};

/** A task's name for the data that it has: the original's for the original's own. */
export function nameOf({ template, word }: OriginalTask, { token, isStandIn }: Stand): string {
  if (!isStandIn) return template.replace('{}', word);
  return template.includes('{}') ? template.replace('{}', token) : `${template}_${token}`;
}
