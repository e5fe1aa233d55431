/** Meta-trainings as they are on disk, whoever writes them. */
import { UserError } from '../base/index';
import {
  checkMetaConfig,
  decodeMetaEnvironment,
  decodeMetaIteration,
  decodeMetaSensitivity,
  decodeMetaSummary,
  decodeMetaValidation,
  decodeMetaValidationTasks,
} from '../protocol/index';
import type {
  MetaConfig,
  MetaEnvironment,
  MetaIteration,
  MetaSensitivity,
  MetaSummary,
  MetaValidation,
  MetaValidationTask,
} from '../protocol/index';
import { loadLatestCheckpoint } from './checkpoints';
import type { LoadedCheckpoint } from './checkpoints';
import { nodeFileSystem, onDisk } from './fileSystem';
import type { FileSystem } from './fileSystem';
import { findFolder, folderNames } from './folders';
import { readJsonLines } from './jsonLines';
import { metaTrainingsDirectory } from './layout';
import { parseOrUndefined } from './lockFile';
import { metaPaths } from './metaLayout';
import { readLock } from './runLock';

export interface MetaRecord {
  readonly id: string;
  readonly directory: string;
  readonly config: MetaConfig;
  readonly environment: MetaEnvironment;
  readonly summary: MetaSummary;
  /** `interrupted`: its process vanished. */
  readonly state: MetaSummary['state'] | 'interrupted';
  /** Whose lock it is under, if any: this process or another. */
  readonly writer?: { readonly isOwn: boolean };
}

/** @throws UserError('run') where the folder holds no meta-training, UserError('disk') */
export function readMetaTraining(directory: string, fs: FileSystem = nodeFileSystem): MetaRecord {
  const paths = metaPaths(directory);
  const { config, problems } = checkMetaConfig(
    parseOrUndefined(readText(paths.config, fs)) ?? null,
  );
  if (config === undefined) {
    const what = problems[0].message;
    throw new UserError('run', `${paths.config} is no config of a meta-training: ${what}`);
  }
  const environment = decodeMetaEnvironment(readText(paths.environment, fs), paths.environment);
  const summary = decodeMetaSummary(readText(paths.summary, fs), paths.summary);
  const lock = readLock(paths, fs);
  const isLost = summary.state === 'running' && lock.kind !== 'held';
  return {
    id: paths.id,
    directory,
    config,
    environment,
    summary,
    state: isLost ? 'interrupted' : summary.state,
    ...(lock.kind === 'held' ? { writer: { isOwn: lock.isOwn } } : {}),
  };
}

/** What was logged so far. @throws UserError('disk') */
export function readMetaIterations(
  directory: string,
  fs: FileSystem = nodeFileSystem,
): MetaIteration[] {
  const { iterations } = metaPaths(directory);
  return readJsonLines(iterations, decodeMetaIteration, fs).map(({ value }) => value);
}

/** @throws UserError('disk') */
export function readMetaValidations(
  directory: string,
  fs: FileSystem = nodeFileSystem,
): MetaValidation[] {
  const { validations } = metaPaths(directory);
  return readJsonLines(validations, decodeMetaValidation, fs).map(({ value }) => value);
}

/** Empty where they were not written yet. @throws UserError('run' | 'disk') */
export function readMetaValidationTasks(
  directory: string,
  fs: FileSystem = nodeFileSystem,
): readonly MetaValidationTask[] {
  const { validationTasks: path } = metaPaths(directory);
  return fs.existsSync(path) ? decodeMetaValidationTasks(readText(path, fs), path) : [];
}

/** Undefined where it was never measured. @throws UserError('run' | 'disk') */
export function readMetaSensitivity(
  path: string,
  fs: FileSystem = nodeFileSystem,
): MetaSensitivity | undefined {
  return fs.existsSync(path) ? decodeMetaSensitivity(readText(path, fs), path) : undefined;
}

/**
 * The newest usable checkpoint, for reading; whoever writes the meta-training goes on.
 * @throws UserError('checkpoint') where there is none
 */
export function loadMetaCheckpoint(
  directory: string,
  fs: FileSystem = nodeFileSystem,
): LoadedCheckpoint {
  return loadLatestCheckpoint(metaPaths(directory), fs);
}

/** Ids of a workspace's meta-trainings, in the order of their numbers. @throws UserError('disk') */
export function metaTrainingIds(root: string, fs: FileSystem = nodeFileSystem): string[] {
  return folderNames(metaTrainingsDirectory(root), fs);
}

/**
 * The folder of the meta-training that `reference` means: a path or an id.
 * @throws UserError('run') where there is none
 */
export function findMetaTraining(
  root: string,
  reference: string,
  fs: FileSystem = nodeFileSystem,
): string {
  const place = {
    parent: metaTrainingsDirectory(root),
    noun: 'meta-training',
    plural: 'Meta-trainings',
  };
  return findFolder(reference, place, fs);
}

function readText(path: string, fs: FileSystem): string {
  return onDisk('read', path, () => fs.readFileSync(path, 'utf8'));
}
