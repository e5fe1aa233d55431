/** Texts from the disk: the bundled one, checked against its manifest, those in the cache, and a person's own file. */
import {
  BYTE_VOCABULARY,
  learnPieces,
  splitDocuments,
  textOfBytes,
  textOfPieces,
} from '../core/index';
import type { PiecedText, TextDataset } from '../core/index';
import { BUNDLED_TEXT_NAMES } from '../protocol/index';
import { sha256Of } from '../storage/index';
import { readBundled } from './datasets';
import type { LoadOptions } from './datasets';
import { dataCacheFolder } from './data/cache';
import { loadCached, readOwn } from './data/named';
import { withPieceCache } from './data/pieceCache';

/** A text as it lies on the disk. */
interface PlainText {
  readonly bytes: Uint8Array;
  /** Where each of its files begins, and after them the number of bytes; absent: it is one file. */
  readonly fileStarts?: Uint32Array;
}

/**
 * Loads a text as tokens. Byte pairs are learned once, which takes seconds, and kept in the cache of data sets.
 * @param name        a bundled text, one of the cache, or the path of a file of UTF-8 (`.gz` or not)
 * @param vocabulary  259 for bytes, up to 65535 for byte pairs
 * @throws UserError('data') naming the file, what was expected and what was found
 */
export async function loadText(name: string, options: TextOptions): Promise<TextDataset> {
  const { text } = await loadPiecedText(name, options);
  return text;
}

export interface TextOptions extends LoadOptions {
  readonly vocabulary: number;
}

/** The same with what its pieces are made of; undefined where they are bytes. @throws UserError('data') */
export async function loadPiecedText(
  name: string,
  { dataDir, vocabulary }: TextOptions,
): Promise<{ text: TextDataset; joins: PiecedText['joins'] | undefined }> {
  const plain = await readText(name, dataDir);
  if (vocabulary === BYTE_VOCABULARY) {
    const documents = splitDocuments(plain.bytes, plain.fileStarts);
    return { text: textOfBytes(name, documents), joins: undefined };
  }
  const pieces = await piecesOf(name, plain);
  return { text: textOfPieces(name, pieces, vocabulary), joins: pieces.joins };
}

function piecesOf(name: string, text: PlainText): Promise<PiecedText> {
  return withPieceCache(dataCacheFolder(), hashOf(text), () =>
    learnPieces(name, splitDocuments(text.bytes, text.fileStarts)),
  );
}

async function readText(name: string, dataDir: string): Promise<PlainText> {
  if (BUNDLED_TEXT_NAMES.some((known) => known === name)) {
    return readBundled(dataDir, `text/${name}.txt.gz`);
  }
  const cached = await loadCached(name, 'text');
  return cached ?? readOwn(name, { kind: 'text', path: 'the path of a text file' });
}

/** Of the text and of where its files begin, which decides what its documents are. */
function hashOf({ bytes, fileStarts }: PlainText): string {
  const sha256 = sha256Of(bytes);
  if (fileStarts === undefined || fileStarts.length <= 2) return sha256;
  return sha256Of(new TextEncoder().encode(`${sha256} ${fileStarts.join(' ')}`));
}
