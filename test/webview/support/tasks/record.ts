/** Records the gallery of tasks: all families as they are listed, with costs, samples, and one further draw. */
import { join } from 'node:path';
import { messageOf } from '../../../../src/base/index';
import { TaskGallery } from '../../../../src/engine/gallery/gallery';
import { taskConfigText } from '../../../../src/extension/config/newConfig';
import { BUNDLED_WEIGHTS } from '../../../../src/protocol/index';
import type { ReadyTask, ShownTask, TasksHostMessage } from '../../../../src/protocol/live/index';

/** Draws that the recording answers: "Draw another" of the first family, and of one that is too large to be planned. */
const FURTHER = [
  { family: 'imageMlp', seed: 4 },
  { family: 'rnnLm', seed: 4 },
];

/** @param root  of the repository. @returns what the host would send */
export async function taskMessages(root: string): Promise<TasksHostMessage[]> {
  // Not what somebody has added on this machine.
  process.env['VELO_DATA_DIR'] = join(root, 'build', 'nothing');
  const gallery = new TaskGallery(join(root, 'media', 'data'));
  const listed = await gallery.families();
  const families = listed.map((family) => ({ ...family, tasks: family.tasks.map(shown) }));
  const drawn = await Promise.all(
    FURTHER.map(async ({ family, seed }) => ({
      ...{ type: 'drawn' as const, family, seed },
      task: shown(await gallery.draw(family, seed)),
    })),
  );
  const tasks = [...families.flatMap((family) => family.tasks), ...drawn.map(({ task }) => task)];
  const answers: TasksHostMessage[] = [];
  for (const { id, task } of tasks) {
    console.log(id);
    answers.push({ type: 'sample', id, sample: await gallery.sample(task) });
    answers.push({ type: 'cost', id, cost: await gallery.cost(task).catch(whyNot) });
  }
  return [{ type: 'tasks', families, canControl: true }, ...drawn, ...answers];
}

function whyNot(thrown: unknown): { readonly problem: string } {
  return { problem: messageOf(thrown) };
}

function shown(task: ReadyTask): ShownTask {
  return { ...task, configText: taskConfigText(task.task, BUNDLED_WEIGHTS[0]) };
}
