/** The nearest of a few known words to a mistyped one, for "did you mean". */

/** Number of insertions, deletions and replacements of a letter, and swaps of two neighbours, that turn `a` into `b`. */
function editDistance(a: string, b: string): number {
  let before: number[] = [];
  let previous = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const current = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = (previous[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      const isSwap = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      const swapped = isSwap ? (before[j - 2] ?? 0) + 1 : Infinity;
      current.push(Math.min(replaced, swapped, (previous[j] ?? 0) + 1, (current[j - 1] ?? 0) + 1));
    }
    [before, previous] = [previous, current];
  }
  return previous[b.length] ?? 0;
}

/** Short names that people use for our settings, none of which is near enough in letters. */
const KNOWN_AS: Readonly<Record<string, string>> = {
  lr: 'learningRate',
  wd: 'weightDecay',
  b1: 'beta1',
  b2: 'beta2',
  eps: 'epsilon',
  steps: 'numSteps',
  epochs: 'numSteps',
  iterations: 'numSteps',
  layers: 'hidden',
  gray: 'grey',
  gpu: 'tensorflow',
  cuda: 'tensorflow',
};

/** The candidate that `word` most likely meant, or undefined when none is near. */
function nearest(word: string, candidates: readonly string[]): string | undefined {
  const plain = (text: string): string => text.toLowerCase().replace(/[-_ ]/g, '');
  const wanted = plain(word).slice(0, 40);
  const alias = Object.hasOwn(KNOWN_AS, wanted) ? KNOWN_AS[wanted] : undefined;
  if (alias !== undefined && candidates.includes(alias)) return alias;
  let best: string | undefined;
  let bestDistance = Math.max(1, Math.floor(wanted.length / 3)) + 1;
  for (const candidate of candidates) {
    const distance = editDistance(wanted, plain(candidate));
    if (distance < bestDistance) [best, bestDistance] = [candidate, distance];
  }
  return best ?? onlyBeginning(wanted, candidates, plain);
}

/** The one candidate that begins as the word does: `cifar10` for `cifar`. */
function onlyBeginning(
  wanted: string,
  candidates: readonly string[],
  plain: (text: string) => string,
): string | undefined {
  if (wanted.length < 3) return undefined;
  const [first, second] = candidates.filter((name) => plain(name).startsWith(wanted));
  return second === undefined ? first : undefined;
}

/** `; did you mean "x"?` or nothing. */
export function didYouMean(word: string, candidates: readonly string[]): string {
  const guess = nearest(word, candidates);
  return guess === undefined ? '' : `; did you mean "${guess}"?`;
}
