/**
 * Text as pieces of several bytes. What a smaller vocabulary makes of a text follows from what a larger one makes of it:
 * joins are made in their order, so taking apart all pieces from some join on leaves the text as it was before that join.
 */
import { pairKey } from './textJoins';
import type { Joins } from './textJoins';
import { BYTE_VOCABULARY, FIRST_BYTE } from './textVocabulary';
import { forWords } from './textWords';

/** Documents one after the other: document i is tokens[starts[i], starts[i + 1]). */
export interface Documents {
  /** u16 */
  readonly tokens: Uint16Array;
  /** u32[documents + 1] */
  readonly starts: Uint32Array;
}

/** Documents of bytes as the tokens of the bytes. */
export function byteTokens(bytes: Uint8Array): Uint16Array {
  const tokens = new Uint16Array(bytes);
  for (let i = 0; i < tokens.length; i++) tokens[i]! += FIRST_BYTE;
  return tokens;
}

/**
 * Documents as pieces, with all joins: in each word the earliest join that is possible is made first.
 * @param starts  u32[documents + 1], of bytes
 */
export function encodePieces(bytes: Uint8Array, starts: Uint32Array, joins: Joins): Documents {
  const encode = wordEncoder(joins);
  const tokens = new Uint16Array(bytes.length);
  const ends = new Uint32Array(starts.length);
  let length = 0;
  for (let document = 0; document + 1 < starts.length; document++) {
    forWords(bytes.subarray(starts[document], starts[document + 1]), (word) => {
      for (const id of encode(word)) tokens[length++] = id;
    });
    ends[document + 1] = length;
  }
  return { tokens: tokens.slice(0, length), starts: ends };
}

/** Joins the bytes of a word; equal words are joined once. */
function wordEncoder({ left, right }: Joins): (word: string) => readonly number[] {
  const ids = new Map<number, number>();
  left.forEach((id, k) => ids.set(pairKey(id, right[k]!), BYTE_VOCABULARY + k));
  const known = new Map<string, readonly number[]>();
  return (word) => {
    const found = known.get(word);
    if (found !== undefined) return found;
    const pieces = joinAll(
      Array.from(word, (byte) => byte.charCodeAt(0) + FIRST_BYTE),
      ids,
    );
    known.set(word, pieces);
    return pieces;
  };
}

/** The bytes that an id stands for. @param joins  that made the pieces; absent: there are none */
export function bytesOfTokens(joins: Joins | undefined): (id: number) => Uint8Array {
  const write = (id: number, out: number[]): void => {
    if (joins === undefined || id < BYTE_VOCABULARY) {
      out.push(id - FIRST_BYTE);
      return;
    }
    write(joins.left[id - BYTE_VOCABULARY]!, out);
    write(joins.right[id - BYTE_VOCABULARY]!, out);
  };
  return (id) => {
    const out: number[] = [];
    write(id, out);
    return Uint8Array.from(out);
  };
}

function joinAll(pieces: number[], ids: ReadonlyMap<number, number>): readonly number[] {
  for (;;) {
    let earliest = Infinity;
    for (let i = 0; i + 1 < pieces.length; i++) {
      earliest = Math.min(earliest, ids.get(pairKey(pieces[i]!, pieces[i + 1]!)) ?? Infinity);
    }
    if (earliest === Infinity) return pieces;
    let length = 0;
    for (let i = 0; i < pieces.length; i++) {
      const isPair =
        i + 1 < pieces.length && ids.get(pairKey(pieces[i]!, pieces[i + 1]!)) === earliest;
      pieces[length++] = isPair ? earliest : pieces[i]!;
      if (isPair) i++;
    }
    pieces.length = length;
  }
}

/**
 * The same documents with the first joins only.
 * @param documents   with all joins
 * @param vocabulary  259 … 65535: larger ids are taken apart
 */
export function takeApart(documents: Documents, joins: Joins, vocabulary: number): Documents {
  if (vocabulary >= BYTE_VOCABULARY + joins.left.length) return documents;
  const { parts, ends } = smallerParts(joins, vocabulary);
  const countOf = (id: number): number => (id < vocabulary ? 1 : ends[id]! - ends[id - 1]!);
  const starts = new Uint32Array(documents.starts.length);
  let length = 0;
  for (let document = 0; document + 1 < starts.length; document++) {
    const end = documents.starts[document + 1]!;
    for (let i = documents.starts[document]!; i < end; i++) length += countOf(documents.tokens[i]!);
    starts[document + 1] = length;
  }
  const tokens = new Uint16Array(length);
  let at = 0;
  for (const id of documents.tokens) {
    if (id < vocabulary) tokens[at++] = id;
    else for (let i = ends[id - 1]!; i < ends[id]!; i++) tokens[at++] = parts[i]!;
  }
  return { tokens, starts };
}

/** For each id from `vocabulary` on the smaller ones that it is made of: parts[ends[id - 1], ends[id]). */
function smallerParts({ left, right }: Joins, vocabulary: number) {
  const parts: number[] = [];
  const ends = new Uint32Array(BYTE_VOCABULARY + left.length);
  const write = (id: number): void => {
    if (id < vocabulary) parts.push(id);
    else for (let i = ends[id - 1]!; i < ends[id]!; i++) parts.push(parts[i]!);
  };
  for (let id = vocabulary; id < ends.length; id++) {
    write(left[id - BYTE_VOCABULARY]!);
    write(right[id - BYTE_VOCABULARY]!);
    ends[id] = parts.length;
  }
  return { parts, ends };
}
