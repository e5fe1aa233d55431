/** One evaluation while it is being written: created or taken up again, under its lock, until `close`. */
import type {
  EvaluationEnvironment,
  EvaluationSummary,
  EvaluationTiming,
  ResolvedEvaluation,
} from '../protocol/index';
import { discardUnfinished, writeJson } from './atomicFile';
import { curvePath, writeCurve } from './evaluationCurve';
import type { EvaluationCurve } from './evaluationCurve';
import { evaluationPaths } from './evaluationLayout';
import type { EvaluationPaths } from './evaluationLayout';
import { nodeFileSystem } from './fileSystem';
import type { FileSystem } from './fileSystem';
import { JsonLines } from './jsonLines';
import { slugOf } from './layout';
import { makeNumberedFolder } from './numberedFolder';
import { acquireLock } from './runLock';
import { ensureEvaluationsDirectory } from './veloFolder';

export interface NewEvaluation {
  readonly config: ResolvedEvaluation;
  readonly environment: EvaluationEnvironment;
  readonly summary: EvaluationSummary;
}

export class EvaluationWriter {
  readonly paths: EvaluationPaths;
  readonly #fs: FileSystem;
  readonly #unlock: () => void;
  readonly #timings: JsonLines<EvaluationTiming>;
  #isOpen = true;

  constructor(paths: EvaluationPaths, unlock: () => void, fs: FileSystem) {
    this.paths = paths;
    this.#unlock = unlock;
    this.#fs = fs;
    this.#timings = new JsonLines(paths.timing, fs);
  }

  /** Whether a training's curve is there. */
  has(key: string): boolean {
    return this.#fs.existsSync(curvePath(this.paths, key));
  }

  /** @throws UserError('disk'); the curve is then not there */
  writeCurve(curve: EvaluationCurve): void {
    writeCurve(this.paths, curve, this.#fs);
  }

  /** @throws UserError('disk') */
  appendTiming(timing: EvaluationTiming): void {
    this.#timings.append(timing);
  }

  /** @throws UserError('disk') */
  writeSummary(summary: EvaluationSummary): void {
    writeJson(this.paths.summary, summary, this.#fs);
  }

  /** Gives the lock back. */
  close(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    this.#timings.close();
    this.#unlock();
  }
}

/**
 * Makes the folder of a new evaluation, `<root>/.velo/evaluations/<name>-<number>`.
 * @throws UserError('disk'), after which nothing of it is left
 */
export function createEvaluation(
  root: string,
  { config, environment, summary }: NewEvaluation,
  fs: FileSystem = nodeFileSystem,
): EvaluationWriter {
  const parent = ensureEvaluationsDirectory(root, fs);
  const paths = evaluationPaths(makeNumberedFolder(parent, slugOf(config.name), fs));
  try {
    const unlock = acquireLock(paths, fs);
    writeJson(paths.config, config, fs);
    writeJson(paths.environment, environment, fs);
    writeJson(paths.summary, summary, fs);
    return new EvaluationWriter(paths, unlock, fs);
  } catch (thrown) {
    fs.rmSync(paths.directory, { recursive: true, force: true });
    throw thrown;
  }
}

/** Takes an evaluation up again. @throws UserError('run') where a living process writes it, UserError('disk') */
export function reopenEvaluation(
  directory: string,
  fs: FileSystem = nodeFileSystem,
): EvaluationWriter {
  const paths = evaluationPaths(directory);
  const unlock = acquireLock(paths, fs);
  try {
    discardUnfinished(directory, fs);
    return new EvaluationWriter(paths, unlock, fs);
  } catch (thrown) {
    unlock();
    throw thrown;
  }
}
