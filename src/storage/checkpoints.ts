/**
 * Checkpoints of a run: safetensors files named by their step, and `LATEST`, which names the newest one and is
 * written after it. The last two are kept, so that a broken one costs time and not the run.
 */
import { join } from 'node:path';
import { UserError, messageOf } from '../base/index';
import type { NamedArrays } from '../base/index';
import { writeFileAtomic } from './atomicFile';
import { diskError, errnoOf, nodeFileSystem, onDisk } from './fileSystem';
import type { FileSystem } from './fileSystem';
import { checkpointName, stepOfCheckpoint } from './layout';
import type { RunPaths } from './layout';
import { decodeSafetensors, encodeSafetensors } from './safetensors';

const FORMAT = 'velo-checkpoint-1';
const KEPT = 2;

/** Of whatever has checkpoints. */
export interface CheckpointPaths extends Pick<RunPaths, 'id' | 'checkpoints' | 'latest'> {
  /** Default: a run. */
  readonly noun?: string;
}

export interface Checkpoint {
  /** Batches consumed. */
  readonly step: number;
  readonly tensors: NamedArrays;
  readonly metadata: Readonly<Record<string, string>>;
}

export interface LoadedCheckpoint extends Checkpoint {
  /** Path of the file. */
  readonly path: string;
  /** Which newer ones could not be used and why, one sentence each. */
  readonly warnings: readonly string[];
}

/** Writes a checkpoint, then `LATEST`, then removes what is older than the last two. @throws UserError('disk') */
export function saveCheckpoint(
  paths: CheckpointPaths,
  { step, tensors, metadata }: Checkpoint,
  fs: FileSystem = nodeFileSystem,
): void {
  const name = checkpointName(step);
  onDisk('create', paths.checkpoints, () => fs.mkdirSync(paths.checkpoints, { recursive: true }));
  const full = { ...metadata, format: FORMAT, step: String(step) };
  const bytes = encodeSafetensors({ tensors, metadata: full });
  writeFileAtomic(join(paths.checkpoints, name), bytes, fs);
  writeFileAtomic(paths.latest, `${name}\n`, fs);
  for (const old of listCheckpoints(paths, fs).slice(KEPT)) remove(paths, old, fs);
}

/**
 * The checkpoint that `LATEST` names or, where that one is unusable, the next older one with a warning.
 * @throws UserError('checkpoint') where there is none that can be used
 */
export function loadLatestCheckpoint(
  paths: CheckpointPaths,
  fs: FileSystem = nodeFileSystem,
): LoadedCheckpoint {
  const existing = listCheckpoints(paths, fs);
  const latest = readLatest(paths, fs);
  const candidates = latest === undefined ? existing : [...new Set([latest, ...existing])];
  const warnings: string[] = [];
  if (latest === undefined && existing.length > 0) {
    warnings.push(`${paths.latest} is missing; the newest checkpoint is taken instead`);
  }
  for (const name of candidates) {
    try {
      return { ...readCheckpoint(join(paths.checkpoints, name), name, fs), warnings };
    } catch (thrown) {
      if (!(thrown instanceof UserError)) throw thrown;
      warnings.push(thrown.message);
    }
  }
  const reason = warnings.find((warning) => !warning.startsWith(paths.latest)) ?? 'there is none';
  throw new UserError(
    'checkpoint',
    `${paths.noun ?? 'run'} ${paths.id} has no usable checkpoint: ${reason}`,
    {
      remedy: 'Train again from its config.json.',
    },
  );
}

/** Removes checkpoints of steps after `step`: a run that goes on from `step` will write its own. */
export function discardCheckpointsAfter(
  paths: CheckpointPaths,
  step: number,
  fs: FileSystem = nodeFileSystem,
): void {
  for (const name of listCheckpoints(paths, fs)) {
    if ((stepOfCheckpoint(name) ?? 0) > step) remove(paths, name, fs);
  }
}

/** Names of the checkpoint files, newest first. */
export function listCheckpoints(paths: CheckpointPaths, fs: FileSystem = nodeFileSystem): string[] {
  if (!fs.existsSync(paths.checkpoints)) return [];
  const names = onDisk('read', paths.checkpoints, () => fs.readdirSync(paths.checkpoints));
  return names
    .filter((name) => stepOfCheckpoint(name) !== undefined)
    .sort((a, b) => (stepOfCheckpoint(b) ?? 0) - (stepOfCheckpoint(a) ?? 0));
}

function readLatest(paths: CheckpointPaths, fs: FileSystem): string | undefined {
  try {
    const name = fs.readFileSync(paths.latest, 'utf8').trim();
    return stepOfCheckpoint(name) === undefined ? undefined : name;
  } catch (thrown) {
    if (errnoOf(thrown) === 'ENOENT') return undefined;
    throw diskError(thrown, 'read', paths.latest);
  }
}

function readCheckpoint(
  path: string,
  name: string,
  fs: FileSystem,
): Omit<LoadedCheckpoint, 'warnings'> {
  const bytes = onDisk('read', path, () => fs.readFileSync(path));
  const { tensors, metadata } = decodeSafetensors(bytes, { code: 'checkpoint', fileName: path });
  const { format, step, ...rest } = metadata;
  if (format !== FORMAT) {
    throw new UserError('checkpoint', `${path}: expected format ${FORMAT}, got ${String(format)}`);
  }
  if (Number(step) !== stepOfCheckpoint(name)) {
    throw new UserError('checkpoint', `${path}: its name and its step, ${String(step)}, disagree`);
  }
  return { step: Number(step), tensors, metadata: rest, path };
}

/** A file that cannot be removed is only a nuisance. */
function remove(paths: CheckpointPaths, name: string, fs: FileSystem): void {
  try {
    fs.rmSync(join(paths.checkpoints, name), { force: true });
  } catch (thrown) {
    if (errnoOf(thrown) === undefined) throw new Error(messageOf(thrown), { cause: thrown });
  }
}
