/** Beginnings of training documents, cut where a language model's tokens are. */
import { trainSize } from '../datasets/text';
import type { TextDataset } from '../datasets/text';
import type { Joins } from '../datasets/textJoins';
import { bytesOfTokens } from '../datasets/textPieces';

export interface TextExamples {
  /** Tokens of each document as the bytes that they stand for. */
  readonly documents: readonly (readonly Uint8Array[])[];
  /** Documents of the train split. */
  readonly total: number;
}

export interface TextExampleOptions {
  /** Tokens of each document, at most. */
  readonly length: number;
  /** Documents, evenly spread over the train split. */
  readonly count: number;
}

/** @param joins  that the text's pieces came from; absent: its tokens are bytes */
export function textExamples(
  { tokens, starts }: TextDataset,
  joins: Joins | undefined,
  { length, count }: TextExampleOptions,
): TextExamples {
  const total = trainSize(starts.length - 1);
  const bytesOf = bytesOfTokens(joins);
  const documents = Array.from({ length: Math.min(count, total) }, (_, i) => {
    const document = Math.floor((i * total) / count);
    const end = Math.min(starts[document + 1]!, starts[document]! + length);
    return Array.from(tokens.subarray(starts[document], end), bytesOf);
  });
  return { documents, total };
}
