/** The task families, in the order in which they are listed to people. */
import { imageAutoencoderFamily, imageVaeFamily } from './families/autoencoders';
import {
  imageConvFamily,
  imageMlpFamily,
  resnetFamily,
  tabularMlpFamily,
} from './families/classifiers';
import type { TaskFamily } from './families/family';
import { bealeFamily, quadraticFamily, rosenbrockFamily } from './families/functions';
import { mlpMixerFamily, visionTransformerFamily } from './families/tokens';

export const TASK_FAMILIES: readonly TaskFamily[] = [
  imageMlpFamily,
  imageConvFamily,
  resnetFamily,
  visionTransformerFamily,
  mlpMixerFamily,
  imageAutoencoderFamily,
  imageVaeFamily,
  tabularMlpFamily,
  quadraticFamily,
  rosenbrockFamily,
  bealeFamily,
];
