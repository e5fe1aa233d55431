import { describe, expect, it } from 'vitest';
import {
  learnPieces,
  prepareText,
  splitText,
  textDatasetFrom,
  textOfPieces,
  trainSamples,
} from '../../../../../src/core/tasks/datasets/text';
import { createTextData } from '../../../../../src/core/tasks/datasets/textData';
import { splitDocuments } from '../../../../../src/core/tasks/datasets/textDocuments';
import { learnJoins, pairKey } from '../../../../../src/core/tasks/datasets/textJoins';
import type { Joins } from '../../../../../src/core/tasks/datasets/textJoins';
import { encodePieces, takeApart } from '../../../../../src/core/tasks/datasets/textPieces';
import { createRng } from '../../../../../src/core/compute/rng';
import { SPLITS } from '../../../../../src/core/tasks/task';
import { randomLines, smallText } from '../../../../support/texts';
import { trainRows } from '../../../../support/rows';

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);

function documentsOf(text: string): string[] {
  const { bytes, starts } = splitDocuments(bytesOf(text));
  const decoder = new TextDecoder();
  return Array.from({ length: starts.length - 1 }, (_, i) =>
    decoder.decode(bytes.subarray(starts[i], starts[i + 1])),
  );
}

describe('documents', () => {
  it.each([
    ['lines where there is no blank line', 'one\ntwo words\nthree', ['one', 'two words', 'three']],
    ['paragraphs where there is one', 'one\ntwo\n\nthree\n', ['one two', 'three']],
    ['with CR LF as with LF', 'one\r\ntwo\r\n\r\nthree\r\n', ['one two', 'three']],
    ['without white space around', '  one \t\n \t \n\n  two\n  more ', ['one', 'two   more']],
    ['lines where blank lines are at the ends only', '\n\none\ntwo\n\n\n', ['one', 'two']],
    ['none in white space', ' \n\n \t\n', []],
    ['none in nothing', '', []],
    ['of any letters', 'größer\nÀ là', ['größer', 'À là']],
  ])('are %s', (_, text, expected) => {
    expect(documentsOf(text)).toEqual(expected);
  });

  it.each([
    ['lines', 'one\ntwothree\nfour', 7, ['one', 'two', 'three', 'four']],
    ['paragraphs', 'one\n\ntwo\nmorethree\nfour', 13, ['one', 'two more', 'three four']],
  ])('that are %s end with the file that they are in', (_, text, second, expected) => {
    const starts = Uint32Array.of(0, second, text.length);
    const documents = splitDocuments(bytesOf(text), starts);
    const decoder = new TextDecoder();
    expect(
      expected.map((_document, i) =>
        decoder.decode(documents.bytes.subarray(documents.starts[i], documents.starts[i + 1])),
      ),
    ).toEqual(expected);
    expect(documents.starts).toHaveLength(expected.length + 1);
  });
});

/** Words of ASCII text as ids of bytes. */
function slowWords(text: string): number[][] {
  return (text.match(/\s?\S+|\s/g) ?? []).map((word) =>
    Array.from(bytesOf(word), (byte) => byte + 3),
  );
}

function joinSlowly(words: readonly number[][], pair: number, id: number): void {
  for (const ids of words) {
    for (let i = 0; i + 1 < ids.length; i++) {
      if (pairKey(ids[i]!, ids[i + 1]!) === pair) ids.splice(i, 2, id);
    }
  }
}

/** The definition: pairs are counted anew for each join, over all words of the text. */
function slowJoins(text: string, vocabulary: number): number[] {
  const words = slowWords(text);
  const joins: number[] = [];
  for (let id = 259; id < vocabulary; id++) {
    const counts = new Map<number, number>();
    for (const ids of words) {
      ids.slice(1).forEach((right, i) => {
        const key = pairKey(ids[i]!, right);
        counts.set(key, (counts.get(key) ?? 0) + 1);
      });
    }
    const [best] = [...counts].sort(([a, m], [b, n]) => n - m || a - b);
    if (best === undefined || best[1] < 2) break;
    joins.push(best[0]);
    joinSlowly(words, best[0], id);
  }
  return joins;
}

const keysOf = ({ left, right }: Joins): number[] =>
  [...left].map((id, k) => pairKey(id, right[k]!));

function randomLetters(count: number, seed: number): string {
  const rng = createRng({ seed, purpose: 'task' });
  return Array.from({ length: count }, () => 'aaabbc '[rng.integer(7)]!).join('');
}

