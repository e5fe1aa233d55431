/** A family of tasks with its options and what its default task costs. */
import { UserError } from '../../base/index';
import { TASK_FAMILIES, taskCost } from '../../core/index';
import type { TaskCost } from '../../core/index';
import { decodeTask, didYouMean, taskOptionDocs } from '../../protocol/index';
import type { TaskOptionDoc } from '../../protocol/index';
import { createTask } from './createTask';

export interface FamilyDetail {
  readonly family: string;
  /** One plain sentence. */
  readonly summary: string;
  readonly options: readonly TaskOptionDoc[];
  /** The task with every option at its default, on a bundled data set. */
  readonly example: TaskCost & { readonly summary: string };
}

/** @throws UserError('usage') where there is no such family, UserError('data') where a bundled data set is broken */
export async function familyDetail(family: string, dataDir: string): Promise<FamilyDetail> {
  const names = TASK_FAMILIES.map(({ name }) => name);
  const found = TASK_FAMILIES.find(({ name }) => name === family);
  if (found === undefined) {
    throw new UserError(
      'usage',
      `there is no task family "${family}", expected one of ${names.join(', ')}${didYouMean(family, names)}`,
    );
  }
  const options = taskOptionDocs().get(family) ?? [];
  const wantsData = options.some((option) => option.name === 'dataset' && !('default' in option));
  const dataset = family === 'tabularMlp' ? 'letter' : 'fashion-mnist';
  const config = decodeTask(wantsData ? { family, dataset } : { family });
  const task = await createTask(config, { seed: 0, dataDir });
  return {
    family,
    summary: found.summary,
    options,
    example: { summary: task.summary, ...taskCost(task) },
  };
}
