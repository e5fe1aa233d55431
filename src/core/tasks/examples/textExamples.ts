/** Beginnings of training documents, cut where a language model's tokens are. */
import { checkVocabulary, trainSize } from '../datasets/text';
import { splitDocuments } from '../datasets/textDocuments';
import { BYTE_VOCABULARY, learnJoins, pieceEncoder, pieceLengths } from '../datasets/textPieces';

export interface TextExamples {
  /** Tokens of each document as the bytes that they stand for. */
  readonly documents: readonly (readonly Uint8Array[])[];
  /** Documents of the train split. */
  readonly total: number;
}

export interface TextExampleOptions {
  /** 259 for bytes, up to 65535 for byte pairs, which are learned here: that takes seconds. */
  readonly vocabulary: number;
  /** Tokens of each document, at most. */
  readonly length: number;
  /** Documents, evenly spread over the train split. */
  readonly count: number;
}

/** @param text  UTF-8. @throws UserError('config') on another vocabulary */
export function textExamples(
  text: Uint8Array,
  { vocabulary, length, count }: TextExampleOptions,
): TextExamples {
  checkVocabulary(vocabulary);
  const { bytes, starts } = splitDocuments(text);
  const total = trainSize(starts.length - 1);
  const cut = piecesOf(bytes.subarray(0, starts[total]), vocabulary);
  const documents = Array.from({ length: Math.min(count, total) }, (_, i) => {
    const document = Math.floor((i * total) / count);
    return cut(bytes.subarray(starts[document], starts[document + 1])).slice(0, length);
  });
  return { documents, total };
}

/** What cuts a document of a text whose train part is given. */
function piecesOf(train: Uint8Array, vocabulary: number): (document: Uint8Array) => Uint8Array[] {
  if (vocabulary === BYTE_VOCABULARY)
    return (document) => Array.from(document, (b) => Uint8Array.of(b));
  const joins = learnJoins(train, vocabulary);
  const lengths = pieceLengths(joins);
  const encode = pieceEncoder(joins);
  return (document) => {
    let at = 0;
    return Array.from(encode(document), (id) => {
      const start = at;
      at += lengths.get(id) ?? 1;
      return document.slice(start, at);
    });
  };
}
