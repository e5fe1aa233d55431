/** The schema of `*.velo-task.json`: a network as a list of layers, with data and loss; no code. */
import { z } from 'zod';
import { checkAgainst } from '../configProblems';
import type { ConfigCheck } from '../configProblems';
import { diagnoseConfigText, parseConfigText } from '../configText';
import type { ConfigDiagnostic } from '../configText';
import { activation, dropoutRate } from './fields';

const count = (most: number) => z.int().min(1).max(most);
const batchSize = z.int().min(1).max(65_536).default(128).describe('Examples in a batch.');

const dataSchema = z
  .union(
    [
      z.strictObject({
        images: z
          .string()
          .min(1)
          .describe(
            'Labelled images: "digits8", "mnist", "fashion-mnist", "emoji9", "emoji98", "glyph62", one of the cache, or the path ' +
              'of a folder with files in idx format.',
          ),
        batchSize,
        imageSize: count(1024)
          .exactOptional()
          .describe('Side length that images are resized to; absent: as they are stored.'),
        grey: z.boolean().default(false).describe('Average the colour channels into one.'),
      }),
      z.strictObject({
        table: z
          .string()
          .min(1)
          .describe(
            'Labelled rows: "letter", "iris", "wine", "breast-cancer", or the path of a CSV file.',
          ),
        batchSize,
      }),
      z.strictObject({
        text: z.string().min(1).describe('Text: "gutenberg-small", or the path of a file.'),
        length: count(4096).default(32).describe('Tokens that are predicted in each document.'),
        vocabulary: z
          .int()
          .min(259)
          .max(65_535)
          .default(259)
          .describe('Kinds of tokens: 259 for bytes, more for byte pairs.'),
        batchSize,
      }),
    ],
    { error: 'must have images, table or text, and their settings' },
  )
  .describe('What the network reads: images, a table, or a text.');

const width = z
  .union([count(65_536), z.literal('outputs')], {
    error: 'must be a whole number from 1 to 65536, or "outputs"',
  })
  .describe('Numbers that come out; "outputs": as many as the loss wants.');

const after = activation().exactOptional().describe('Function after the layer; absent: none.');

/** Layers that hold no others. */
const plainLayers = [
  z.strictObject({
    layer: z.literal('dense').describe('A linear layer over the last axis.'),
    width,
    activation: after,
  }),
  z.strictObject({
    layer: z
      .literal('conv')
      .describe('A convolution of images, padded so that stride 1 keeps the size.'),
    channels: count(4096).describe('Channels that come out.'),
    kernel: count(31).default(3).describe('Side of the filter.'),
    stride: count(8).default(1).describe('Step of the filter.'),
    activation: after,
  }),
  z.strictObject({
    layer: z
      .literal('norm')
      .describe('Normalisation, with a scale and an offset that are trained.'),
    kind: z
      .enum(['layer', 'batch'])
      .default('layer')
      .describe('Over the channels of an example, or over the batch.'),
  }),
  z.strictObject({
    layer: z.literal('activation').describe('A function of each number.'),
    kind: activation().describe('Which.'),
  }),
  z.strictObject({
    layer: z.literal('dropout').describe('Sets a share of the numbers to zero.'),
    rate: dropoutRate().describe('The share, in [0, 1).'),
  }),
  z.strictObject({
    layer: z.literal('embedding').describe('A vector for each token.'),
    width: count(8192).describe('Numbers of a vector.'),
  }),
  z.strictObject({
    layer: z
      .literal('positions')
      .describe('Adds a vector to each step or place, which is trained.'),
  }),
  z.strictObject({
    layer: z
      .literal('attention')
      .describe('Self-attention with several heads over steps or places; the shape stays.'),
    heads: count(256).default(4).describe('Number of heads, which divides the width.'),
    causal: z
      .boolean()
      .exactOptional()
      .describe('Whether a step looks at itself and those before it alone; absent: for nextToken.'),
    dropout: dropoutRate().describe('Share of the attention weights that is dropped, in [0, 1).'),
  }),
  z.strictObject({
    layer: z.literal('rnn').describe('A recurrent layer over the steps of a sequence.'),
    cell: z
      .enum(['vanilla', 'elman', 'irnn', 'lstm', 'gru'])
      .default('lstm')
      .describe('Kind of cell.'),
    width: count(8192).describe('Numbers of its state.'),
    output: z
      .enum(['all', 'last'])
      .default('all')
      .describe('The states of all steps, or the last one.'),
  }),
  z.strictObject({
    layer: z.literal('flatten').describe('All numbers of an example in one row.'),
  }),
  z.strictObject({
    layer: z.literal('maxPool').describe('The largest number of each square of places.'),
    size: count(16).default(2).describe('Side of the square, and step.'),
  }),
  z.strictObject({ layer: z.literal('meanPool').describe('The mean over all places or steps.') }),
] as const;

const layerSchema = z
  .discriminatedUnion('layer', [
    ...plainLayers,
    z.strictObject({
      layer: z.literal('residual').describe('Adds what its layers give to what they read.'),
      layers: z
        .array(z.discriminatedUnion('layer', plainLayers))
        .min(1)
        .max(50)
        .describe('Layers whose last gives the shape that the first reads.'),
    }),
  ])
  .describe('One layer; each reads what the one before it gives.');

/** Fields in the order in which they are written. */
const taskSpecSchema = z
  .strictObject({
    $schema: z.string().exactOptional().describe('Where the schema of this file is, for editors.'),
    name: z
      .string()
      .min(1)
      .max(80)
      .exactOptional()
      .describe('What it is called; absent: the name of the file.'),
    summary: z.string().min(1).max(400).exactOptional().describe('One plain sentence.'),
    data: dataSchema,
    layers: z
      .array(layerSchema)
      .min(1)
      .max(200)
      .describe('From the data to the outputs, in this order.'),
    loss: z
      .enum(['crossEntropy', 'squaredError', 'reconstruction', 'nextToken'])
      .exactOptional()
      .describe(
        'crossEntropy or squaredError against the labels, reconstruction of the input, nextToken of a text; absent: ' +
          'nextToken for text, else crossEntropy.',
      ),
  })
  .describe('A task of VeLO Lab as a list of layers.');

/** A task as a list of layers, with every default filled in. */
export type TaskSpec = z.output<typeof taskSpecSchema>;

/** Decodes a value into a task or says everything that is wrong with it. */
export function checkTaskSpec(value: unknown): ConfigCheck<TaskSpec> {
  return checkAgainst(taskSpecSchema, value);
}

/**
 * Reads the text of a `*.velo-task.json`.
 * @throws UserError('config') naming file, line and column of the first problem
 */
export function parseTaskSpecText(text: string, fileName: string): TaskSpec {
  return parseConfigText(text, checkTaskSpec, { fileName });
}

/** Everything wrong with the text of a `*.velo-task.json`, in the order of the text; empty when it is right. */
export function diagnoseTaskSpecText(text: string): ConfigDiagnostic[] {
  return diagnoseConfigText(text, checkTaskSpec);
}

/** The JSON schema of `*.velo-task.json`, for editors. */
export function taskSpecJsonSchema(): Record<string, unknown> {
  const { $schema, ...schema } = z.toJSONSchema(taskSpecSchema, { io: 'input', target: 'draft-7' });
  return {
    $schema,
    title: 'VeLO Lab task',
    allowComments: true,
    allowTrailingCommas: true,
    ...schema,
  };
}
