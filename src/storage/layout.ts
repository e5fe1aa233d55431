/** Where things are in a run's folder: `<root>/.velo/runs/<id>/`. */
import { basename, join } from 'node:path';

export interface RunPaths {
  readonly id: string;
  readonly directory: string;
  /** What was asked, every default filled in. */
  readonly config: string;
  readonly environment: string;
  /** One line per logged step or evaluation, append-only. */
  readonly metrics: string;
  /** State and totals; replaced as a whole at each checkpoint. */
  readonly summary: string;
  /** Who writes the run at this moment. */
  readonly lock: string;
  readonly checkpoints: string;
  /** Name of the newest whole checkpoint; written after it. */
  readonly latest: string;
}

/** The folder of a workspace that is ours. */
export function veloDirectory(root: string): string {
  return join(root, '.velo');
}

/** The folder that holds the runs of a workspace. */
export function runsDirectory(root: string): string {
  return join(veloDirectory(root), 'runs');
}

/** The folder that holds the evaluations of a workspace. */
export function evaluationsDirectory(root: string): string {
  return join(veloDirectory(root), 'evaluations');
}

/** The folder that holds the meta-trainings of a workspace. */
export function metaTrainingsDirectory(root: string): string {
  return join(veloDirectory(root), 'metatrainings');
}

export function runPaths(directory: string): RunPaths {
  const checkpoints = join(directory, 'checkpoints');
  return {
    id: basename(directory),
    directory,
    config: join(directory, 'config.json'),
    environment: join(directory, 'env.json'),
    metrics: join(directory, 'metrics.jsonl'),
    summary: join(directory, 'summary.json'),
    lock: join(directory, 'lock.json'),
    checkpoints,
    latest: join(checkpoints, 'LATEST'),
  };
}

/** `step-000123.safetensors` */
export function checkpointName(step: number): string {
  return `step-${String(step).padStart(6, '0')}.safetensors`;
}

/** Step of a checkpoint's file name, or undefined for any other name. */
export function stepOfCheckpoint(name: string): number | undefined {
  const digits = /^step-(\d{6,15})\.safetensors$/.exec(name)?.[1];
  return digits === undefined ? undefined : Number(digits);
}

/** The part of a run's id that a person chose: letters, digits and dashes. */
export function slugOf(name: string): string {
  const slug = name
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 40);
  return slug === '' ? 'run' : slug;
}
