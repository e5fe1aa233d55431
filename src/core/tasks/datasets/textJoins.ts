/**
 * Learning byte pairs: the two neighbours that occur together most often become one piece, again and again (Sennrich,
 * Haddow, Birch, "Neural machine translation of rare words with subword units", 2016, algorithm 1). Of pairs that are
 * equally frequent the one with the smaller ids comes first, so the same text gives the same pieces everywhere.
 *
 * Each different word is there once, with its count, as a chain of pieces; joining a pair visits only the places where it is.
 */
import { PairQueue } from './textPairQueue';
import { BYTE_VOCABULARY, FIRST_BYTE, LARGEST_VOCABULARY } from './textVocabulary';
import { countWords } from './textWords';

/** Pieces of two pieces each: join k makes the id 259 + k of left[k] and right[k], both smaller. */
export interface Joins {
  /** u16[joins] */
  readonly left: Uint16Array;
  /** u16[joins] */
  readonly right: Uint16Array;
}

export function pairKey(left: number, right: number): number {
  return left * 65_536 + right;
}

/** The words of a text one after the other, a place for each byte at first; places fall out as pieces are joined. */
interface Chains {
  /** The piece at a place; 0 where there is none any more. */
  readonly ids: Uint16Array;
  /** The places before and after in the same word; -1 at its ends. */
  readonly before: Int32Array;
  readonly after: Int32Array;
  /** How often the text has the word of the place. */
  readonly counts: Float64Array;
}

/** Pairs in the queue, and for each the places of its left pieces, ascending; some have lost the pair since. */
interface Pairs {
  readonly queue: PairQueue;
  readonly homes: number[][];
}

/**
 * The joins of a text in the order in which they are made; fewer than asked for where no pair occurs twice any more. Those of
 * a smaller vocabulary are the first ones.
 * @param bytes       the text
 * @param vocabulary  259 … 65535; ids of the joins are below it
 */
export function learnJoins(bytes: Uint8Array, vocabulary = LARGEST_VOCABULARY): Joins {
  const chains = chainsOf(countWords(bytes));
  const pairs = pairsOf(chains);
  const left: number[] = [];
  const right: number[] = [];
  for (let id = BYTE_VOCABULARY; id < vocabulary; id++) {
    const pair = pairs.queue.takeMostFrequent();
    if (pair === undefined) break;
    const key = pairs.queue.keyOf(pair);
    left.push(Math.floor(key / 65_536));
    right.push(key % 65_536);
    joinEverywhere(chains, pairs, pair, id);
  }
  return { left: Uint16Array.from(left), right: Uint16Array.from(right) };
}

function chainsOf(words: ReadonlyMap<string, number>): Chains {
  let places = 0;
  for (const word of words.keys()) places += word.length;
  const ids = new Uint16Array(places);
  const before = new Int32Array(places);
  const after = new Int32Array(places);
  const counts = new Float64Array(places);
  let at = 0;
  for (const [word, count] of words) {
    for (let i = 0; i < word.length; i++, at++) {
      ids[at] = word.charCodeAt(i) + FIRST_BYTE;
      before[at] = i === 0 ? -1 : at - 1;
      after[at] = i === word.length - 1 ? -1 : at + 1;
      counts[at] = count;
    }
  }
  return { ids, before, after, counts };
}

function pairsOf(chains: Chains): Pairs {
  const pairs: Pairs = { queue: new PairQueue(), homes: [] };
  for (let at = 0; at < chains.ids.length; at++) addPair(chains, pairs, at);
  return pairs;
}

/** Notes the pair that begins at a place, where there is one. */
function addPair({ ids, after, counts }: Chains, { queue, homes }: Pairs, at: number): void {
  const next = at < 0 ? -1 : after[at]!;
  if (next < 0) return;
  const pair = queue.numberOf(pairKey(ids[at]!, ids[next]!));
  queue.change(pair, counts[at]!);
  (homes[pair] ??= []).push(at);
}

/** Takes the pair that begins at a place out of the counts. */
function dropPair({ ids, after, counts }: Chains, { queue }: Pairs, at: number): void {
  const next = at < 0 ? -1 : after[at]!;
  if (next >= 0) queue.change(queue.numberOf(pairKey(ids[at]!, ids[next]!)), -counts[at]!);
}

/** Writes `id` for each occurrence of a pair, from the left. */
function joinEverywhere(chains: Chains, pairs: Pairs, pair: number, id: number): void {
  const { ids, before, after } = chains;
  const key = pairs.queue.keyOf(pair);
  for (const at of pairs.homes[pair]!) {
    const next = after[at]!;
    if (next < 0 || pairKey(ids[at]!, ids[next]!) !== key) continue;
    dropPair(chains, pairs, before[at]!);
    dropPair(chains, pairs, next);
    ids[at] = id;
    ids[next] = 0;
    const beyond = after[next]!;
    after[at] = beyond;
    if (beyond >= 0) before[beyond] = at;
    addPair(chains, pairs, before[at]!);
    addPair(chains, pairs, at);
  }
  pairs.homes[pair] = [];
}
