/** Small texts for tests. */
import { createRng } from '../../src/core/compute/rng';
import { textDatasetFrom } from '../../src/core/tasks/datasets/text';
import type { TextDataset } from '../../src/core/tasks/datasets/text';

const WORDS = ['the', 'a', 'sea', 'whale', 'ship', 'sails', 'and', 'to', 'under', 'white'];

/** Lines of random words, three to eight in each. */
export function randomLines(count: number, seed = 1): string {
  const rng = createRng({ seed, purpose: 'task' });
  const line = (): string =>
    Array.from({ length: 3 + rng.integer(6) }, () => WORDS[rng.integer(WORDS.length)]!).join(' ');
  return Array.from({ length: count }, line).join('\n');
}

export function smallText(documents = 200, vocabulary = 259): TextDataset {
  return textDatasetFrom('lines', new TextEncoder().encode(randomLines(documents)), vocabulary);
}
