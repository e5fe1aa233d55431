/** One meta-training while it is being written: created or taken up again, under its lock, until `close`. */
import type {
  MetaConfig,
  MetaEnvironment,
  MetaIteration,
  MetaSensitivity,
  MetaSummary,
  MetaValidation,
  MetaValidationTask,
} from '../protocol/index';
import { decodeMetaIteration, decodeMetaValidation } from '../protocol/index';
import { discardUnfinished, writeFileAtomic, writeJson } from './atomicFile';
import { discardCheckpointsAfter, loadLatestCheckpoint, saveCheckpoint } from './checkpoints';
import type { Checkpoint, LoadedCheckpoint } from './checkpoints';
import { nodeFileSystem, onDisk } from './fileSystem';
import type { FileSystem } from './fileSystem';
import { JsonLines, readJsonLines } from './jsonLines';
import { slugOf } from './layout';
import { metaPaths, metaThetaPath } from './metaLayout';
import type { MetaPaths } from './metaLayout';
import { makeNumberedFolder } from './numberedFolder';
import { acquireLock } from './runLock';
import { encodeSafetensors } from './safetensors';
import type { Safetensors } from './safetensors';
import { ensureMetaTrainingsDirectory } from './veloFolder';

export interface NewMetaTraining {
  readonly config: MetaConfig;
  readonly environment: MetaEnvironment;
  readonly summary: MetaSummary;
}

/** Bytes of the two logs that stay; absent: all of their whole lines. */
interface LogSizes {
  readonly iterations?: number;
  readonly validations?: number;
}

export class MetaWriter {
  readonly paths: MetaPaths;
  readonly #fs: FileSystem;
  readonly #unlock: () => void;
  readonly #iterations: JsonLines<MetaIteration>;
  readonly #validations: JsonLines<MetaValidation>;
  #isOpen = true;

  constructor(paths: MetaPaths, unlock: () => void, fs: FileSystem, sizes: LogSizes = {}) {
    this.paths = paths;
    this.#unlock = unlock;
    this.#fs = fs;
    this.#iterations = new JsonLines(paths.iterations, fs, sizes.iterations);
    this.#validations = new JsonLines(paths.validations, fs, sizes.validations);
  }

  /** @throws UserError('disk') */
  appendIteration(iteration: MetaIteration): void {
    this.#iterations.append(iteration);
  }

  /** With the theta that was validated, its file first. @throws UserError('disk') */
  appendValidation(validation: MetaValidation, theta: Safetensors): void {
    const { thetas } = this.paths;
    onDisk('create', thetas, () => this.#fs.mkdirSync(thetas, { recursive: true }));
    const path = metaThetaPath(this.paths, validation.iteration);
    writeFileAtomic(path, encodeSafetensors(theta), this.#fs);
    this.#validations.append(validation);
  }

  /** @throws UserError('disk') */
  writeValidationTasks(tasks: readonly MetaValidationTask[]): void {
    writeJson(this.paths.validationTasks, { tasks }, this.#fs);
  }

  /** @throws UserError('disk') */
  writeSummary(summary: MetaSummary): void {
    writeJson(this.paths.summary, summary, this.#fs);
  }

  /** @throws UserError('disk') */
  saveCheckpoint(checkpoint: Checkpoint): void {
    saveCheckpoint(this.paths, checkpoint, this.#fs);
  }

  /** Gives the lock back. */
  close(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    this.#iterations.close();
    this.#validations.close();
    this.#unlock();
  }
}

/**
 * Makes the folder of a new meta-training, `<root>/.velo/metatrainings/<name>-<number>`.
 * @throws UserError('disk'), after which nothing of it is left
 */
export function createMetaTraining(
  root: string,
  { config, environment, summary }: NewMetaTraining,
  fs: FileSystem = nodeFileSystem,
): MetaWriter {
  const parent = ensureMetaTrainingsDirectory(root, fs);
  const paths = metaPaths(makeNumberedFolder(parent, slugOf(config.name), fs));
  try {
    const unlock = acquireLock(paths, fs);
    writeJson(paths.config, config, fs);
    writeJson(paths.environment, environment, fs);
    writeJson(paths.summary, summary, fs);
    return new MetaWriter(paths, unlock, fs);
  } catch (thrown) {
    fs.rmSync(paths.directory, { recursive: true, force: true });
    throw thrown;
  }
}

/**
 * Takes a meta-training up again at its newest usable checkpoint; what was logged after it is cut off.
 * @throws UserError('run') where a living process writes it, UserError('checkpoint') where none can be used,
 *   UserError('disk')
 */
export function resumeMetaTraining(
  directory: string,
  fs: FileSystem = nodeFileSystem,
): { readonly writer: MetaWriter; readonly checkpoint: LoadedCheckpoint } {
  const paths = metaPaths(directory);
  const unlock = acquireLock(paths, fs);
  try {
    discardUnfinished(directory, fs);
    const checkpoint = loadLatestCheckpoint(paths, fs);
    discardCheckpointsAfter(paths, checkpoint.step, fs);
    const iterations = readJsonLines(paths.iterations, decodeMetaIteration, fs).find(
      ({ value }) => value.iteration >= checkpoint.step,
    )?.begin;
    const validations = readJsonLines(paths.validations, decodeMetaValidation, fs).find(
      ({ value }) => value.iteration > checkpoint.step,
    )?.begin;
    const sizes = {
      ...(iterations === undefined ? {} : { iterations }),
      ...(validations === undefined ? {} : { validations }),
    };
    return { writer: new MetaWriter(paths, unlock, fs, sizes), checkpoint };
  } catch (thrown) {
    unlock();
    throw thrown;
  }
}

/** Beside a config, or a meta-training that others may write meanwhile: nobody else writes this file. @throws UserError('disk') */
export function writeMetaSensitivity(
  path: string,
  sensitivity: MetaSensitivity,
  fs: FileSystem = nodeFileSystem,
): void {
  writeJson(path, sensitivity, fs);
}
