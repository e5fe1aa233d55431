/** The config that "New Run" writes: a task, an optimizer, a length. Everything else keeps its default. */
import { isAbsolute, relative, sep } from 'node:path';
import type { OptimizerEntry } from '../../protocol/live/index';
import type { ReadyTask } from '../trees/taskNodes';
import { formatJson } from './configFiles';

export type ChosenOptimizer = Pick<OptimizerEntry, 'source' | 'name'> &
  Partial<Pick<OptimizerEntry, 'path'>>;

export interface NewConfig {
  readonly task: ReadyTask['task'];
  readonly optimizer: ChosenOptimizer;
  readonly numSteps: number;
  /** Folder that the config goes to, absolute. */
  readonly folder: string;
}

export function newConfigText({ task, optimizer, numSteps, folder }: NewConfig): string {
  return formatJson({ task, optimizer: optimizerConfig(optimizer, folder), numSteps });
}

/** Length of what "Train this" writes. */
const DEFAULT_STEPS = 1000;

/** A config that trains a task with the shipped weights. @param weights  their name */
export function taskConfigText(task: ReadyTask['task'], weights: string): string {
  const optimizer = { source: 'shipped', name: weights } as const;
  return newConfigText({ task, optimizer, numSteps: DEFAULT_STEPS, folder: '' });
}

export function optimizerConfig(
  optimizer: ChosenOptimizer,
  folder: string,
): Record<string, unknown> {
  const { source, name, path } = optimizer;
  if (source === 'baseline') return { name };
  if (source === 'shipped' || path === undefined) return { name: 'velo', weights: name };
  return { name: 'velo', weights: relativePath(path, folder) };
}

/** As a config in the folder would name it. */
export function relativePath(path: string, folder: string): string {
  const short = relative(folder, path);
  return short.startsWith('..') || isAbsolute(short) ? path : `./${short.split(sep).join('/')}`;
}

/** `fashion-mnist`, with VeLO's shipped weights; else `fashion-mnist-adam`. */
export function suggestedName(task: Pick<ReadyTask, 'name'>, optimizer: ChosenOptimizer): string {
  const what = optimizer.source === 'shipped' ? '' : optimizer.name;
  return `${task.name} ${what}`
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, '-')
    .replace(/^-+|-+$/g, '');
}

/** The number of steps that a person typed, or why it is none. */
export function parseSteps(text: string): number | string {
  const steps = Number(text.replace(/[, _]/g, ''));
  const isFine = Number.isInteger(steps) && steps >= 1 && steps <= 100_000_000;
  return isFine ? steps : 'A whole number from 1 to 100,000,000.';
}