describe('byte pairs', () => {
  it.each([
    randomLines(40),
    'aaaaaaa aaa aaaa a aaaaaaaaaaaaaaaa bb abab babab',
    'größer größe groß  größter',
    '',
    ...[1, 2, 3, 4, 5, 6].map((seed) => randomLetters(400, seed)),
  ])('are those of the definition: %#', (text) => {
    expect(keysOf(learnJoins(bytesOf(text)))).toEqual(slowJoins(text, 65_535));
    expect(keysOf(learnJoins(bytesOf(text), 263))).toEqual(slowJoins(text, 263));
  });

  it.each([260, 261, 264, 270, 290, 65_535])(
    'of a vocabulary of %i are the first of all, and its tokens are those of the definition',
    (vocabulary) => {
      const text = randomLines(120);
      const pieces = learnPieces('lines', splitDocuments(bytesOf(text)));
      const train = text.split('\n').slice(0, 117).join('');
      const joins = slowJoins(train, vocabulary);
      expect(keysOf(pieces.joins).slice(0, vocabulary - 259)).toEqual(joins);
      const { tokens, starts } = textOfPieces('lines', pieces, vocabulary);
      text.split('\n').forEach((line, document) => {
        const words = slowWords(line);
        joins.forEach((pair, k) => {
          joinSlowly(words, pair, 259 + k);
        });
        expect([...tokens.subarray(starts[document], starts[document + 1])]).toEqual(words.flat());
      });
    },
  );

  it('can be written out again as the bytes they are made of', () => {
    const text = `${randomLines(30)} ünknöwn ${'x'.repeat(600)}`;
    const joins = learnJoins(bytesOf(randomLines(20)), 290);
    const bytes = bytesOf(text);
    const documents = encodePieces(bytes, Uint32Array.of(0, bytes.length), joins);
    expect(documents.tokens.length).toBeLessThan(0.6 * text.length);
    const { tokens, starts } = takeApart(documents, joins, 259);
    expect(tokens.map((id) => id - 3)).toEqual(Uint16Array.from(bytes));
    expect([...starts]).toEqual([0, bytes.length]);
  });

  it('are learned without the held-out documents', () => {
    const lines = randomLines(400).split('\n');
    const changed = [...lines.slice(0, 388), ...Array<string>(12).fill('zyzzyva zyzzyva')];
    const [one, other] = [lines, changed].map((text) =>
      textDatasetFrom('t', bytesOf(text.join('\n')), 300),
    );
    const trainTokens = one!.starts[388];
    expect(other!.tokens.slice(0, trainTokens)).toEqual(one!.tokens.slice(0, trainTokens));
    expect(other!.tokens.slice(trainTokens, trainTokens! + 3)).toEqual(
      Uint16Array.from(bytesOf('zyz'), (byte) => byte + 3),
    );
  });
});

describe('a text', () => {
  it('has contiguous splits, a hundredth each for those held out', () => {
    const text = smallText(250);
    const parts = SPLITS.map((split) => splitText(text, split));
    expect(parts).toEqual([
      [0, 244],
      [244, 246],
      [246, 248],
      [248, 250],
    ]);
  });

  it('is bytes plus three where the vocabulary is that of bytes', () => {
    const { tokens, starts } = textDatasetFrom('t', bytesOf('ab\nc'), 259);
    expect([...tokens]).toEqual([100, 101, 102]);
    expect([...starts]).toEqual([0, 2, 3]);
  });

  it.each([258, 65_536, 300.5, NaN])('has no vocabulary of %s', (vocabulary) => {
    expect(() => textDatasetFrom('t', bytesOf('a'), vocabulary)).toThrow(
      `vocabulary must be an integer from 259 to 65535, got ${vocabulary}`,
    );
  });

  it('without a document is refused', () => {
    expect(() => textDatasetFrom('blank.txt', bytesOf(' \n'), 259)).toThrow(
      'blank.txt has no document',
    );
  });

  it('keeps samples that were made beforehand', () => {
    const text = smallText();
    const prepared = prepareText(text, 9);
    const copy = { ...prepared, tokens: text.tokens.slice() };
    expect(trainSamples(copy, 9)).toBe(prepared.prepared!.get(9));
  });
});

describe('batches of text', () => {
  const text = smallText(250);
  const data = createTextData({ text, length: 11, batchSize: 7, seed: 3 });

  it('are the first tokens of documents, filled up with zeros', () => {
    const { tokens } = data.evaluationBatch('innerValid', 0);
    expect(tokens!.shape).toEqual([7, 12]);
    for (const row of [0, 1]) {
      const [from, to] = [text.starts[244 + row]!, text.starts[245 + row]!];
      const own = [...text.tokens.subarray(from, Math.min(to, from + 12))];
      const expected = [...own, ...Array<number>(12 - own.length).fill(0)];
      expect([...tokens!.data.subarray(12 * row, 12 * row + 12)]).toEqual(expected);
    }
    // Two documents only: the rest of the one batch is empty.
    expect(data.evaluationBatches('innerValid')).toBe(1);
    expect([...tokens!.data.subarray(24)]).toEqual(Array<number>(60).fill(0));
  });

  it('go once through the train split in each epoch, in an order of its own', () => {
    const rowsOf = (epoch: number): number[] =>
      Array.from({ length: 34 }, (_, i) => trainRows(data.rows!, 34 * epoch + i)).flat();
    const [first, second] = [rowsOf(0), rowsOf(1)];
    expect(new Set(first).size).toBe(238);
    expect(Math.max(...first)).toBeLessThan(244);
    expect(second).not.toEqual(first);
    expect(rowsOf(0)).toEqual(first);
  });

  it('are the same by rows as written whole', () => {
    const { data: stored, rowLength } = data.rows!.arrays[0]!;
    for (const step of [0, 5, 40]) {
      const gathered = trainRows(data.rows!, step).flatMap((row) => [
        ...stored.subarray(row * rowLength, (row + 1) * rowLength),
      ]);
      expect([...data.trainBatch(step)['tokens']!.data]).toEqual(gathered);
    }
  });

  it('refuse a batch larger than the train split, and places that are not there', () => {
    expect(() => createTextData({ text, length: 5, batchSize: 245, seed: 0 })).toThrow(
      'batchSize is 245, expected at most 244, the documents in the train split of lines',
    );
    expect(() => data.evaluationBatch('test', 1)).toThrow('index must be 0..0, got 1');
  });
});
