/** Counts against those by hand: products and convolutions are counted exactly, what goes by element is a small share. */
import { describe, expect, it } from 'vitest';
import { createImageConv } from '../../../../src/core/tasks/imageConv';
import { createImageMlp } from '../../../../src/core/tasks/imageMlp';
import { createRnnLm } from '../../../../src/core/tasks/language/rnnLm';
import { createTransformerLm } from '../../../../src/core/tasks/language/transformerLm';
import type { Task } from '../../../../src/core/tasks/task';
import { taskCost } from '../../../../src/core/training/taskCost';
import { datasetOf, randomImages } from '../../../support/images';
import { smallText } from '../../../support/texts';

/** Multiplications and additions of a product of [rows, inner] and [inner, columns]. */
const product = (rows: number, inner: number, columns: number): number =>
  2 * rows * inner * columns;

/** A product, and those for the gradients of its two factors. */
const trained = (rows: number, inner: number, columns: number): number =>
  3 * product(rows, inner, columns);

const images = datasetOf(randomImages([100, 16, 16, 3], 10));
const text = smallText(200);

function perceptron(): { task: Task; parameters: number; flops: number } {
  const [batch, inputs, hidden, classes] = [20, 768, 96, 10];
  const task = createImageMlp({
    dataset: images,
    hidden: [hidden, hidden],
    activation: 'relu',
    batchSize: batch,
    seed: 0,
  });
  const parameters = (inputs + 1) * hidden + (hidden + 1) * hidden + (hidden + 1) * classes;
  const flops =
    2 * product(batch, inputs, hidden) +
    trained(batch, hidden, hidden) +
    trained(batch, hidden, classes);
  return { task, parameters, flops };
}

function convolutions(): { task: Task; parameters: number; flops: number } {
  const [batch, first, second, classes] = [8, 16, 32, 10];
  const task = createImageConv({
    dataset: images,
    channels: [first, second],
    strides: [2],
    activation: 'relu',
    batchSize: batch,
    seed: 0,
  });
  const parameters = (27 + 1) * first + (9 * first + 1) * second + (second + 1) * classes;
  // The first halves the side to 8, the second keeps it; the average over places leaves the channels.
  const places = batch * 8 * 8;
  const flops =
    2 * product(places, 27, first) +
    trained(places, 9 * first, second) +
    trained(batch, second, classes);
  return { task, parameters, flops };
}

function transformer(): { task: Task; parameters: number; flops: number } {
  const [batch, length, width, heads, vocabulary, layers] = [4, 24, 48, 2, 259, 2];
  const task = createTransformerLm({
    ...{ text, width, heads, layers, length, batchSize: batch, seed: 0, dropout: 0 },
  });
  const [rows, inner] = [batch * length, heads * 32];
  const norm = 2 * width;
  const block =
    2 * norm +
    3 * (width + 1) * inner +
    (inner + 1) * width +
    (width + 1) * 4 * width +
    (4 * width + 1) * width;
  const parameters = vocabulary * width + layers * block + norm + (width + 1) * vocabulary;
  const attention =
    3 * trained(rows, width, inner) +
    2 * batch * heads * trained(length, 32, length) +
    trained(rows, inner, width);
  const flops =
    layers * (attention + 2 * trained(rows, width, 4 * width)) + trained(rows, width, vocabulary);
  return { task, parameters, flops };
}

function lstm(): { task: Task; parameters: number; flops: number } {
  const [batch, length, hidden, embedding, vocabulary] = [16, 10, 64, 32, 259];
  const task = createRnnLm({
    ...{ text, cell: 'lstm', hidden, embedding, length, batchSize: batch, seed: 0 },
  });
  const parameters =
    vocabulary * embedding +
    (embedding + hidden + 1) * 4 * hidden +
    2 * hidden +
    (hidden + 1) * vocabulary;
  const flops =
    trained(batch * length, embedding, 4 * hidden) +
    length * trained(batch, hidden, 4 * hidden) +
    trained(batch * length, hidden, vocabulary);
  return { task, parameters, flops };
}

describe('taskCost', () => {
  it.each([
    ['a perceptron', perceptron, 1.02],
    ['a conv net', convolutions, 1.04],
    ['a transformer', transformer, 1.1],
    ['an LSTM', lstm, 1.1],
  ])('counts %s as by hand', (_, make, most) => {
    const { task, parameters, flops } = make();
    const cost = taskCost(task);
    expect(cost.parameters).toBe(parameters);
    expect(cost.flops).toBeGreaterThanOrEqual(flops);
    expect(cost.flops / flops).toBeLessThan(most);
    // Parameters and their gradients are there at the same time.
    expect(cost.bytes).toBeGreaterThan(8 * parameters);
  });

  it('has memory for a larger batch as far as it goes by examples', () => {
    const bytesOf = (batchSize: number): number =>
      taskCost(
        createImageMlp({ dataset: images, hidden: [64], activation: 'relu', batchSize, seed: 0 }),
      ).bytes;
    const perExample = (bytesOf(40) - bytesOf(20)) / 20;
    // Pixels, hidden numbers, logits, label; at most again the pixels turned round, and what gradients need.
    expect(perExample).toBeGreaterThanOrEqual(4 * (768 + 64 + 10 + 1));
    expect(perExample).toBeLessThanOrEqual(4 * (2 * 768 + 3 * (64 + 10) + 2));
  });
});
