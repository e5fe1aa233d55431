/** The gallery of tasks: what can be trained of each family, what a step of it costs, and a look at its data. */
import { UserError } from '../../base/index';
import { TASK_FAMILIES, createRng, parameterCount, taskCost } from '../../core/index';
import type { TaskFamily } from '../../core/index';
import {
  decodeTask,
  describeTask,
  innermostTask,
  lossUnit,
  taskOptionDocs,
} from '../../protocol/index';
import type { TaskConfig } from '../../protocol/index';
import type {
  ReadyTask,
  TaskCostEntry,
  TaskFamilyEntry,
  TaskSampleEntry,
} from '../../protocol/live/index';
import { taskFrom } from '../jobs/createTask';
import { GalleryData } from './data';
import { ownFields } from './own';
import { DRAWN_SEEDS, KINDS, READY, TITLES } from './ready';
import type { FamilyName } from './ready';
import { taskSample } from './samples';

/** Plans of more tfjs operations take longer than anybody waits for a number. */
const MOST_OPERATIONS = 12_000;
/** Numbers that the loss of a language model is made of: batch x length x vocabulary. */
const MOST_LOGITS = 1e8;

export class TaskGallery {
  readonly #dataDir: string;
  readonly #data: GalleryData;

  /** @param dataDir  folder of the bundled data sets */
  constructor(dataDir: string) {
    this.#dataDir = dataDir;
    this.#data = new GalleryData(dataDir);
  }

  /** In the order of the core's list. @throws UserError('data') where a bundled data set is broken */
  async families(): Promise<TaskFamilyEntry[]> {
    const docs = taskOptionDocs();
    return Promise.all(
      TASK_FAMILIES.map(async (family) => {
        const name = family.name as FamilyName;
        return {
          family: name,
          kind: KINDS[name],
          title: TITLES[name],
          summary: family.summary,
          options: [...(docs.get(name) ?? [])],
          tasks: await this.#tasksOf(family, name),
        };
      }),
    );
  }

  async #tasksOf(family: TaskFamily, name: FamilyName): Promise<ReadyTask[]> {
    const ready = Object.entries(READY[name]).map(([title, fields]) =>
      this.#readyTask(`${name}/${title}`, title, decodeTask({ family: name, ...fields })),
    );
    const own = Object.entries(ownFields(name)).map(([dataset, fields]) =>
      this.#ownTask(`${name}/${dataset}`, dataset, { family: name, ...fields }),
    );
    const drawn = hasChoice(family) ? DRAWN_SEEDS.map((seed) => this.draw(name, seed)) : [];
    const tasks = await Promise.all([...ready, ...own, ...drawn]);
    return tasks.filter((task) => task !== undefined);
  }

  /** Undefined where the data set is broken: the others are listed all the same. */
  async #ownTask(id: string, name: string, task: object): Promise<ReadyTask | undefined> {
    try {
      return await this.#readyTask(id, name, decodeTask(task));
    } catch (thrown) {
      if (thrown instanceof UserError) return undefined;
      throw thrown;
    }
  }

  /** A task of the family's sampler. @throws UserError('usage') for an unknown family */
  async draw(family: string, seed: number): Promise<ReadyTask> {
    const found = TASK_FAMILIES.find(({ name }) => name === family);
    if (found === undefined) {
      const known = TASK_FAMILIES.map(({ name }) => name).join(', ');
      throw new UserError('usage', `no task family is called "${family}", expected ${known}`);
    }
    const config = decodeTask(found.sample(createRng({ seed, purpose: 'task' })));
    const task = await this.#readyTask(`${family}/drawn ${seed}`, describeTask(config), config);
    return { ...task, seed };
  }

  /** @param task  as in a config. @throws UserError, where no plan can have it or it is too large to be planned here */
  async cost(task: unknown): Promise<TaskCostEntry> {
    const config = decodeTask(task);
    refuseManyLogits(config);
    const { flops, bytes } = taskCost(
      taskFrom(config, 0, await this.#data.forShapes(config)),
      MOST_OPERATIONS,
    );
    return { flops, bytes };
  }

  /** @param task  as in a config. @throws UserError('config' | 'data') */
  async sample(task: unknown): Promise<TaskSampleEntry> {
    return taskSample(decodeTask(task), { data: this.#data, dataDir: this.#dataDir });
  }

  async #readyTask(id: string, name: string, config: TaskConfig): Promise<ReadyTask> {
    const task = taskFrom(config, 0, await this.#data.forShapes(config));
    const inner = innermostTask(config);
    return {
      ...{ id, name, summary: task.summary, parameters: parameterCount(task) },
      dataset: 'dataset' in inner ? inner.dataset : '',
      batch: 'batchSize' in inner ? inner.batchSize : 0,
      lossUnit: lossUnit(config),
      ...('task' in config ? { inside: describeTask(config.task) } : {}),
      task: { ...config },
    };
  }
}

/** Whether the sampler has anything to choose. */
function hasChoice({ sample }: TaskFamily): boolean {
  const [one, other] = [0, 1].map((seed) => sample(createRng({ seed, purpose: 'task' })));
  return JSON.stringify(one) !== JSON.stringify(other);
}

function refuseManyLogits(config: TaskConfig): void {
  const task = innermostTask(config);
  if (!('vocabulary' in task)) return;
  const logits = task.batchSize * task.length * task.vocabulary;
  if (logits <= MOST_LOGITS) return;
  const size = `${task.batchSize} documents of ${task.length} tokens of ${task.vocabulary} kinds`;
  throw new UserError(
    'task',
    `a step would predict ${size}, ${(logits / 1e9).toFixed(1)}·10⁹ numbers: too many to be planned for a list`,
    { remedy: 'Choose a smaller batchSize, length or vocabulary.' },
  );
}
