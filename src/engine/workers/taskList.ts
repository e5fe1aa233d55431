/** Task families with what is ready to be trained, for the tree of tasks. */
import { sizeOf } from '../../base/index';
import { createBeale, createQuadratic, createRosenbrock, TASK_FAMILY_DOCS } from '../../core/index';
import type { Task, TaskFamily } from '../../core/index';
import type { EngineResult, TaskConfig } from '../../protocol/index';
import { BUNDLED_DATASETS } from '../datasets';
import { createTask } from '../jobs/createTask';

type TaskListing = EngineResult<'tasks.list'>;
type ReadyTask = TaskListing['families'][number]['tasks'][number];

const TITLES: Readonly<Record<TaskFamily, string>> = {
  imageMlp: 'Image classification',
  quadratic: 'Quadratic bowl',
  rosenbrock: 'Rosenbrock valley',
  beale: 'Beale plateaus',
};

/** @throws UserError('data') where a bundled data set is broken */
export async function listTasks(dataDir: string): Promise<TaskListing> {
  const families = TASK_FAMILY_DOCS.map(async ({ family, summary }) => ({
    family,
    title: TITLES[family],
    summary,
    tasks: await readyTasks(family, dataDir),
  }));
  return { families: await Promise.all(families) };
}

async function readyTasks(family: TaskFamily, dataDir: string): Promise<ReadyTask[]> {
  switch (family) {
    case 'imageMlp':
      return Promise.all(BUNDLED_DATASETS.map(({ name }) => imageTask(name, dataDir)));
    case 'quadratic': {
      const options = { dimension: 10, condition: 10 };
      return [ready('quadratic', createQuadratic({ ...options, seed: 0 }), { family, ...options })];
    }
    case 'rosenbrock':
      return [ready(family, createRosenbrock(), { family })];
    case 'beale':
      return [ready(family, createBeale(), { family })];
  }
}

async function imageTask(dataset: string, dataDir: string): Promise<ReadyTask> {
  const config = {
    family: 'imageMlp',
    dataset,
    hidden: [128, 128],
    activation: 'relu',
    batchSize: 128,
    grey: false,
  } satisfies TaskConfig;
  return ready(dataset, await createTask(config, { seed: 0, dataDir }), config);
}

function ready(name: string, { params, summary }: Task, task: TaskConfig): ReadyTask {
  const parameters = params.reduce((total, { shape }) => total + sizeOf(shape), 0);
  return { name, summary, parameters, task };
}
