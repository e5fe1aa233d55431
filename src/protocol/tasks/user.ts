/** Schema of a task from a person's own file. */
import { z } from 'zod';

export const userTask = z
  .strictObject({
    family: z.literal('user').describe('A task of your own, from a file.'),
    file: z
      .string()
      .min(1)
      .describe(
        'The file of the task: a module (.ts, .js, .mjs) whose default export is made by defineTask, or a list of ' +
          'layers (*.velo-task.json); relative to the config file. "velo new task" makes one.',
      ),
    options: z
      .record(z.string(), z.json())
      .default({})
      .describe('What the task is told as `options`; whatever its file wants.'),
  })
  .describe('A task of your own.');

/** Whether a task's file holds a list of layers, which runs no code of its own. */
export function isLayersFile(file: string): boolean {
  return /\.velo-task\.jsonc?$/i.test(file);
}
