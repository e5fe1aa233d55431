/** One run while it is being written: created or taken up again, under its lock, until `close`. */
import type { TraceMeta } from '../protocol/live/index';
import type { Metric, RunConfig, RunEnvironment, RunSummary } from '../protocol/index';
import { discardUnfinished, writeJson } from './atomicFile';
import { discardCheckpointsAfter, loadLatestCheckpoint, saveCheckpoint } from './checkpoints';
import type { Checkpoint, LoadedCheckpoint } from './checkpoints';
import { nodeFileSystem } from './fileSystem';
import type { FileSystem } from './fileSystem';
import { runPaths, slugOf } from './layout';
import type { RunPaths } from './layout';
import { MetricsLog, readMetrics, sizeBeforeStep } from './metricsLog';
import { makeNumberedFolder } from './numberedFolder';
import { acquireLock, requireUnlocked } from './runLock';
import { readConfig } from './runReader';
import type { TraceSnapshot } from './traceLayout';
import { openTrace } from './traceWriter';
import type { TraceWriter } from './traceWriter';
import { ensureRunsDirectory } from './veloFolder';

export interface NewRun {
  readonly config: RunConfig;
  readonly environment: RunEnvironment;
  readonly summary: RunSummary;
  /** Folder that `reserveRun` made for it; default: a new one. */
  readonly directory?: string;
}

export class RunWriter {
  readonly paths: RunPaths;
  readonly #fs: FileSystem;
  readonly #metrics: MetricsLog;
  readonly #unlock: () => void;
  #trace: TraceWriter | undefined;
  #isOpen = true;

  constructor(paths: RunPaths, metrics: MetricsLog, unlock: () => void, fs: FileSystem) {
    this.paths = paths;
    this.#metrics = metrics;
    this.#unlock = unlock;
    this.#fs = fs;
  }

  get id(): string {
    return this.paths.id;
  }

  get directory(): string {
    return this.paths.directory;
  }

  /** @throws UserError('disk') */
  appendMetric(metric: Metric): void {
    this.#metrics.append(metric);
  }

  /**
   * Begins the trace or, after a resume, goes on with it.
   * @param step  the first step that is to come: what the trace holds from there on is cut off
   * @returns what of the trace so far was lost, one sentence each
   * @throws UserError('disk')
   */
  openTrace(meta: TraceMeta, step: number): readonly string[] {
    this.#trace = openTrace(this.paths.directory, meta, step, this.#fs);
    return this.#trace.warnings;
  }

  /** Adds a snapshot to the trace that `openTrace` began. @throws UserError('disk') */
  appendTrace(snapshot: TraceSnapshot): void {
    this.#trace?.append(snapshot);
  }

  /** Hands collected metrics to the system. @throws UserError('disk') */
  flush(): void {
    this.#metrics.flush();
  }

