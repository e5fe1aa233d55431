/** Text as it is: bytes of a file, or of the files of a folder in the order of their names. */
import type { Reading, ReadOptions } from '../content';
import { damaged } from '../damaged';
import type { SourceFiles } from '../files';

/** @throws UserError('data') where there is hardly any text */
export async function readTextFiles(
  files: readonly string[],
  source: SourceFiles,
  options: ReadOptions,
): Promise<Reading> {
  const texts: Uint8Array[] = [];
  for (const file of files) texts.push((await source.read(file)).bytes);
  return textReading(files[0] ?? 'the folder', texts, options);
}

/** @param name  for messages. @throws UserError('data') */
export function textReading(
  name: string,
  texts: readonly Uint8Array[],
  { normalize = false }: ReadOptions,
): Reading {
  const parts = normalize ? texts.map(normalized) : texts;
  const fileStarts = new Uint32Array(parts.length + 1);
  parts.forEach((part, index) => {
    fileStarts[index + 1] = fileStarts[index]! + part.length;
  });
  const bytes = Buffer.concat(parts);
  if (bytes.length < MIN_BYTES) {
    const found = `there are ${bytes.length} bytes`;
    throw damaged({
      file: name,
      what: 'a text to learn from',
      found,
      expected: `at least ${MIN_BYTES}`,
      remedy: 'Add more text.',
    });
  }
  const notes = normalize ? ['Line ends became LF and letters NFC.'] : [];
  return { content: { kind: 'text', bytes, fileStarts }, notes };
}

/** Below this the blocks that are held out, one percent each, are empty. */
const MIN_BYTES = 1000;

function normalized(bytes: Uint8Array): Uint8Array {
  const text = new TextDecoder('utf-8', { ignoreBOM: false }).decode(bytes);
  return Buffer.from(text.replace(/\r\n?/g, '\n').normalize('NFC'));
}
