/** The schema of tasks in configs: one file for families that are alike, joined here in the order of the core's list. */
import { z } from 'zod';
import { plainTasks } from './plainTasks';
import { esGradientTask, learnedOptimizerTask } from './wrapped';

export const taskSchema = z
  .discriminatedUnion('family', [...plainTasks, learnedOptimizerTask, esGradientTask])
  .describe('What is trained.');
