/**
 * Image classification with a residual net of the second kind (He et al., "Identity mappings in deep residual networks",
 * 2016), bottleneck blocks: stem, max-pool, groups of blocks, batch norm, mean over places, a linear layer that starts
 * at zero. The form is haiku's; batch norm always uses the statistics of the batch.
 */
import { add, maxPool, relu } from '@tensorflow/tfjs-core';
import type { Tensor, Tensor2D, Tensor4D } from '@tensorflow/tfjs-core';
import { UserError } from '../../base/index';
import type { TensorDict } from '../optimizers/optimizer';
import { checkSizes, checkWidths } from './checks';
import { scaleCrossEntropy } from './classification';
import { createImageClassifier } from './classifier';
import { counted, imagesOf } from './imageInput';
import type { ImageTaskOptions } from './imageInput';
import { conv, convSpecs, meanOverPlaces } from './layers/convolution';
import { linear, linearSpecs } from './layers/dense';
import { batchNorm, normSpecs } from './layers/normalization';
import { zeros } from '../compute/parameters';
import type { ParamSpec } from '../compute/parameters';
import type { Task } from './task';

export interface ResnetOptions extends ImageTaskOptions {
  /** Blocks of each group. */
  readonly blocks: readonly number[];
  /** Channels of each group, multiples of 4. */
  readonly channels: readonly number[];
  /** Side of the stem's filter. */
  readonly stem: number;
  /** 3x3 with stride 2 after the stem. */
  readonly maxPool: boolean;
}

const STEM_CHANNELS = 64;
/** How much narrower a block is inside. */
const BOTTLENECK = 4;

/** A block of the net: where it stands and what it does. */
interface Block {
  /** `group0/block0` */
  readonly name: string;
  readonly from: number;
  readonly to: number;
  readonly stride: number;
  /** Whether the way around the block is a convolution: in the first of a group. */
  readonly projects: boolean;
}

/**
 * The task. Parameters are `stem/w` [stem, stem, in, 64], `group0/block0/…`, `norm/…`, `head/w` [channels, classes].
 * @throws UserError('config') on sizes or a seed out of range, UserError('data') on fewer than 2 classes
 */
export function createResnet(options: ResnetOptions): Task {
  checkOptions(options);
  const { blocks, channels, stem, dataset } = options;
  const plan = blocksOf(options);
  const count = blocks.reduce((sum, size) => sum + size, 0);
  const last = channels.at(-1)!;
  return createImageClassifier('resnet', options, (input) => ({
    title: `ResNet blocks ${blocks.join('-')}, channels ${channels.join('-')}, stem ${stem}x${stem}`,
    phrase: `a residual net of ${counted(count, 'block')}`,
    params: [
      ...convSpecs('stem', { kernel: stem, from: input.channels, to: STEM_CHANNELS, bias: false }),
      ...plan.flatMap(blockSpecs),
      ...normSpecs('batch', 'norm', last),
      ...linearSpecs('head', [last, dataset.classes], zeros),
    ],
    logits(params, batch) {
      let x = conv(params, 'stem', imagesOf(batch, input), 2);
      if (options.maxPool) x = maxPool(x, 3, 2, 'same');
      for (const block of plan) x = applyBlock(params, x, block);
      const places = relu(batchNorm(params, 'norm', x));
      return linear(params, 'head', meanOverPlaces(places)) as Tensor2D;
    },
    normalize: (loss) => scaleCrossEntropy(loss, dataset.classes),
  }));
}

function checkOptions({ blocks, channels, stem }: ResnetOptions): void {
  checkWidths('blocks', blocks);
  checkWidths('channels', channels);
  checkSizes({ stem });
  if (blocks.length === 0 || blocks.length !== channels.length) {
    throw new UserError(
      'config',
      `blocks and channels must have one entry for each group, got ${blocks.length} and ${channels.length}`,
    );
  }
  const bad = channels.find((width) => width % BOTTLENECK !== 0);
  if (bad !== undefined) {
    throw new UserError('config', `channels must hold multiples of ${BOTTLENECK}, got ${bad}`);
  }
}

function blocksOf({ blocks, channels }: ResnetOptions): Block[] {
  return blocks.flatMap((count, group) => {
    const to = channels[group]!;
    return Array.from({ length: count }, (_, index) => ({
      name: `group${group}/block${index}`,
      from: index > 0 ? to : (channels[group - 1] ?? STEM_CHANNELS),
      to,
      stride: index === 0 && group > 0 ? 2 : 1,
      projects: index === 0,
    }));
  });
}

function blockSpecs({ name, from, to, projects }: Block): ParamSpec[] {
  const inner = to / BOTTLENECK;
  const layer = (index: number, kernel: number, ends: { from: number; to: number }) => [
    ...normSpecs('batch', `${name}/norm${index}`, ends.from),
    ...convSpecs(`${name}/conv${index}`, { kernel, ...ends, bias: false }),
  ];
  return [
    ...(projects ? convSpecs(`${name}/project`, { kernel: 1, from, to, bias: false }) : []),
    ...layer(0, 1, { from, to: inner }),
    ...layer(1, 3, { from: inner, to: inner }),
    ...layer(2, 1, { from: inner, to }),
  ];
}

/** Norm, relu, convolution, three times; what comes in is added, by way of a convolution where the block projects. */
function applyBlock(params: TensorDict, x: Tensor4D, { name, stride, projects }: Block): Tensor4D {
  const prepared = (index: number, input: Tensor): Tensor =>
    relu(batchNorm(params, `${name}/norm${index}`, input));
  const first = prepared(0, x);
  const around = projects ? conv(params, `${name}/project`, first, stride) : x;
  const narrow = conv(params, `${name}/conv0`, first, 1);
  const middle = conv(params, `${name}/conv1`, prepared(1, narrow), stride);
  return add(conv(params, `${name}/conv2`, prepared(2, middle), 1), around);
}
