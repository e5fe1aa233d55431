/**
 * What a document of a plain text is. Where the text has a blank line, documents are its paragraphs: what lies
 * between blank lines, with each line break inside written as a space. Where it has none, each line is a document.
 * None goes on from one file of a text to the next.
 * CR LF counts as LF, white space at both ends of a document is dropped, and empty documents are left out.
 */

/** Documents one after the other, in the order of the text. */
export interface TextDocuments {
  readonly bytes: Uint8Array;
  /** u32[documents + 1]: document i is bytes[starts[i], starts[i + 1]) */
  readonly starts: Uint32Array;
}

const LINE_FEED = 10;
const CARRIAGE_RETURN = 13;
const SPACE = 32;

/**
 * @param text        UTF-8, or whatever else: bytes are kept as they are. Overwritten: the documents lie in its memory, since
 *   a text may be large
 * @param fileStarts  where each of the text's files begins, ascending from 0, and after them its length
 */
export function splitDocuments(
  text: Uint8Array,
  fileStarts: Uint32Array = Uint32Array.of(0, text.length),
): TextDocuments {
  const files = Array.from({ length: fileStarts.length - 1 }, (_, i) =>
    text.subarray(fileStarts[i], fileStarts[i + 1]),
  );
  const paragraphs = files.some(hasBlankLine);
  // No more is written than was read: a space for a line break, nothing for what is dropped.
  const bytes = text;
  const starts = [0];
  let end = 0;
  const close = (): void => {
    const start = starts.at(-1)!;
    while (end > start && isSpace(bytes[end - 1]!)) end--;
    if (end > start) starts.push(end);
  };
  for (const file of files) {
    for (const [from, to] of lines(file)) {
      if (from === to || !paragraphs) close();
      if (end > starts.at(-1)!) bytes[end++] = SPACE;
      let begin = from;
      if (end === starts.at(-1)!) while (begin < to && isSpace(file[begin]!)) begin++;
      bytes.set(file.subarray(begin, to), end);
      end += to - begin;
    }
    close();
  }
  return { bytes: bytes.subarray(0, end), starts: Uint32Array.from(starts) };
}

/** Where lines begin and end; lines of nothing but white space are empty. */
function* lines(text: Uint8Array): Generator<readonly [number, number]> {
  let from = 0;
  while (from < text.length) {
    const found = text.indexOf(LINE_FEED, from);
    const next = found < 0 ? text.length : found;
    let to = next;
    while (to > from && isSpace(text[to - 1]!)) to--;
    yield [from, to];
    from = next + 1;
  }
}

/** Blank lines before the first and after the last line with something in it don't count. */
function hasBlankLine(text: Uint8Array): boolean {
  let [seen, blank] = [false, false];
  for (const [from, to] of lines(text)) {
    if (from === to) {
      blank = seen;
    } else {
      if (blank) return true;
      seen = true;
    }
  }
  return false;
}

export function isSpace(byte: number): boolean {
  return byte === SPACE || (byte >= 9 && byte <= CARRIAGE_RETURN);
}
