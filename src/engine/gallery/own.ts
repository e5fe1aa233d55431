/** Tasks on the data sets of the cache: what a person has added or pulled, each with the first family that can read it. */
import { sizeOf, UserError } from '../../base/index';
import { dataCacheFolder, listCached } from '../data/cache';
import type { DataCard } from '../data/card';
import type { FamilyName } from './ready';

const FAMILIES: Readonly<Record<DataCard['kind'], FamilyName>> = {
  images: 'imageMlp',
  table: 'tabularMlp',
  text: 'transformerLm',
};

/** A list reads what it names: larger sets are left out of it. */
const MOST_NUMBERS = 3e8;

/** A batch is a tenth of the examples, but no more than this. */
const LARGEST_BATCH = 128;

/** Fields of a family's tasks, by the data set; none where the cache cannot be read. */
export function ownFields(family: FamilyName): Readonly<Record<string, object>> {
  const own = cards().filter(
    ({ kind, arrays }) => FAMILIES[kind] === family && numbersOf(arrays) <= MOST_NUMBERS,
  );
  return Object.fromEntries(own.map((card) => [card.name, fieldsOf(card)]));
}

function fieldsOf({ name, kind, samples }: DataCard): object {
  if (kind === 'text') return { dataset: name };
  const batchSize = Math.max(1, Math.min(LARGEST_BATCH, Math.floor(samples.train / 10)));
  return { dataset: name, batchSize };
}

function numbersOf(arrays: DataCard['arrays']): number {
  return Object.values(arrays).reduce((sum, { shape }) => sum + sizeOf(shape), 0);
}

function cards(): DataCard[] {
  try {
    return listCached(dataCacheFolder());
  } catch (thrown) {
    if (thrown instanceof UserError) return [];
    throw thrown;
  }
}
