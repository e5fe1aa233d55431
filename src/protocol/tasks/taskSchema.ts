/** The schema of tasks in configs: one file for families that are alike, joined here in the order of the core's list. */
import { z } from 'zod';
import { imageAutoencoderTask, imageVaeTask } from './autoencoders';
import { imageConvTask, resnetTask } from './convolutional';
import { bealeTask, quadraticTask, rosenbrockTask } from './functions';
import { imageMlpTask, tabularMlpTask } from './imageMlp';
import { mlpMixerTask, visionTransformerTask } from './tokens';

export const taskSchema = z
  .discriminatedUnion('family', [
    imageMlpTask,
    imageConvTask,
    resnetTask,
    visionTransformerTask,
    mlpMixerTask,
    imageAutoencoderTask,
    imageVaeTask,
    tabularMlpTask,
    quadraticTask,
    rosenbrockTask,
    bealeTask,
  ])
  .describe('What is trained.');
