/** The schema of tasks in configs: one file a family, joined here. */
import { z } from 'zod';
import { bealeTask, quadraticTask, rosenbrockTask } from './functions';
import { imageMlpTask } from './imageMlp';

export const taskSchema = z
  .discriminatedUnion('family', [imageMlpTask, quadraticTask, rosenbrockTask, bealeTask])
  .describe('What is trained.');
