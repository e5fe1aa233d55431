/** Data sets that the gallery looks at, read once each. */
import type { TextDataset } from '../../core/index';
import { innermostTask } from '../../protocol/index';
import type { TaskConfig } from '../../protocol/index';
import { loadTaskData } from '../jobs/createTask';
import type { TaskDataset } from '../jobs/createTask';

/** The vocabulary that needs no learning: bytes. */
const BYTES = 259;

export class GalleryData {
  readonly #dataDir: string;
  readonly #known = new Map<string, Promise<TaskDataset | undefined>>();

  constructor(dataDir: string) {
    this.#dataDir = dataDir;
  }

  /**
   * What a task reads, fit for its shapes: a text has the vocabulary's size but the tokens of bytes, since learning the
   * pieces takes seconds and changes no shape.
   * @throws UserError('data')
   */
  async forShapes(config: TaskConfig): Promise<TaskDataset | undefined> {
    const task = innermostTask(config);
    if (!('vocabulary' in task)) return this.#load(config);
    const text = (await this.#load({ ...task, vocabulary: BYTES })) as TextDataset;
    return { ...text, vocabulary: task.vocabulary };
  }

  #load(config: TaskConfig): Promise<TaskDataset | undefined> {
    const task = innermostTask(config);
    const name = 'dataset' in task ? task.dataset : '';
    const known = this.#known.get(name) ?? loadTaskData(config, { dataDir: this.#dataDir });
    this.#known.set(name, known);
    // What could not be read is read again when it is asked for again.
    known.catch(() => this.#known.delete(name));
    return known;
  }
}
