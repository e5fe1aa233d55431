/**
 * Language models with a recurrent network: the next token from those before it in the document. Embedding, one
 * recurrent layer with a learned initial state, linear output (google/learned_optimization, tasks/fixed/rnn_lm.py).
 */
import { gather, reshape, tile, transpose } from '@tensorflow/tfjs-core';
import type { Rank, Tensor2D } from '@tensorflow/tfjs-core';
import { UserError } from '../../../base/index';
import type { TensorDict } from '../../optimizers/optimizer';
import { createTextData } from '../datasets/textData';
import type { TextDataset } from '../datasets/text';
import type { Task } from '../task';
import { CELL_NAMES, CELLS, unrollCell } from './cells';
import type { CellName } from './cells';
import { finiteLoss } from '../finiteLoss';
import { linear, linearSpecs } from '../layers/dense';
import { initParams, tensorSpecs, truncatedNormal } from '../../compute/parameters';
import { embeddingSpec } from '../layers/embedding';
import type { ParamSpec } from '../../compute/parameters';
import { startInWords, weightStart } from '../layers/starts';
import type { StartOptions } from '../layers/starts';
import { shiftedTokens, tokenLoss } from './tokenLoss';

/** `init` is that of embedding and output; the recurrent layer starts in its own way, as in the original. */
export interface RnnLmOptions extends StartOptions {
  readonly text: TextDataset;
  readonly cell: CellName;
  /** Width of the recurrent layer. */
  readonly hidden: number;
  /** Width of the embedding. */
  readonly embedding: number;
  /** Tokens that are predicted in each sample. */
  readonly length: number;
  readonly batchSize: number;
  /** Orders the training batches. */
  readonly seed: number;
}

/**
 * The task. Parameters are `embedding` [vocabulary, embedding], those of the cell under `rnn/`, `initial0` [hidden]
 * (and `initial1` of the LSTM's cell), `output/w` and `output/b`; batches are `tokens` i32[batch, length + 1].
 * @throws UserError('config') on widths, sizes or a seed out of range
 */
export function createRnnLm(options: RnnLmOptions): Task {
  const { text, cell, hidden, embedding: width, length, batchSize, seed } = options;
  checkOptions(options);
  const parameters = rnnLmParameters(options, text.vocabulary);
  const data = createTextData({ text, length, batchSize, seed });
  return {
    name: `${text.name} ${text.vocabulary} tokens, ${cell} ${hidden} embedding ${width}${startInWords(options)}, length ${length}, batch ${batchSize}`,
    family: 'rnnLm',
    summary: `Predict the next token of ${text.name} (${text.vocabulary} kinds of tokens) from up to ${length} before it, with a recurrent network (${cell}) of width ${hidden}.`,
    params: tensorSpecs(parameters),
    batch: [{ name: 'tokens', shape: [batchSize, length + 1], dtype: 'int32' }],
    init: (rng) => initParams(parameters, rng),
    loss(params, batch) {
      const { inputs, targets } = shiftedTokens(batch.tokens!);
      const swap = (tokens: Tensor2D): Tensor2D => transpose(tokens);
      const logits = rnnLogits(params, swap(inputs), cell);
      return tokenLoss(logits, swap(inputs), swap(targets));
    },
    normalize: (loss) => finiteLoss(loss),
    data,
  };
}

/** All parameters of the network with their first values. */
export function rnnLmParameters(
  options: Pick<RnnLmOptions, 'cell' | 'hidden' | 'embedding' | 'init' | 'initScale'>,
  vocabulary: number,
): ParamSpec[] {
  const { cell, hidden, embedding: width } = options;
  const network = CELLS[cell];
  const start = weightStart(options);
  const embeddingStart = weightStart(options, () => truncatedNormal(1));
  return [
    embeddingSpec(vocabulary, width, embeddingStart([vocabulary, width])),
    ...network.parameters(width, hidden),
    ...Array.from({ length: network.states }, (_, i) => ({ name: `initial${i}`, shape: [hidden] })),
    ...linearSpecs('output', [hidden, vocabulary], start([hidden, vocabulary])),
  ];
}

/** @param inputs  i32[length, batch]. @returns f32[length·batch, vocabulary] */
function rnnLogits(params: TensorDict, inputs: Tensor2D, cell: CellName): Tensor2D {
  const [length, batch] = inputs.shape;
  const network = CELLS[cell];
  const ids = reshape<Rank.R1>(inputs, [length * batch]);
  const x = gather(params.embedding as Tensor2D, ids);
  const state = Array.from({ length: network.states }, (_, i) => {
    const initial = params[`initial${i}`]!;
    return tile(reshape(initial, [1, initial.shape[0]]), [batch, 1]);
  });
  const outputs = unrollCell(network, params, x, state);
  return linear(params, 'output', outputs) as Tensor2D;
}

function checkOptions(options: RnnLmOptions): void {
  for (const name of ['hidden', 'embedding'] as const) {
    const value = options[name];
    if (Number.isInteger(value) && value >= 1) continue;
    throw new UserError('config', `${name} must be an integer of at least 1, got ${value}`);
  }
  if (CELL_NAMES.includes(options.cell)) return;
  throw new UserError(
    'config',
    `cell must be one of ${CELL_NAMES.join(', ')}, got ${options.cell as string}`,
  );
}
