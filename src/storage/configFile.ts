/** Run configs from the disk: reads the text, lays settings over it, resolves its paths. */
import { existsSync, readFileSync, statSync } from 'node:fs';
import { dirname, isAbsolute, relative, resolve } from 'node:path';
import { UserError } from '../base/index';
import {
  BUNDLED_DATASET_NAMES,
  BUNDLED_TABLE_NAMES,
  BUNDLED_TEXT_NAMES,
  BUNDLED_WEIGHTS,
  parseRunConfigText,
} from '../protocol/index';
import type { OptimizerConfig, RunConfig, TaskConfig } from '../protocol/index';
import { onDisk } from './fileSystem';

/** Nobody writes a config of this size; somebody may name a data file by mistake. */
const MAX_BYTES = 1 << 20;

/**
 * Reads a run config.
 * @param overrides  `field=value`, laid over the file one after another
 * @returns every default filled in, paths of data and weights absolute
 * @throws UserError('config' | 'disk')
 */
export function readRunConfigFile(file: string, overrides: readonly string[] = []): RunConfig {
  const text = readText(file);
  const config = parseRunConfigText(text, { fileName: shortName(file), overrides });
  return withResolvedPaths(config, dirname(resolve(file)));
}

/** The text of a config of any kind. @throws UserError('config' | 'disk') */
export function readText(file: string, what = 'a run config'): string {
  const { size, isFolder } = onDisk('read', file, () => {
    const stat = statSync(file);
    return { size: stat.size, isFolder: stat.isDirectory() };
  });
  if (isFolder) {
    throw new UserError('config', `${file} is a folder, expected the file of ${what}`);
  }
  if (size > MAX_BYTES) {
    throw new UserError('config', `${file} has ${size} bytes, expected ${what} of at most 1 MB`);
  }
  const bytes = onDisk('read', file, () => readFileSync(file));
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (cause) {
    throw new UserError('config', `${file} is not UTF-8 text, expected ${what}`, { cause });
  }
}

/** As a file was given, or relative to the current folder where that is shorter. */
export function shortName(file: string): string {
  if (!isAbsolute(file)) return file;
  const short = relative(process.cwd(), file);
  return short.startsWith('..') || short === '' ? file : short;
}

function withResolvedPaths(config: RunConfig, folder: string): RunConfig {
  const { task, optimizer } = config;
  return {
    ...config,
    task: resolveTask(task, folder),
    optimizer: resolveOptimizer(optimizer, folder),
  };
}

/** The path of its data absolute, also of a task inside another. */
export function resolveTask<T extends TaskConfig>(task: T, folder: string): T {
  if ('task' in task) return { ...task, task: resolveTask(task.task, folder) };
  if (task.family === 'user') return { ...task, file: resolve(folder, task.file) };
  return 'dataset' in task ? { ...task, dataset: resolvePath(task.dataset, folder) } : task;
}

/** The path of its weights absolute. */
export function resolveOptimizer(optimizer: OptimizerConfig, folder: string): OptimizerConfig {
  return optimizer.name === 'velo'
    ? { ...optimizer, weights: resolvePath(optimizer.weights, folder) }
    : optimizer;
}

/** A name of something bundled stays a name; what looks like a path, or is there beside the config, is one. */
export function resolvePath(value: string, folder: string): string {
  const path = resolve(folder, value);
  const isPath = /[\\/]|\.safetensors$/.test(value) || value.startsWith('.') || existsSync(path);
  return isPath && !isBundled(value) ? path : value;
}

function isBundled(value: string): boolean {
  const names = [
    ...BUNDLED_DATASET_NAMES,
    ...BUNDLED_TABLE_NAMES,
    ...BUNDLED_TEXT_NAMES,
    ...BUNDLED_WEIGHTS,
  ];
  return names.some((name) => name === value);
}
