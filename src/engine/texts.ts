/** Texts from the disk: the bundled one, checked against its manifest, and a person's own file. */
import { textDatasetFrom } from '../core/index';
import type { TextDataset } from '../core/index';
import { BUNDLED_TEXT_NAMES } from '../protocol/index';
import { readBundled, readFileBytes } from './datasets';
import type { LoadOptions } from './datasets';

/**
 * Loads a text as tokens; learning byte pairs takes seconds.
 * @param name        a bundled text, or the path of a file of UTF-8 (`.gz` or not)
 * @param vocabulary  259 for bytes, up to 65535 for byte pairs
 * @throws UserError('data') naming the file, what was expected and what was found
 */
export async function loadText(
  name: string,
  { dataDir, vocabulary }: LoadOptions & { readonly vocabulary: number },
): Promise<TextDataset> {
  return textDatasetFrom(name, await readText(name, { dataDir }), vocabulary);
}

/** The bytes of a text, unpacked. @throws UserError('data') */
export async function readText(name: string, { dataDir }: LoadOptions): Promise<Uint8Array> {
  const isBundled = BUNDLED_TEXT_NAMES.some((known) => known === name);
  const { bytes } = isBundled
    ? await readBundled(dataDir, `text/${name}.txt.gz`)
    : await readFileBytes(name);
  return bytes;
}
