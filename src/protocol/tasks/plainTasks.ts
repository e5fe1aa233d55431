/** Schemas of the tasks that hold no other one, in the order of the core's list. */
import { imageAutoencoderTask, imageVaeTask } from './autoencoders';
import { imageConvTask, resnetTask } from './convolutional';
import { bealeTask, quadraticTask, rosenbrockTask } from './functions';
import { imageMlpTask, tabularMlpTask } from './imageMlp';
import { rnnLmTask, transformerLmTask } from './languageModels';
import { mlpMixerTask, visionTransformerTask } from './tokens';
import { userTask } from './user';

export const plainTasks = [
  imageMlpTask,
  imageConvTask,
  resnetTask,
  visionTransformerTask,
  mlpMixerTask,
  imageAutoencoderTask,
  imageVaeTask,
  tabularMlpTask,
  rnnLmTask,
  transformerLmTask,
  quadraticTask,
  rosenbrockTask,
  bealeTask,
  userTask,
] as const;
