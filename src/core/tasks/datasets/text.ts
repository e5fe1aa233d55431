/**
 * Text as token ids in memory. Documents keep their order and are cut into contiguous blocks: the last three hundredths
 * are innerValid, outerValid and test, what comes before is train. Pieces are learned from the train part alone.
 */
import { UserError } from '../../../base/index';
import type { Split } from '../task';
import type { TextDocuments } from './textDocuments';
import { splitDocuments } from './textDocuments';
import { learnJoins } from './textJoins';
import type { Joins } from './textJoins';
import { byteTokens, encodePieces, takeApart } from './textPieces';
import type { Documents } from './textPieces';
import { BYTE_VOCABULARY, LARGEST_VOCABULARY } from './textVocabulary';

export interface TextDataset {
  readonly name: string;
  /** Ids are below it: 0 padding, 1 end, 2 unknown, then bytes, then pieces of several bytes. */
  readonly vocabulary: number;
  /** u16: the tokens of all documents, one document after the other. */
  readonly tokens: Uint16Array;
  /** u32[documents + 1]: document i is tokens[starts[i], starts[i + 1]). */
  readonly starts: Uint32Array;
  /** Samples of the train part that were made beforehand, by their length. */
  readonly prepared?: ReadonlyMap<number, Float32Array>;
}

const HELD_OUT_SHARE = 100;

/** A text with all joins that it gives; each vocabulary follows from it. */
export interface PiecedText {
  readonly joins: Joins;
  readonly documents: Documents;
}

/**
 * Documents (see `textDocuments`) as ids.
 * @param text        UTF-8, overwritten
 * @param vocabulary  259 for bytes, up to 65535 for byte pairs
 * @throws UserError('config') on another vocabulary, UserError('data') where the text has no document
 */
export function textDatasetFrom(name: string, text: Uint8Array, vocabulary: number): TextDataset {
  checkVocabulary(vocabulary);
  const documents = splitDocuments(text);
  return vocabulary === BYTE_VOCABULARY
    ? textOfBytes(name, documents)
    : textOfPieces(name, learnPieces(name, documents), vocabulary);
}

/** @throws UserError('data') where there is no document */
export function textOfBytes(name: string, { bytes, starts }: TextDocuments): TextDataset {
  checkDocuments(name, starts);
  return { name, vocabulary: BYTE_VOCABULARY, tokens: byteTokens(bytes), starts };
}

/**
 * Learns all joins of the train part, which takes a second for some megabytes.
 * @throws UserError('data') where there is no document
 */
export function learnPieces(name: string, { bytes, starts }: TextDocuments): PiecedText {
  checkDocuments(name, starts);
  const joins = learnJoins(bytes.subarray(0, starts[trainSize(starts.length - 1)]));
  return { joins, documents: encodePieces(bytes, starts, joins) };
}

/** @throws UserError('config') on a vocabulary that is not 259 … 65535 */
export function textOfPieces(
  name: string,
  { joins, documents }: PiecedText,
  vocabulary: number,
): TextDataset {
  checkVocabulary(vocabulary);
  return { name, vocabulary, ...takeApart(documents, joins, vocabulary) };
}

function checkDocuments(name: string, starts: Uint32Array): void {
  if (starts.length > 1) return;
  throw new UserError('data', `${name} has no document, expected lines or paragraphs of text`);
}

/** @throws UserError('config') */
function checkVocabulary(vocabulary: number): void {
  if (
    Number.isInteger(vocabulary) &&
    vocabulary >= BYTE_VOCABULARY &&
    vocabulary <= LARGEST_VOCABULARY
  ) {
    return;
  }
  throw new UserError(
    'config',
    `vocabulary must be an integer from ${BYTE_VOCABULARY} to ${LARGEST_VOCABULARY}, got ${vocabulary}`,
    { remedy: `Take ${BYTE_VOCABULARY} for bytes.` },
  );
}

/** Documents of the train split, which come first. */
export function trainSize(documents: number): number {
  return documents - 3 * Math.floor(documents / HELD_OUT_SHARE);
}

/** Documents [from, to) of a split. */
export function splitText({ starts }: TextDataset, split: Split): readonly [number, number] {
  const documents = starts.length - 1;
  const part = Math.floor(documents / HELD_OUT_SHARE);
  const train = trainSize(documents);
  switch (split) {
    case 'train':
      return [0, train];
    case 'innerValid':
      return [train, train + part];
    case 'outerValid':
      return [train + part, train + 2 * part];
    case 'test':
      return [train + 2 * part, documents];
  }
}

/** Writes the first `length` tokens of a document to out[offset …]; what is missing stays as it is. */
export function readDocument(
  { tokens, starts }: TextDataset,
  document: number,
  length: number,
  out: Float32Array | Int32Array,
  offset: number,
): void {
  const start = starts[document]!;
  const end = Math.min(starts[document + 1]!, start + length);
  out.set(tokens.subarray(start, end), offset);
}

/** f32[train documents, length]: the first tokens of each, then zeros. Kept by the text and the length. */
export function trainSamples(text: TextDataset, length: number): Float32Array {
  const known = samples.get(text.tokens) ?? new Map<number, Float32Array>(text.prepared);
  samples.set(text.tokens, known);
  const found = known.get(length) ?? makeSamples(text, length);
  known.set(length, found);
  return found;
}

const samples = new WeakMap<Uint16Array, Map<number, Float32Array>>();

function makeSamples(text: TextDataset, length: number): Float32Array {
  const [, count] = splitText(text, 'train');
  const out = new Float32Array(count * length);
  for (let row = 0; row < count; row++) readDocument(text, row, length, out, row * length);
  return out;
}

/** A text whose samples of a length are there, so that whoever gets it need not make them. */
export function prepareText(text: TextDataset, length: number): TextDataset {
  const prepared = new Map(text.prepared).set(length, trainSamples(text, length));
  return { ...text, prepared };
}