  /** Metrics and trace up to here and the checkpoint, safe on disk. @throws UserError('disk') */
  saveCheckpoint(checkpoint: Checkpoint): void {
    this.#metrics.sync();
    this.#trace?.sync();
    saveCheckpoint(this.paths, checkpoint, this.#fs);
  }

  /** @throws UserError('disk') */
  writeSummary(summary: RunSummary): void {
    writeJson(this.paths.summary, summary, this.#fs);
  }

  /** @throws UserError('disk') */
  writeEnvironment(environment: RunEnvironment): void {
    writeJson(this.paths.environment, environment, this.#fs);
  }

  /** Writes what is left and gives the lock back. @throws UserError('disk'), after giving it back all the same */
  close(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    try {
      this.#trace?.close();
    } finally {
      this.#closeMetrics();
    }
  }

  #closeMetrics(): void {
    try {
      this.#metrics.close();
    } finally {
      this.#unlock();
    }
  }
}

/**
 * Makes the folder of a run that is to begin later, with its config in it; its state is `queued`.
 * @throws UserError('disk'), after which nothing of the run is left
 */
export function reserveRun(
  root: string,
  config: RunConfig,
  fs: FileSystem = nodeFileSystem,
): RunPaths {
  const paths = makeRunDirectory(root, config.name, fs);
  const { numSteps } = config;
  const counts = { step: 0, numSteps, trainLoss: null, seconds: 0, msPerStep: null };
  const summary: RunSummary = { state: 'queued', ...counts };
  try {
    writeJson(paths.config, withoutSchema(config), fs);
    writeJson(paths.summary, summary, fs);
    return paths;
  } catch (thrown) {
    fs.rmSync(paths.directory, { recursive: true, force: true });
    throw thrown;
  }
}

/**
 * Makes the folder of a new run, `<root>/.velo/runs/<name>-<number>`, with its config in it, or fills a reserved one.
 * @throws UserError('disk'), after which nothing of the run is left, except for a reserved folder;
 *   UserError('run') where another process has taken the reserved one
 */
export function createRun(
  root: string,
  { config, environment, summary, directory }: NewRun,
  fs: FileSystem = nodeFileSystem,
): RunWriter {
  const isReserved = directory !== undefined;
  const paths = isReserved ? runPaths(directory) : makeRunDirectory(root, config.name, fs);
  let unlock: (() => void) | undefined;
  try {
    unlock = acquireLock(paths, fs);
    if (!isReserved) writeJson(paths.config, withoutSchema(config), fs);
    writeJson(paths.environment, environment, fs);
    writeJson(paths.summary, summary, fs);
    return new RunWriter(paths, new MetricsLog(paths.metrics, 0, { fs }), unlock, fs);
  } catch (thrown) {
    if (isReserved) unlock?.();
    else fs.rmSync(paths.directory, { recursive: true, force: true });
    throw thrown;
  }
}

/** Notes in a run that nobody writes what became of it. @throws UserError('run' | 'disk') */
export function writeRunSummary(
  directory: string,
  summary: RunSummary,
  fs: FileSystem = nodeFileSystem,
): void {
  const paths = runPaths(directory);
  requireUnlocked(paths, fs);
  writeJson(paths.summary, summary, fs);
}

export interface ResumedRun {
  readonly run: RunWriter;
  readonly config: RunConfig;
  readonly checkpoint: LoadedCheckpoint;
  /** What was found broken and worked around, one sentence each. */
  readonly warnings: readonly string[];
}

/**
 * Takes a run up again from its latest usable checkpoint; metrics and checkpoints after it are dropped.
 * @throws UserError('run' | 'checkpoint' | 'disk'), after which the run is as it was
 */
export function resumeRun(directory: string, fs: FileSystem = nodeFileSystem): ResumedRun {
  const paths = runPaths(directory);
  const config = readConfig(paths, fs);
  const unlock = acquireLock(paths, fs);
  try {
    discardUnfinished(directory, fs);
    const checkpoint = loadLatestCheckpoint(paths, fs);
    const { warnings } = readMetrics(paths.metrics, fs);
    const size = sizeBeforeStep(paths.metrics, checkpoint.step, fs);
    const metrics = new MetricsLog(paths.metrics, size, { fs });
    discardCheckpointsAfter(paths, checkpoint.step, fs);
    return {
      run: new RunWriter(paths, metrics, unlock, fs),
      config,
      checkpoint,
      warnings: [...checkpoint.warnings, ...warnings],
    };
  } catch (thrown) {
    unlock();
    throw thrown;
  }
}

function makeRunDirectory(root: string, name: string, fs: FileSystem): RunPaths {
  return runPaths(makeNumberedFolder(ensureRunsDirectory(root, fs), slugOf(name), fs));
}

/** The path of the schema is relative to the file that the config came from. */
function withoutSchema(config: RunConfig): Omit<RunConfig, '$schema'> {
  const asked = { ...config };
  delete asked.$schema;
  return asked;
}
