/**
 * Short trainings of small perceptrons at several announced lengths: a test of what was meta-trained on perceptrons of MNIST and
 * Fashion-MNIST at 8 pixels. Six tasks are of other data and other shapes; two are of that data, with seeds of their own.
 * Names say data set (and side length, where it is not 8), widths, activation where it is not relu, batch.
 *
 * The recipe that it is from draws first weights from normals / sqrt(fan-in); here, as in all our tasks, the normals are cut at
 * two standard deviations, columns of tables are standardised and parts of the data are held out: losses differ from those of
 * its table, most on `letter`.
 */
import { HELD_OUT_FAMILY, TRAIN_FAMILY } from '../evaluation/lengths/scoreLengths';
import { SPEEDUP_CAP } from '../evaluation/lengths/scoreRow';
import type { Suite, SuiteTask, TaskSettings } from './suite';

const LENGTHS = [100, 300, 1000, 3000];
/** Larger nets have got nowhere after 100 steps. */
const LONG = LENGTHS.slice(1);

interface Shape {
  readonly hidden: readonly number[];
  readonly batchSize: number;
  readonly activation?: string;
  readonly family?: string;
  readonly lengths?: readonly number[];
}

function test(name: string, data: TaskSettings, shape: Shape): SuiteTask {
  const { family = HELD_OUT_FAMILY, lengths = LENGTHS, activation = 'relu', ...rest } = shape;
  return { name, family, lengths, task: { ...data, ...rest, activation } };
}

const images = (dataset: string, imageSize = 8): TaskSettings => ({
  family: 'imageMlp',
  dataset,
  imageSize,
});
const DIGITS = { family: 'imageMlp', dataset: 'digits8' };
const LETTER = { family: 'tabularMlp', dataset: 'letter' };

export const RECIPE_TEST: Suite = {
  name: 'recipe-test',
  summary:
    'Small perceptrons at four announced lengths: 22 rows of held-out data, 8 of the data of meta-training.',
  protocol: 'lengths',
  steps: 3000,
  baselineSteps: 3000 * SPEEDUP_CAP,
  learningRates: Array.from({ length: 9 }, (_, k) => 5e-4 * 2 ** k),
  seeds: 3,
  tasks: [
    test('fashion 64-32-10 b64', images('fashion-mnist'), {
      ...{ hidden: [32], batchSize: 64, family: TRAIN_FAMILY },
    }),
    test('mnist 64-32-32-10 b32', images('mnist'), {
      ...{ hidden: [32, 32], batchSize: 32, family: TRAIN_FAMILY },
    }),
    test('glyph62 64-48-62 b64', images('glyph62'), { hidden: [48], batchSize: 64 }),
    test('letter 16-48-26 b32', LETTER, { hidden: [48], batchSize: 32 }),
    test('digits 64-32-32-10 tanh b32', DIGITS, {
      ...{ hidden: [32, 32], activation: 'tanh', batchSize: 32 },
    }),
    test('letter 16-64x3-26 tanh b128', LETTER, {
      ...{ hidden: [64, 64, 64], activation: 'tanh', batchSize: 128 },
    }),
    test('glyph62 64-64x4-62 b64', images('glyph62'), {
      ...{ hidden: [64, 64, 64, 64], batchSize: 64, lengths: LONG },
    }),
    test('glyph62@16 256-128-62 b64', images('glyph62', 16), {
      ...{ hidden: [128], batchSize: 64, lengths: LONG },
    }),
  ],
};
