/** Schemas of language models. */
import { z } from 'zod';
import { batchSize, start } from './fields';

const text = {
  dataset: z
    .string()
    .min(1)
    .default('gutenberg-small')
    .describe(
      'The text: "gutenberg-small", or the path of a file (relative to the config file). Its paragraphs are the ' +
        'documents, or its lines where no line is blank.',
    ),
  vocabulary: z
    .int()
    .min(259)
    .max(65_535)
    .default(259)
    .describe('Kinds of tokens: 259 for bytes, more for byte pairs learned from the text.'),
};

const samples = {
  length: z
    .int()
    .min(1)
    .max(4096)
    .default(32)
    .describe('Tokens that are predicted in each document, from its beginning.'),
  batchSize: batchSize('Documents'),
};

const width = (most: number) => z.int().min(1).max(most);

export const rnnLmTask = z
  .strictObject({
    family: z.literal('rnnLm').describe('A recurrent network that predicts the next token.'),
    ...text,
    cell: z
      .enum(['vanilla', 'elman', 'irnn', 'lstm', 'gru'])
      .default('lstm')
      .describe('Kind of recurrent cell; vanilla and irnn have relu, elman has tanh.'),
    hidden: width(8192).default(128).describe('Width of the recurrent layer.'),
    embedding: width(8192).default(64).describe('Width of the embedding.'),
    ...start('the weights of embedding and output'),
    ...samples,
  })
  .describe('A language model with a recurrent network.');

export const transformerLmTask = z
  .strictObject({
    family: z.literal('transformerLm').describe('A transformer that predicts the next token.'),
    ...text,
    width: width(32_768).default(32).describe('Numbers of a token between the blocks.'),
    layers: width(128).default(2).describe('Blocks of attention and perceptron.'),
    heads: width(256).default(4).describe('Heads of attention, each 32 wide.'),
    dropout: z
      .number()
      .min(0)
      .lt(1)
      .default(0)
      .describe('Share of the outputs of attention and perceptron that is dropped.'),
    ...samples,
  })
  .describe('A language model with a transformer.');
