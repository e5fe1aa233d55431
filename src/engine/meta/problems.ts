/** The inner problems of a meta-training: which task a number stands for, and what its losses count. */
import { LRUCache } from 'lru-cache';
import { UserError } from '../../base/index';
import { createRng, drawEntry, drawTask, freshShare, splitSeed } from '../../core/index';
import type { MetaSplit, Rng, Task, TaskDistribution, Variation } from '../../core/index';
import { decodeTask, innermostTask } from '../../protocol/index';
import type { MetaConfig, TaskConfig } from '../../protocol/index';
import type { Population } from '../population/population';
import { taskFrom } from '../jobs/createTask';
import type { TaskDataset } from '../jobs/createTask';
import { hopeless, judgeOf } from './judge';
import type { Judge } from './judge';

export interface Problem extends Judge {
  /** Index of the population's task whose data it reads. */
  readonly carrier: number;
  readonly config: TaskConfig;
  readonly variation: Variation;
  /** Index of the distribution's entry. */
  readonly entry: number;
  /** Of initial parameters and order of data. */
  readonly seed: number;
}

const KEPT = 2048;

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

  /** Share of the training's problems that are no ones of a pool: each takes a plan. */
  get freshShare(): number {
    return freshShare(this.#distribution);
  }

  /** The task of the population whose data a config reads. @throws UserError('data') */
  carrierOf(config: TaskConfig): Promise<number> {
    const key = dataKey(config);
    const known = this.#carriers.get(key) ?? this.#population.addTask(config);
    this.#carriers.set(key, known);
    return known;
  }

  /** What a problem's task reads, in memory that all threads share; undefined where it reads nothing. */
  dataOf({ carrier }: Problem): TaskDataset | undefined {
    return this.#population.dataOf(carrier);
  }

  /**
   * A problem of each entry that is trained on, for a trial.
   * @param round  0, 1, …: others each time
   * @throws UserError('config' | 'data')
   */
  async ofEntries(round = 0): Promise<Problem[]> {
    const { seed } = this.#config;
    const drawn = this.#distribution.metaTrain.map((entry, member) => {
      const rng = createRng({ seed, purpose: 'task', step: round, member: member + 1 });
      return this.#drawFrom({ ...this.#distribution, metaTrain: [entry] }, 'metaTrain', rng);
    });
    return Promise.all(drawn);
  }

  async #draw(split: MetaSplit, step: number): Promise<Problem> {
    return this.#drawFrom(this.#distribution, split, problemStream(this.#config.seed, split, step));
  }

  async #drawFrom(distribution: TaskDistribution, split: MetaSplit, rng: Rng): Promise<Problem> {
    const seed = splitSeed(split, rng);
    const { task, variation, entry } = drawTask(distribution, rng, split);
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
    const task = this.#taskOf(config, carrier);
    const { floor } = this.#config.metaLoss;
    return task === undefined ? hopeless(floor) : judgeOf(config, task, floor);
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

/** What a problem is drawn from: its seed, its entry, its config. */
function problemStream(seed: number, split: MetaSplit, step: number): Rng {
  const purpose = split === 'metaTrain' ? 'task' : 'evaluation';
  return createRng({ seed, purpose, step });
}

/** How long trainings of a problem may be, by its number; undefined where no entry says so. */
export function longestOf(
  distribution: TaskDistribution,
  seed: number,
): ((problem: number) => number) | undefined {
  const longest = distribution.metaTrain.map(({ maxLength = Infinity }) => maxLength);
  if (longest.every((steps) => steps === Infinity)) return undefined;
  const entry = entryOf(distribution, seed);
  return (problem) => longest[entry(problem)]!;
}

/** Index of the entry that a problem is drawn from, by its number. */
export function entryOf(distribution: TaskDistribution, seed: number): (problem: number) => number {
  return (problem) => {
    const rng = problemStream(seed, 'metaTrain', problem);
    splitSeed('metaTrain', rng);
    return drawEntry(distribution, rng, 'metaTrain');
  };
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
