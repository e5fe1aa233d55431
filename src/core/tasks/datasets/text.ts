/**
 * Text as token ids in memory. Documents keep their order and are cut into contiguous blocks: the last three hundredths
 * are innerValid, outerValid and test, what comes before is train. Pieces are learned from the train part alone.
 */
import { UserError } from '../../../base/index';
import type { Split } from '../task';
import { splitDocuments } from './textDocuments';
import {
  BYTE_VOCABULARY,
  FIRST_BYTE,
  LARGEST_VOCABULARY,
  learnJoins,
  pieceEncoder,
} from './textPieces';

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

/**
 * Documents (see `textDocuments`) as ids.
 * @param text        UTF-8
 * @param vocabulary  259 for bytes, up to 65535 for byte pairs
 * @throws UserError('config') on another vocabulary, UserError('data') where the text has no document
 */
export function textDatasetFrom(name: string, text: Uint8Array, vocabulary: number): TextDataset {
  checkVocabulary(vocabulary);
  const { bytes, starts } = splitDocuments(text);
  const documents = starts.length - 1;
  if (documents === 0) {
    throw new UserError('data', `${name} has no document, expected lines or paragraphs of text`);
  }
  if (vocabulary === BYTE_VOCABULARY) {
    const tokens = new Uint16Array(bytes);
    tokens.forEach((byte, i) => (tokens[i] = byte + FIRST_BYTE));
    return { name, vocabulary, tokens, starts };
  }
  const joins = learnJoins(bytes.subarray(0, starts[trainSize(documents)]), vocabulary);
  const encode = pieceEncoder(joins);
  const parts = Array.from({ length: documents }, (_, i) =>
    encode(bytes.subarray(starts[i], starts[i + 1])),
  );
  return { name, vocabulary, ...joined(parts) };
}

function joined(parts: readonly Uint16Array[]): Pick<TextDataset, 'tokens' | 'starts'> {
  const starts = new Uint32Array(parts.length + 1);
  parts.forEach((part, i) => (starts[i + 1] = starts[i]! + part.length));
  const tokens = new Uint16Array(starts[parts.length]!);
  parts.forEach((part, i) => {
    tokens.set(part, starts[i]);
  });
  return { tokens, starts };
}

/** @throws UserError('config') */
export function checkVocabulary(vocabulary: number): void {
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
