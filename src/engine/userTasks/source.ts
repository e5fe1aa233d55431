/** What a person's task needs from the disk: its modules, or its list of layers, and the data set that it names. */
import type { NamedDataset, UserDefinition } from '../../core/index';
import type { TaskSpec } from '../../protocol/index';

/** A file of a task, ready to be run. */
export interface TaskModule {
  /** Absolute. */
  readonly path: string;
  /** JavaScript with `require`, or the text of a JSON file. */
  readonly code: string;
  /** Of the file as it lies on the disk. */
  readonly sha256: string;
}

/** Plain data: it passes between threads. */
export interface UserTaskSource {
  /** Absolute. */
  readonly file: string;
  readonly options: Readonly<Record<string, unknown>>;
  /** In the order in which they were asked for; the first is the file itself. */
  readonly modules: readonly TaskModule[];
  /** Of a task that is a list of layers. */
  readonly spec?: TaskSpec;
  readonly dataset?: NamedDataset;
}

/** Definitions that were made, by the modules that they came from: a task's module runs once in a thread. */
export const definitions = new WeakMap<readonly TaskModule[], UserDefinition>();
