/** From what a task file exports to a task. Pure but for the functions that the file brings. */
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { invariant } from '../../../base/index';
import type { Task } from '../task';
import type { DataSource } from './contract';
import { checkDefinition, isLayersTask } from './definition';
import type { Definition } from './definition';
import { createLayersTask } from './layersTask';
import { createLossTask } from './lossTask';
import { isNamed, readOwnExamples, taskData } from './taskData';
import type { NamedDataset, NamedSource } from './taskData';
import type { ReadExamples } from './ownData';
import type { TaskOrigin } from './userCall';
import { userCall, wrong } from './userCall';

/** A definition that was made and checked once, for all trainings of its task. */
export interface UserDefinition {
  readonly origin: TaskOrigin;
  readonly definition: Definition;
  /** The definition made anew, with initial weights of its own. */
  readonly again: () => Definition;
  readonly examples: ReadExamples | undefined;
}

/**
 * @param make  what the file exports, called with its context
 * @throws UserError('config') where it throws or gives no task
 */
export function userDefinition(origin: TaskOrigin, make: () => unknown): UserDefinition {
  const again = (): Definition => checkDefinition(origin, userCall(origin, 'the task', make));
  const definition = again();
  const examples =
    definition.data === undefined ? undefined : readOwnExamples(origin, definition.data);
  return { origin, definition, again, examples };
}

/** The data set that a definition names, if any. */
export function namedSource(data: DataSource | undefined): NamedSource | undefined {
  return data !== undefined && isNamed(data) ? data : undefined;
}

/**
 * @param dataset  that the definition names
 * @throws UserError('config') where the parts do not fit each other
 */
export function createUserTask(
  { origin, definition, again, examples }: UserDefinition,
  seed: number,
  dataset: NamedDataset | undefined,
): Task {
  const { data: source } = definition;
  const prepared = source && taskData(origin, { source, dataset, examples }, seed);
  if (!isLayersTask(definition)) return createLossTask(origin, definition, prepared);
  invariant(prepared !== undefined, 'a model without data');
  return createLayersTask(origin, definition, prepared, (): LayersModel => {
    const fresh = again();
    if (isLayersTask(fresh)) return fresh.model;
    throw wrong(origin, 'it gives another kind of task each time', 'Always make the same.');
  });
}
