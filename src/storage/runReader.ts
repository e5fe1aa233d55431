/** Reading runs back: one by its folder, all of a workspace, and one by what a person called it. */
import { isAbsolute, join, resolve, sep } from 'node:path';
import { UserError } from '../base/index';
import {
  checkRunConfig,
  decodeEnvironment,
  decodeSummary,
  didYouMean,
  parseRunConfigText,
} from '../protocol/index';
import type { Metric, RunConfig, RunEnvironment, RunState, RunSummary } from '../protocol/index';
import { listCheckpoints } from './checkpoints';
import { errnoOf, diskError, nodeFileSystem, onDisk } from './fileSystem';
import type { FileSystem } from './fileSystem';
import { runPaths, runsDirectory, stepOfCheckpoint } from './layout';
import type { RunPaths } from './layout';
import { parseOrUndefined } from './lockFile';
import { readMetrics } from './metricsLog';
import { readLock } from './runLock';
import type { LockState } from './runLock';

export interface RunRecord {
  readonly id: string;
  readonly directory: string;
  readonly config: RunConfig;
  /** As it is now: a run whose process has vanished is `interrupted`. */
  readonly state: RunState;
  readonly environment?: RunEnvironment;
  readonly summary?: RunSummary;
  /** Of the newest checkpoint, from which it can be taken up again; undefined where there is none. */
  readonly checkpointStep: number | undefined;
  /** The living process that writes it. */
  readonly writer?: { readonly pid: number; readonly isOwn: boolean };
  /** What could not be read, one sentence each. */
  readonly warnings: readonly string[];
}

/**
 * A run without its metrics. Only its config must be readable; what else is broken becomes a warning.
 * @throws UserError('run' | 'disk')
 */
export function readRun(directory: string, fs: FileSystem = nodeFileSystem): RunRecord {
  const paths = runPaths(resolve(directory));
  const config = readConfig(paths, fs);
  const warnings: string[] = [];
  const attempt = <T>(read: () => T): T | undefined => {
    try {
      return read();
    } catch (thrown) {
      if (!(thrown instanceof UserError)) throw thrown;
      warnings.push(thrown.message);
      return undefined;
    }
  };
  const summary = attempt(() => decodeSummary(readText(paths.summary, fs), paths.summary));
  // Written once the device is open, which a run that still waits or could not begin never got to.
  const isEarly = summary?.step === 0 && (summary.state === 'queued' || summary.state === 'failed');
  const environment =
    isEarly && !fs.existsSync(paths.environment)
      ? undefined
      : attempt(() => decodeEnvironment(readText(paths.environment, fs), paths.environment));
  const [newest] = listCheckpoints(paths, fs);
  const lock = readLock(paths, fs);
  return {
    id: paths.id,
    directory: paths.directory,
    config,
    state: stateOf(lock, summary),
    ...(environment === undefined ? {} : { environment }),
    ...(summary === undefined ? {} : { summary }),
    checkpointStep: newest === undefined ? undefined : stepOfCheckpoint(newest),
    ...(lock.kind === 'held' ? { writer: { pid: lock.pid, isOwn: lock.isOwn } } : {}),
    warnings,
  };
}

/** The metrics of a run. @throws UserError('run' | 'disk') */
export function readRunMetrics(
  directory: string,
  fs: FileSystem = nodeFileSystem,
): { readonly metrics: readonly Metric[]; readonly warnings: readonly string[] } {
  return readMetrics(runPaths(directory).metrics, fs);
}

export interface RunListing {
  /** Oldest first. */
  readonly runs: readonly RunRecord[];
  /** Folders that are no readable run, one sentence each. */
  readonly warnings: readonly string[];
}

/** All runs of a workspace; an unreadable one becomes a warning. @throws UserError('disk') */
export function listRuns(root: string, fs: FileSystem = nodeFileSystem): RunListing {
  const runs: RunRecord[] = [];
  const warnings: string[] = [];
  for (const id of runIds(root, fs)) {
    try {
      runs.push(readRun(join(runsDirectory(root), id), fs));
    } catch (thrown) {
      if (!(thrown instanceof UserError)) throw thrown;
      warnings.push(thrown.message);
    }
  }
  const startOf = (run: RunRecord): string => run.environment?.startedAt ?? '';
  runs.sort((a, b) => startOf(a).localeCompare(startOf(b)) || a.id.localeCompare(b.id));
  return { runs, warnings };
}

/**
 * The folder of the run that `reference` means: a path, an id, or the beginning of exactly one id.
 * @throws UserError('run') where it means none or several
 */
export function findRun(root: string, reference: string, fs: FileSystem = nodeFileSystem): string {
  const ids = runIds(root, fs);
  if (ids.includes(reference)) return join(runsDirectory(root), reference);
  const isPath = isAbsolute(reference) || reference.includes('/') || reference.includes(sep);
  if (isPath || fs.existsSync(join(reference, 'config.json'))) {
    if (fs.existsSync(runPaths(reference).config)) return resolve(reference);
    throw new UserError('run', `${reference} is not the folder of a run: it has no config.json`);
  }
  const matches = reference === '' ? [] : ids.filter((id) => id.startsWith(reference));
  const [match, another] = matches;
  if (match !== undefined && another === undefined) return join(runsDirectory(root), match);
  if (match !== undefined) {
    const message = `"${reference}" could be ${matches.slice(0, 8).join(', ')}`;
    throw new UserError('run', `${message}; expected the beginning of one run's id`);
  }
  const known =
    ids.length === 0 ? `${runsDirectory(root)} has no runs` : didYouMean(reference, ids);
  const tail = ids.length === 0 ? `; ${known}` : known;
  throw new UserError('run', `there is no run called "${reference}"${tail}`, {
    remedy: 'See "velo runs" for a list; --out names the folder that runs are under.',
  });
}

/** The config of a run. @throws UserError('run' | 'disk') */
export function readConfig(paths: RunPaths, fs: FileSystem = nodeFileSystem): RunConfig {
  const text = readText(paths.config, fs);
  const written = asWritten(text);
  if (written !== undefined) return written;
  try {
    return parseRunConfigText(text, { fileName: paths.config });
  } catch (thrown) {
    if (!(thrown instanceof UserError)) throw thrown;
    throw new UserError('run', thrown.message, { cause: thrown });
  }
}

/** The config where it is as this program writes it: five times as fast, for folders with many runs. */
function asWritten(text: string): RunConfig | undefined {
  const value = parseOrUndefined(text);
  const hasName = typeof value === 'object' && value !== null && 'name' in value;
  return hasName ? checkRunConfig(value).config : undefined;
}

function stateOf(lock: LockState, summary: RunSummary | undefined): RunState {
  const written = summary?.state ?? 'interrupted';
  if (written !== 'running') return written;
  return lock.kind === 'held' ? 'running' : 'interrupted';
}

/** Names of the folders that runs are in, in no order. @throws UserError('disk') */
export function runIds(root: string, fs: FileSystem = nodeFileSystem): string[] {
  const directory = runsDirectory(root);
  try {
    const entries = fs.readdirSync(directory, { withFileTypes: true });
    return entries
      .filter((entry) => entry.isDirectory() && !entry.name.startsWith('.'))
      .map((entry) => entry.name);
  } catch (thrown) {
    if (errnoOf(thrown) === 'ENOENT') return [];
    throw diskError(thrown, 'read', directory);
  }
}

function readText(path: string, fs: FileSystem): string {
  return onDisk('read', path, () => fs.readFileSync(path, 'utf8'));
}
