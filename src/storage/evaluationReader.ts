/** Evaluations as they are on disk, whoever writes them. */
import { UserError } from '../base/index';
import {
  asResolved,
  checkEvaluationConfig,
  decodeEvaluationEnvironment,
  decodeEvaluationSummary,
} from '../protocol/index';
import type {
  EvaluationEnvironment,
  EvaluationSummary,
  EvaluationTiming,
  ResolvedEvaluation,
} from '../protocol/index';
import { curvePath, readCurve } from './evaluationCurve';
import type { EvaluationCurve } from './evaluationCurve';
import { evaluationPaths } from './evaluationLayout';
import type { EvaluationPaths } from './evaluationLayout';
import { readTimings } from './evaluationTimings';
import { nodeFileSystem, onDisk } from './fileSystem';
import type { FileSystem } from './fileSystem';
import { findFolder, folderNames } from './folders';
import { evaluationsDirectory } from './layout';
import { parseOrUndefined } from './lockFile';
import { readLock } from './runLock';

export interface EvaluationRecord {
  readonly id: string;
  readonly directory: string;
  readonly config: ResolvedEvaluation;
  readonly environment: EvaluationEnvironment;
  readonly summary: EvaluationSummary;
  /** `interrupted`: its process vanished. */
  readonly state: EvaluationSummary['state'] | 'interrupted';
  /** Whose lock it is under, if any: this process or another. */
  readonly writer?: { readonly isOwn: boolean };
}

/** @throws UserError('run') where the folder holds no evaluation, UserError('disk') */
export function readEvaluation(
  directory: string,
  fs: FileSystem = nodeFileSystem,
): EvaluationRecord {
  const paths = evaluationPaths(directory);
  const config = readConfig(paths, fs);
  const environment = decodeEvaluationEnvironment(
    readText(paths.environment, fs),
    paths.environment,
  );
  const summary = decodeEvaluationSummary(readText(paths.summary, fs), paths.summary);
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

/** The curve of a training by its key; undefined where it is not done. @throws UserError('run' | 'disk') */
export function readEvaluationCurve(
  directory: string,
  key: string,
  fs: FileSystem = nodeFileSystem,
): EvaluationCurve | undefined {
  const paths = evaluationPaths(directory);
  return fs.existsSync(curvePath(paths, key)) ? readCurve(paths, key, fs) : undefined;
}

/** @throws UserError('disk') */
export function readEvaluationTimings(
  directory: string,
  fs: FileSystem = nodeFileSystem,
): EvaluationTiming[] {
  return readTimings(evaluationPaths(directory).timing, fs);
}

/** Ids of a workspace's evaluations, in the order of their numbers. @throws UserError('disk') */
export function evaluationIds(root: string, fs: FileSystem = nodeFileSystem): string[] {
  return folderNames(evaluationsDirectory(root), fs);
}

/**
 * The folder of the evaluation that `reference` means: a path or an id.
 * @throws UserError('run') where there is none
 */
export function findEvaluation(
  root: string,
  reference: string,
  fs: FileSystem = nodeFileSystem,
): string {
  const place = { parent: evaluationsDirectory(root), noun: 'evaluation', plural: 'Evaluations' };
  return findFolder(reference, place, fs);
}

function readConfig(paths: EvaluationPaths, fs: FileSystem): ResolvedEvaluation {
  const { config, problems } = checkEvaluationConfig(
    parseOrUndefined(readText(paths.config, fs)) ?? null,
  );
  const resolved = config && asResolved(config);
  if (resolved !== undefined) return resolved;
  const what = problems?.[0].message ?? 'tasks and steps are missing';
  throw new UserError('run', `${paths.config} is no config of an evaluation: ${what}`);
}

function readText(path: string, fs: FileSystem): string {
  return onDisk('read', path, () => fs.readFileSync(path, 'utf8'));
}
