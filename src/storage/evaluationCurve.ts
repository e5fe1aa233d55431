/** A curve as a file: safetensors with `steps` i32[n], `train` and `heldOut` f32[n]; names and lengths are its metadata. */
import { dirname, join } from 'node:path';
import { UserError } from '../base/index';
import { decodeCurveLabel } from '../protocol/index';
import type { CurveLabel } from '../protocol/index';
import { writeFileAtomic } from './atomicFile';
import { trainingKey } from './evaluationLayout';
import type { EvaluationPaths } from './evaluationLayout';
import { onDisk } from './fileSystem';
import type { FileSystem } from './fileSystem';
import { decodeSafetensors, encodeSafetensors } from './safetensors';

/** One training of one seed at its points. */
export interface EvaluationCurve extends CurveLabel {
  /** i32[n], ascending: updates made before each point, the first one 0. */
  readonly at: Int32Array;
  /** f32[n]: mean losses over the batches of a point; NaN or infinite where they were. */
  readonly train: Float32Array;
  readonly heldOut: Float32Array;
}

export function curvePath({ curves }: EvaluationPaths, key: string): string {
  return join(curves, `${key}.safetensors`);
}

/** @throws UserError('disk'); the curve is then not there */
export function writeCurve(paths: EvaluationPaths, curve: EvaluationCurve, fs: FileSystem): void {
  const { task, optimizer, setting, seed, steps, diverged, at, train, heldOut } = curve;
  const path = curvePath(paths, trainingKey(curve));
  const shape = [at.length];
  const bytes = encodeSafetensors({
    tensors: {
      steps: { shape, data: at },
      train: { shape, data: train },
      heldOut: { shape, data: heldOut },
    },
    metadata: {
      task,
      optimizer,
      setting,
      seed: String(seed),
      steps: String(steps),
      diverged: String(diverged),
    },
  });
  onDisk('create', dirname(path), () => fs.mkdirSync(dirname(path), { recursive: true }));
  writeFileAtomic(path, bytes, fs);
}

/** @throws UserError('disk'), UserError('run') where the file is no curve */
export function readCurve(paths: EvaluationPaths, key: string, fs: FileSystem): EvaluationCurve {
  const fileName = curvePath(paths, key);
  const bytes = onDisk('read', fileName, () => fs.readFileSync(fileName));
  const { tensors, metadata } = decodeSafetensors(bytes, { code: 'run', fileName });
  const label = decodeCurveLabel(metadata, fileName);
  const at = tensors['steps']?.data;
  const train = tensors['train']?.data;
  const heldOut = tensors['heldOut']?.data;
  const isWhole =
    at instanceof Int32Array &&
    train instanceof Float32Array &&
    heldOut instanceof Float32Array &&
    train.length === at.length &&
    heldOut.length === at.length;
  if (isWhole) return { ...label, at, train, heldOut };
  throw new UserError('run', `${fileName}: expected steps, train and heldOut of one length`, {
    remedy: 'Delete the file and resume the evaluation: its training is made again.',
  });
}
