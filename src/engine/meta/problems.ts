/** The inner problems of a meta-training: which task a number stands for, and what its losses count. */
import { LRUCache } from 'lru-cache';
import { UserError } from '../../base/index';
import { createMetaLoss, createRng, drawTask, splitSeed } from '../../core/index';
import type { MetaLoss, MetaSplit, Task, TaskDistribution, Variation } from '../../core/index';
import { decodeTask, innermostTask, lossUnit } from '../../protocol/index';
import type { MetaConfig, TaskConfig } from '../../protocol/index';
import type { Population } from '../population/population';
import { taskFrom } from '../jobs/createTask';

export interface Problem {
  /** Index of the population's task whose data it reads. */
  readonly carrier: number;
  readonly config: TaskConfig;
  readonly variation: Variation;
  /** Index of the distribution's entry. */
  readonly entry: number;
  /** Of initial parameters and order of data. */
  readonly seed: number;
  readonly metaLoss: MetaLoss;
  /** A larger loss of a step ends the training. */
  readonly worstLoss: number;
}

const KEPT = 2048;
/** Times the worst loss that counts. */
const HOPELESS = 20;

/** Of a task that cannot be made. */
const UNKNOWN = { normalize: (loss: number) => loss, isAbsolute: false };

type Judge = Pick<Problem, 'metaLoss' | 'worstLoss'>;

export class Problems {
  readonly #config: MetaConfig;
  readonly #distribution: TaskDistribution;
  readonly #population: Population;
  /** Indices of the population's tasks by the data that they carry. */
  readonly #carriers = new Map<string, Promise<number>>();
  readonly #judges = new LRUCache<string, Judge>({ max: KEPT });

  constructor(config: MetaConfig, distribution: TaskDistribution, population: Population) {
    this.#config = config;
    this.#distribution = distribution;
    this.#population = population;
  }

  /** A problem of the training itself. @throws UserError('config' | 'data') */
  async trained(problem: number): Promise<Problem> {
    return this.#draw('metaTrain', problem);
  }

  /** One of those that progress is measured on. @throws UserError('config' | 'data') */
  async validated(index: number): Promise<Problem> {
    return this.#draw('metaValid', index);
  }

  /** The task of the population whose data a config reads. @throws UserError('data') */
  carrierOf(config: TaskConfig): Promise<number> {
    const key = dataKey(config);
    const known = this.#carriers.get(key) ?? this.#population.addTask(config);
    this.#carriers.set(key, known);
    return known;
  }

  async #draw(split: MetaSplit, step: number): Promise<Problem> {
    const purpose = split === 'metaTrain' ? 'task' : 'evaluation';
    const rng = createRng({ seed: this.#config.seed, purpose, step });
    const seed = splitSeed(split, rng);
    const { task, variation, entry } = drawTask(this.#distribution, rng, split);
    const config = decodeTask(task);
    const carrier = await this.carrierOf(config);
    return { carrier, config, variation, entry, seed, ...this.#judgeOf(config, carrier) };
  }

  #judgeOf(config: TaskConfig, carrier: number): Judge {
    const key = JSON.stringify(config);
    const known = this.#judges.get(key) ?? this.#judge(config, carrier);
    this.#judges.set(key, known);
    return known;
  }

  #judge(config: TaskConfig, carrier: number): Judge {
    const { floor } = this.#config.metaLoss;
    const task = this.#taskOf(config, carrier);
    if (task === undefined)
      return { metaLoss: createMetaLoss({ ...UNKNOWN, floor }), worstLoss: 0 };
    const normalize = (loss: number): number => task.normalize(loss);
    const isAbsolute = lossUnit(config).startsWith('cross-entropy');
    const worstLoss = isAbsolute ? HOPELESS * normalize(NaN) : Infinity;
    return { metaLoss: createMetaLoss({ normalize, isAbsolute, floor }), worstLoss };
  }

  /** Undefined where it cannot be made: whoever is to train it will say why, and its losses are the worst. */
  #taskOf(config: TaskConfig, carrier: number): Task | undefined {
    try {
      return taskFrom(config, 0, this.#population.dataOf(carrier));
    } catch (thrown) {
      if (thrown instanceof UserError) return undefined;
      throw thrown;
    }
  }
}

/** Equal where tasks read the same arrays. */
function dataKey(config: TaskConfig): string {
  const task = innermostTask(config);
  const fields = task as Readonly<Record<string, unknown>>;
  return JSON.stringify(
    ['dataset', 'file', 'options', 'vocabulary', 'length', 'imageSize', 'grey'].map(
      (name) => fields[name] ?? null,
    ),
  );
}
