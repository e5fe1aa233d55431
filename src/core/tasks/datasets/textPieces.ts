/**
 * Byte pairs: a vocabulary of pieces learned from a text by joining, again and again, the two neighbours that occur
 * together most often (Sennrich, Haddow, Birch, "Neural machine translation of rare words with subword units", 2016).
 * Joins never go beyond a word, which is a run of bytes that are no white space with the one white space byte before
 * it, of at most 256 bytes. Ids: 0 padding, 1 end, 2 unknown, byte b is b + 3, the k-th join 259 + k. Of pairs that are equally frequent
 * the one with the smaller ids comes first, so the same text gives the same pieces everywhere.
 */
import { isSpace } from './textDocuments';
import { PairQueue } from './textPairQueue';

/** Ids below that of the first byte have a meaning of their own. */
export const FIRST_BYTE = 3;
/** Padding, end, unknown and the 256 bytes. */
export const BYTE_VOCABULARY = 259;
/** Ids are kept in 16 bits. */
export const LARGEST_VOCABULARY = 65_535;

/** Joins by their pair: the id of what comes of it. */
export type Joins = ReadonlyMap<number, number>;

export function pairKey(left: number, right: number): number {
  return left * 65_536 + right;
}

interface Word {
  readonly ids: number[];
  /** How often the text has it. */
  readonly count: number;
}

/**
 * The joins for a vocabulary of a size; fewer where no pair occurs twice any more.
 * @param bytes       the text
 * @param vocabulary  259 … 65535
 */
export function learnJoins(bytes: Uint8Array, vocabulary: number): Joins {
  const words = countWords(bytes);
  const queue = new PairQueue();
  /** Numbers of the words that a pair was seen in; some have lost it since. */
  const homes = new Map<number, Set<number>>();
  const changes = new Map<number, number>();
  words.forEach(({ ids, count }, home) => {
    forPairs(ids, (key) => {
      change(changes, key, count);
      settle(homes, key, home);
    });
  });
  const joins = new Map<number, number>();
  for (let id = BYTE_VOCABULARY; id < vocabulary; id++) {
    for (const [key, count] of changes) queue.add(key, count);
    changes.clear();
    const key = queue.takeMostFrequent();
    if (key === undefined) break;
    joins.set(key, id);
    for (const home of homes.get(key)!) {
      const { ids, count } = words[home]!;
      forPairs(ids, (pair) => {
        change(changes, pair, -count);
      });
      joinPair(ids, key, id);
      forPairs(ids, (pair) => {
        change(changes, pair, count);
        if (hasId(pair, id)) settle(homes, pair, home);
      });
    }
    homes.delete(key);
    changes.delete(key);
  }
  return joins;
}

function change(changes: Map<number, number>, key: number, count: number): void {
  changes.set(key, (changes.get(key) ?? 0) + count);
}

/** Notes that a word has a pair. */
function settle(homes: Map<number, Set<number>>, key: number, home: number): void {
  const known = homes.get(key);
  if (known === undefined) homes.set(key, new Set([home]));
  else known.add(home);
}

function hasId(key: number, id: number): boolean {
  return key % 65_536 === id || Math.floor(key / 65_536) === id;
}

function forPairs(ids: readonly number[], visit: (key: number) => void): void {
  for (let i = 0; i + 1 < ids.length; i++) visit(pairKey(ids[i]!, ids[i + 1]!));
}

/** Writes `id` for each occurrence of a pair, from the left. */
function joinPair(ids: number[], key: number, id: number): void {
  let length = 0;
  for (let i = 0; i < ids.length; i++) {
    if (i + 1 < ids.length && pairKey(ids[i]!, ids[i + 1]!) === key) {
      ids[length++] = id;
      i++;
    } else {
      ids[length++] = ids[i]!;
    }
  }
  ids.length = length;
}

/**
 * What turns text into the ids of its pieces: in each word the earliest join that is possible is made first.
 * @returns of bytes, ids u16[pieces], 3 … 65534
 */
export function pieceEncoder(joins: Joins): (bytes: Uint8Array) => Uint16Array {
  const known = new Map<string, readonly number[]>();
  return (bytes) => {
    const out = new Uint16Array(bytes.length);
    let length = 0;
    for (const word of wordsOf(bytes)) {
      let pieces = known.get(word);
      if (pieces === undefined) known.set(word, (pieces = joinAll(idsOf(word), joins)));
      for (const id of pieces) out[length++] = id;
    }
    return out.slice(0, length);
  };
}

/** How many bytes the pieces of several bytes stand for, by their ids. */
export function pieceLengths(joins: Joins): ReadonlyMap<number, number> {
  const lengths = new Map<number, number>();
  const lengthOf = (id: number): number => lengths.get(id) ?? 1;
  // A join comes after those of its parts.
  for (const [key, id] of joins)
    lengths.set(id, lengthOf(Math.floor(key / 65_536)) + lengthOf(key % 65_536));
  return lengths;
}

function joinAll(ids: number[], joins: Joins): number[] {
  for (;;) {
    let earliest = Infinity;
    let chosen = -1;
    forPairs(ids, (key) => {
      const id = joins.get(key);
      if (id !== undefined && id < earliest) [earliest, chosen] = [id, key];
    });
    if (chosen < 0) return ids;
    joinPair(ids, chosen, earliest);
  }
}

function countWords(bytes: Uint8Array): Word[] {
  const counts = new Map<string, number>();
  for (const word of wordsOf(bytes)) counts.set(word, (counts.get(word) ?? 0) + 1);
  return [...counts].map(([word, count]) => ({ ids: idsOf(word), count }));
}

/** Longer runs are cut, so that what a text without white space costs stays bounded. */
const LONGEST_WORD = 256;

/** Each byte of a word as the character of that number. */
function wordsOf(bytes: Uint8Array): string[] {
  const words: string[] = [];
  let word = '';
  for (const byte of bytes) {
    if (word !== '' && (isSpace(byte) || word.length === LONGEST_WORD)) {
      words.push(word);
      word = '';
    }
    word += String.fromCharCode(byte);
  }
  if (word !== '') words.push(word);
  return words;
}

function idsOf(word: string): number[] {
  return Array.from(word, (character) => character.charCodeAt(0) + FIRST_BYTE);
}
