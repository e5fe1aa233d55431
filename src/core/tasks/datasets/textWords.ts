/**
 * Words of a text, within which pieces are joined: a word is a run of bytes that are no white space with the one white
 * space byte before it, of at most 256 bytes.
 */
import { isSpace } from './textDocuments';

/** Longer runs are cut, so that what a text without white space costs stays bounded. */
const LONGEST_WORD = 256;

/** Bytes that are turned into characters at once, since a call for each word would take most of the time. */
const CHUNK = 8192;

/** Each word of a text in turn, each byte of it as the character of that number. */
export function forWords(bytes: Uint8Array, visit: (word: string) => void): void {
  let chunk = '';
  let chunkFrom = 0;
  let from = 0;
  for (let at = 1; at <= bytes.length; at++) {
    if (at < bytes.length && at - from < LONGEST_WORD && !isSpace(bytes[at]!)) continue;
    if (at > chunkFrom + chunk.length) {
      chunk = String.fromCharCode(...bytes.subarray(from, from + CHUNK));
      chunkFrom = from;
    }
    visit(chunk.slice(from - chunkFrom, at - chunkFrom));
    from = at;
  }
}

/** The different words of a text with how often each occurs, in the order of their first occurrences. */
export function countWords(bytes: Uint8Array): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  forWords(bytes, (word) => {
    counts.set(word, (counts.get(word) ?? 0) + 1);
  });
  return counts;
}
