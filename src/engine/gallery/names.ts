/** What classes and columns are called: of bundled data sets as their publishers say, of others as their cards do. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { dataCacheFolder, isCached, readCard } from '../data/cache';
import type { DataCard } from '../data/card';

const DIGITS = Array.from({ length: 10 }, (_, digit) => String(digit));

/** A … Z or a … z. */
const letters = (first: string): readonly string[] =>
  Array.from({ length: 26 }, (_, i) => String.fromCharCode(first.charCodeAt(0) + i));

const CLASSES: Readonly<Record<string, readonly string[]>> = {
  digits8: DIGITS,
  mnist: DIGITS,
  'fashion-mnist': [
    ...['T-shirt', 'trouser', 'pullover', 'dress', 'coat'],
    ...['sandal', 'shirt', 'sneaker', 'bag', 'ankle boot'],
  ],
  glyph62: [...letters('A'), ...letters('a'), ...DIGITS],
  letter: letters('A'),
  iris: ['setosa', 'versicolor', 'virginica'],
  wine: ['cultivar 1', 'cultivar 2', 'cultivar 3'],
  'breast-cancer': ['malignant', 'benign'],
};

const emojiClasses = z.object({ coarse: z.array(z.string()), fine: z.array(z.string()) });

/** Names of the classes in their order; where nobody has named them, their numbers. */
export function classNames(dataset: string, classes: number, dataDir: string): readonly string[] {
  const known = CLASSES[dataset] ?? emojiNames(dataset, dataDir) ?? cardOf(dataset)?.classNames;
  if (known?.length === classes) return known;
  return Array.from({ length: classes }, (_, label) => `class ${label}`);
}

function emojiNames(dataset: string, dataDir: string): readonly string[] | undefined {
  if (dataset !== 'emoji9' && dataset !== 'emoji98') return undefined;
  const text = readFileSync(join(dataDir, 'emoji', 'classes.json'), 'utf8');
  const { coarse, fine } = emojiClasses.parse(JSON.parse(text));
  return dataset === 'emoji9' ? coarse : fine;
}

const CELL_FEATURES = [
  ...['radius', 'texture', 'perimeter', 'area', 'smoothness'],
  ...['compactness', 'concavity', 'concave points', 'symmetry', 'fractal dimension'],
];

const COLUMNS: Readonly<Record<string, readonly string[]>> = {
  letter: [
    ...['x-box', 'y-box', 'width', 'high', 'onpix', 'x-bar', 'y-bar', 'x2bar'],
    ...['y2bar', 'xybar', 'x2ybr', 'xy2br', 'x-ege', 'xegvy', 'y-ege', 'yegvx'],
  ],
  iris: ['sepal length, cm', 'sepal width, cm', 'petal length, cm', 'petal width, cm'],
  wine: [
    ...['alcohol', 'malic acid', 'ash', 'alcalinity of ash', 'magnesium', 'total phenols'],
    ...['flavanoids', 'nonflavanoid phenols', 'proanthocyanins', 'color intensity', 'hue'],
    ...['OD280/OD315', 'proline'],
  ],
  'breast-cancer': ['mean', 'error of', 'worst'].flatMap((prefix) =>
    CELL_FEATURES.map((feature) => `${prefix} ${feature}`),
  ),
};

/** Names of a table's columns; where nobody has named them, their numbers. */
export function columnNames(dataset: string, features: number): readonly string[] {
  const known = COLUMNS[dataset] ?? cardOf(dataset)?.columns;
  return known?.length === features
    ? known
    : Array.from({ length: features }, (_, i) => `column ${i + 1}`);
}

/** What came with a data set that was added or pulled. */
function cardOf(dataset: string): DataCard | undefined {
  const cache = dataCacheFolder();
  return isCached(cache, dataset) ? readCard(cache, dataset) : undefined;
}
