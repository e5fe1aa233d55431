/** Gradients estimated by evolution strategies and learned optimizers: seven of the fixed evaluation set, five others. */
import type { TaskSettings } from '../suite';
import { fewer, named, narrow } from './original';
import type { DataSettings, ImageWord, OriginalData, OriginalTask } from './original';

const mlp = (read: DataSettings, hidden: readonly number[], batchSize: number): TaskSettings => {
  return { family: 'imageMlp', ...read, hidden, batchSize };
};

interface EstimatedShape {
  readonly pairs: number;
  readonly hidden: readonly number[];
}

function estimated(
  word: ImageWord,
  rest: string,
  parameters: number,
  { pairs, hidden }: EstimatedShape,
): OriginalTask {
  return {
    ...named(`ESWrapped_${pairs}pair_ImageMLP_{}_${rest}`, word),
    family: 'ES gradient',
    parameters,
    full: (settings) => ({
      family: 'esGradient',
      pairs,
      task: mlp(settings, hidden, 128),
    }),
    mini: (settings) => ({
      family: 'esGradient',
      pairs,
      task: mlp(settings, narrow(hidden), fewer(128)),
    }),
  };
}

const THREE = [128, 128, 128];

const ESTIMATED: readonly OriginalTask[] = [
  estimated('Cifar10', '128x128x128_Relu', 427_658, { pairs: 1, hidden: THREE }),
  estimated('Mnist', '128x128x128_Relu', 134_794, { pairs: 1, hidden: THREE }),
  estimated('Cifar10', '128x128x128_Relu', 427_658, { pairs: 8, hidden: THREE }),
  estimated('Mnist', '128x128x128_Relu', 134_794, { pairs: 8, hidden: THREE }),
  // Of the others: the one on the third data set.
  estimated('FashionMnist8', 'Relu32', 2_410, {
    pairs: 1,
    hidden: [32],
  }),
];

interface LearnedShape {
  readonly optimizer: 'adam' | 'mlp' | 'adafactorMlp';
  readonly steps: number;
  /** Inner network: one hidden layer of 32, or convolutions. */
  readonly channels?: readonly number[];
  readonly grey?: boolean;
  readonly tasks?: number;
  /** Inner steps with the same noise: the gradient is estimated. */
  readonly truncation?: number;
  /** Pairs around the whole task: its gradient is estimated. */
  readonly pairs?: number;
}

/** A quarter of the inner width, an eighth of the channels, a tenth of the inner steps. */
function learned(
  template: string,
  [word, data]: readonly [word: ImageWord, data?: OriginalData],
  parameters: number,
  shape: LearnedShape,
): OriginalTask {
  const { optimizer, steps, channels, grey = false, tasks = 1, truncation, pairs } = shape;
  const rest = { family: 'learnedOptimizer', optimizer };
  const inner = (read: DataSettings, isMini: boolean): TaskSettings => {
    const sized = grey ? { ...read, grey } : read;
    const batchSize = isMini ? 8 : 128;
    if (channels === undefined) return mlp(sized, [isMini ? 8 : 32], batchSize);
    const narrowChannels = channels.map((count) => count / (isMini ? 8 : 1));
    return { family: 'imageConv', ...sized, channels: narrowChannels, strides: [2], batchSize };
  };
  const pes = (count: number): object =>
    truncation === undefined ? {} : { gradient: 'pes', truncation: count };
  const around = (task: TaskSettings): TaskSettings =>
    pairs === undefined ? task : { family: 'esGradient', pairs, task };
  return {
    ...named(template, word, data),
    family: 'learned optimizer',
    parameters,
    full: (read) =>
      around({ ...rest, steps, tasks, ...pes(truncation ?? 0), task: inner(read, false) }),
    mini: (read) =>
      around({
        ...rest,
        steps: Math.max(4, steps / 10),
        tasks: Math.max(1, tasks / 2),
        ...pes(Math.max(1, Math.round((truncation ?? 0) / 5))),
        task: inner(read, true),
      }),
  };
}

const TWO = [16, 32];

const LEARNED: readonly OriginalTask[] = [
  learned('LOpt_AdafacMLPLOpt_{}_20', ['FashionMnist', 'fashion_mnist8'], 197, {
    optimizer: 'adafactorMlp',
    steps: 20,
  }),
  learned('LOpt_LearnableAdam_{}_50', ['Cifar10_8'], 4, {
    optimizer: 'adam',
    steps: 50,
    channels: TWO,
  }),
  learned('LOpt_MLPLOpt_{}_10', ['FahionMnist'], 1_762, { optimizer: 'mlp', steps: 10 }),
  // Of the others: an inner conv net, evolution strategies around and inside.
  learned('LOpt_AdafacMLPLOpt_{}_10', ['Cifar10_8'], 197, {
    optimizer: 'adafactorMlp',
    steps: 10,
    channels: TWO,
  }),
  learned('LOpt_ES4_AdafacMLPLOpt_{}_20', ['FashionMnist', 'fashion_mnist8'], 197, {
    optimizer: 'adafactorMlp',
    steps: 20,
    pairs: 4,
  }),
  learned('LOptPES_Adafac_{}_OuterBS4_Length50_Trunc5', ['Fashion'], 197, {
    optimizer: 'adafactorMlp',
    steps: 50,
    tasks: 4,
    truncation: 5,
  }),
  learned('LOptPES_Adafac_{}_OuterBS4_Length50_Trunc10', ['Cifar'], 197, {
    optimizer: 'adafactorMlp',
    steps: 50,
    tasks: 4,
    truncation: 10,
    grey: true,
  }),
];

export const WRAPPED: readonly OriginalTask[] = [...ESTIMATED, ...LEARNED];
