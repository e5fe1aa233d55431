/** Language models: 18 of the fixed evaluation set and three of the other published tasks. */
import { fewer, narrowed } from './original';
import type { OriginalData, OriginalTask } from './original';

/** 256 bytes and three special tokens; 32,000 pieces and 100 extra ids. */
const BYTES = 259;
const PIECES = 32_100;
const MINI_PIECES = 512;

const WORDS = { lm1b: 'lm1b', wikipedia: 'wikipediaen' };

interface RnnShape {
  readonly cell: string;
  readonly length?: number;
  readonly hidden: number;
  readonly isPieces?: boolean;
}

const CELLS: Readonly<Record<string, string>> = {
  LSTM: 'lstm',
  GRU: 'gru',
  IRNN: 'irnn',
  VanillaRNN: 'vanilla',
};

function rnn(
  data: 'lm1b' | 'wikipedia',
  parameters: number,
  { cell, length = 32, hidden, isPieces = false }: RnnShape,
): OriginalTask {
  const embedding = hidden / 2;
  const network = { family: 'rnnLm', cell: CELLS[cell]! };
  return {
    template: `RNNLM_{}${isPieces ? '32k' : 'bytes'}_Patch${length}_${cell}${hidden}_Embed${embedding}`,
    word: WORDS[data],
    family: 'RNN LM',
    data,
    parameters,
    full: (read) => ({
      ...network,
      ...read,
      vocabulary: isPieces ? PIECES : BYTES,
      hidden,
      embedding,
      length,
      batchSize: 128,
    }),
    mini: (read) => ({
      ...network,
      ...read,
      vocabulary: isPieces ? MINI_PIECES : BYTES,
      hidden: narrowed(hidden),
      embedding: narrowed(embedding),
      // An article is longer than a sentence of the news.
      length: (length * (data === 'lm1b' ? 2 : 3)) / 8,
      batchSize: fewer(64),
    }),
  };
}

const RNNS: readonly OriginalTask[] = [
  rnn('lm1b', 149_059, { cell: 'LSTM', hidden: 128, length: 128 }),
  rnn('lm1b', 124_227, { cell: 'GRU', hidden: 128 }),
  rnn('lm1b', 395_651, { cell: 'GRU', hidden: 256 }),
  rnn('lm1b', 74_947, { cell: 'IRNN', hidden: 128 }),
  rnn('lm1b', 149_059, { cell: 'LSTM', hidden: 128 }),
  rnn('lm1b', 494_467, { cell: 'LSTM', hidden: 256 }),
  rnn('lm1b', 74_947, { cell: 'VanillaRNN', hidden: 128 }),
  rnn('wikipedia', 395_651, { cell: 'GRU', hidden: 256 }),
  rnn('wikipedia', 494_467, { cell: 'LSTM', hidden: 256 }),
  // Of the others: recurrent networks over pieces of words, of which the evaluation set has none.
  rnn('lm1b', 12_753_252, { cell: 'LSTM', hidden: 256, isPieces: true }),
  rnn('wikipedia', 12_654_436, { cell: 'GRU', hidden: 256, isPieces: true }),
];

interface TransformerShape {
  readonly layers: number;
  readonly width: number;
  readonly heads: number;
  readonly length: number;
  readonly batchSize: number;
  readonly dropout?: number;
}

function transformer(name: string, parameters: number, shape: TransformerShape): OriginalTask {
  const { layers, width, heads, length, batchSize, dropout = 0 } = shape;
  const network = { family: 'transformerLm', layers, dropout };
  const data: OriginalData = 'lm1b';
  return {
    template: `TransformerLM_{}_${name}`,
    word: 'LM1B',
    family: 'transformer LM',
    data,
    parameters,
    full: (read) => ({
      ...network,
      ...read,
      vocabulary: PIECES,
      width,
      heads,
      length,
      batchSize,
    }),
    mini: (read) => ({
      ...network,
      ...read,
      vocabulary: MINI_PIECES,
      width: Math.min(32, Math.max(8, width / 4)),
      heads: Math.max(1, Math.round(heads / 4)),
      length: Math.min(16, length / 2),
      batchSize: Math.min(4, batchSize),
    }),
  };
}

const TRANSFORMERS: readonly OriginalTask[] = [
  ...[
    [1_332_820, { layers: 1, width: 20, heads: 5, length: 8, batchSize: 4, dropout: 0.1 }] as const,
    [1_596_804, { layers: 1, width: 24, heads: 6, length: 8, batchSize: 4, dropout: 0.1 }] as const,
    [2_137_124, { layers: 2, width: 32, heads: 4, length: 8, batchSize: 8 }] as const,
    [2_111_844, { layers: 1, width: 32, heads: 4, length: 16, batchSize: 8 }] as const,
    [2_137_124, { layers: 2, width: 32, heads: 4, length: 4, batchSize: 16 }] as const,
    [2_111_844, { layers: 1, width: 32, heads: 4, length: 32, batchSize: 8 }] as const,
    [5_271_940, { layers: 1, width: 80, heads: 5, length: 64, batchSize: 4 }] as const,
    [7_830_212, { layers: 3, width: 112, heads: 7, length: 32, batchSize: 16 }] as const,
    [8_448_228, { layers: 1, width: 128, heads: 4, length: 32, batchSize: 64 }] as const,
  ].map(([parameters, shape], index) => transformer(`MultiRuntime_${index}`, parameters, shape)),
  // Of the others: the deep one in a middle width.
  transformer('5layer_128width', 9_570_916, {
    layers: 5,
    width: 128,
    heads: 8,
    length: 128,
    batchSize: 32,
    dropout: 0.1,
  }),
];

export const LANGUAGE_MODELS: readonly OriginalTask[] = [...RNNS, ...TRANSFORMERS];
