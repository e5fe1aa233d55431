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
import { rnnLmFamily, transformerLmFamily } from './families/sequences';
import { mlpMixerFamily, visionTransformerFamily } from './families/tokens';
import { esGradientFamily, learnedOptimizerFamily } from './families/wrapped';

export const TASK_FAMILIES: readonly TaskFamily[] = [
  imageMlpFamily,
  imageConvFamily,
  resnetFamily,
  visionTransformerFamily,
  mlpMixerFamily,
  imageAutoencoderFamily,
  imageVaeFamily,
  tabularMlpFamily,
  rnnLmFamily,
  transformerLmFamily,
  quadraticFamily,
  rosenbrockFamily,
  bealeFamily,
  learnedOptimizerFamily,
  esGradientFamily,
];
