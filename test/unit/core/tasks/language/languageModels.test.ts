import { beforeAll, describe, expect, it } from 'vitest';
import { CELL_NAMES } from '../../../../../src/core/tasks/language/cells';
import type { CellName } from '../../../../../src/core/tasks/language/cells';
import { createRnnLm, rnnLmParameters } from '../../../../../src/core/tasks/language/rnnLm';
import {
  createTransformerLm,
  transformerParameters,
} from '../../../../../src/core/tasks/language/transformerLm';
import type { Task } from '../../../../../src/core/tasks/task';
import {
  countParameters,
  expectCentralDifferences,
  expectPlanGradients,
  expectSameTraining,
  gradientsOf,
  inputsOf,
  lossOf,
} from '../../../../support/taskChecks';
import { smallText } from '../../../../support/texts';
import { useBackend } from '../../../../support/tfBackends';

const text = smallText();

function rnn(cell: CellName, extra: { hidden?: number; length?: number } = {}): Task {
  return createRnnLm({
    ...{ text, cell, hidden: 6, embedding: 5, length: 7, batchSize: 4, seed: 1 },
    ...extra,
  });
}

function transformer(extra: { dropout?: number; layers?: number; width?: number } = {}): Task {
  const size = { width: 8, layers: 2, heads: 2, dropout: 0, length: 7, batchSize: 4 };
  return createTransformerLm({ text, seed: 1, ...size, ...extra });
}

const MODELS: [string, () => Task][] = [
  ...CELL_NAMES.map((cell): [string, () => Task] => [cell, () => rnn(cell)]),
  ['transformer', () => transformer()],
  ['transformer with dropout', () => transformer({ dropout: 0.3 })],
];

beforeAll(async () => {
  await useBackend('cpu');
});

describe.each(MODELS)('%s', (_, create) => {
  it('has the gradient of its loss, as a plan and operation by operation', () => {
    expectPlanGradients(create());
    expectCentralDifferences(create());
  });

  it('trains alike as a plan and operation by operation', () => {
    expectSameTraining(create());
  });

  it('ignores what comes after the end of a document', () => {
    const task = create();
    const { params, batch } = inputsOf(task);
    const { shape } = batch['tokens']!;
    const width = shape[1]!;
    const tokens = Int32Array.from(batch['tokens']!.data);
    for (let row = 0; row < 2; row++) tokens.fill(0, row * width + 4, (row + 1) * width);
    const loss = lossOf(task, params, { tokens: { shape, data: tokens } });
    const changed = tokens.slice();
    changed[width - 1] = 70;
    expect(lossOf(task, params, { tokens: { shape, data: changed } })).toBe(loss);
    changed[4] = 70;
    expect(lossOf(task, params, { tokens: { shape, data: changed } })).not.toBe(loss);
  });
});

describe('the first loss', () => {
  it.each<[CellName | 'transformer', number]>([
    ['elman', 0.35],
    ['vanilla', 0.6],
    ['lstm', 0.1],
    ['gru', 0.15],
    ['transformer', 0.6],
  ])('of %s is nearly that of a guess', (kind, slack) => {
    const task =
      kind === 'transformer'
        ? transformer({ width: 32 })
        : createRnnLm({
            ...{ text, cell: kind, hidden: 32, embedding: 16 },
            ...{ length: 16, batchSize: 32, seed: 1 },
          });
    const { params, batch } = inputsOf(task);
    expect(Math.abs(lossOf(task, params, batch) - Math.log(259))).toBeLessThan(slack);
  });
});

describe('the number of parameters is that of the originals', () => {
  it.each<[CellName, number, number, number, number]>([
    ['irnn', 256, 128, 32_100, 12_457_572],
    ['lstm', 256, 128, 32_100, 12_753_252],
    ['vanilla', 256, 128, 32_100, 12_457_572],
    ['gru', 256, 128, 32_100, 12_654_436],
    ['lstm', 128, 64, 259, 149_059],
    ['gru', 128, 64, 259, 124_227],
    ['gru', 256, 128, 259, 395_651],
    ['irnn', 128, 64, 259, 74_947],
    ['lstm', 256, 128, 259, 494_467],
    ['vanilla', 128, 64, 259, 74_947],
  ])('%s %i embedding %i, %i tokens', (cell, hidden, embedding, vocabulary, count) => {
    const params = rnnLmParameters({ cell, hidden, embedding }, vocabulary);
    expect(countParameters({ params })).toBe(count);
  });

  it.each([
    [5, 128, 8, 9_570_916],
    [5, 256, 8, 20_416_612],
    [5, 32, 8, 2_296_804],
    [5, 512, 8, 46_040_164],
    [1, 20, 5, 1_332_820],
    [1, 24, 6, 1_596_804],
    [3, 256, 4, 18_442_724],
    [2, 304, 19, 22_516_548],
    [2, 32, 4, 2_137_124],
    [1, 32, 4, 2_111_844],
    [1, 80, 5, 5_271_940],
    [3, 112, 7, 7_830_212],
    [1, 128, 4, 8_448_228],
    [2, 256, 4, 17_784_420],
  ])('transformer of %i blocks, width %i, %i heads', (layers, width, heads, count) => {
    const params = transformerParameters({ layers, width, heads }, 32_100);
    expect(countParameters({ params })).toBe(count);
  });
});

describe('a language model', () => {
  it('sees no token that comes later', () => {
    for (const task of [rnn('lstm'), transformer()]) {
      const { params, batch } = inputsOf(task);
      const { shape, data } = batch['tokens']!;
      const width = shape[1]!;
      // Every sample ends after two tokens, but for the last token of the input, which nobody may see.
      const short = Int32Array.from(data);
      for (let row = 0; row < shape[0]!; row++) short.fill(0, row * width + 3, (row + 1) * width);
      const late = short.slice();
      late[2] = 99;
      const [one, other] = [short, late].map(
        (tokens) => gradientsOf(task, params, { tokens: { shape, data: tokens } })['output/b']!,
      );
      expect(one).not.toEqual(other);
    }
  });

  it('has one finite scale for every loss', () => {
    const task = rnn('gru');
    const scaled = [1.5, 0, NaN, Infinity, -Infinity].map((loss) => task.normalize(loss));
    expect(scaled).toEqual([1.5, 0, 20, 20, 20]);
  });

  it('refuses what it cannot be', () => {
    expect(() => rnn('lstm', { hidden: 0 })).toThrow('hidden must be an integer of at least 1');
    expect(() => rnn('lstm', { length: 0.5 })).toThrow('length must be an integer of at least 1');
    expect(() => transformer({ dropout: 1 })).toThrow('dropout must be in [0, 1), got 1');
    expect(() => rnn('jordan' as CellName)).toThrow('cell must be one of');
  });
});
