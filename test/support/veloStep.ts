/** One or more VeLO updates over plain arrays, on the current tfjs backend. */
import * as tf from '@tensorflow/tfjs-core';
import type { NamedFloats } from '../../src/base/index';
import { sizeOf } from '../../src/base/index';
import type { VeloArchitecture, VeloTheta } from '../../src/core/index';
import { releasedArchitecture, thetaSpecs } from '../../src/core/index';
import type { ReplayView } from '../../src/engine/parity';
import { referenceReplay } from '../../src/engine/parityReplays';
import { fillArray } from '../../src/protocol/index';

export const SMALL: VeloArchitecture = releasedArchitecture(6, 3);

/** A theta of uniform random numbers. */
export function randomTheta(seed: number, architecture: VeloArchitecture = SMALL): VeloTheta {
  const tensors = thetaSpecs(architecture).map(
    ({ name, shape }, i) => [name, randomArray(shape, seed * 1000 + i, 0.3)] as const,
  );
  return { architecture, tensors: Object.fromEntries(tensors) };
}

/** Uniform random values in [-scale, scale]. */
export function randomArray(shape: readonly number[], seed: number, scale = 0.5) {
  return fillArray({ shape: [...shape], seed, scale });
}

export function constantArray(shape: readonly number[], value: number) {
  return { shape, data: new Float32Array(sizeOf(shape)).fill(value) };
}

/** The theta with some tensors' values replaced. */
export function withTensor(
  theta: VeloTheta,
  name: string,
  change: (value: number, index: number) => number,
): VeloTheta {
  const old = theta.tensors[name];
  if (old === undefined) throw new Error(`no tensor ${name}`);
  const tensors = { ...theta.tensors, [name]: { shape: old.shape, data: old.data.map(change) } };
  return { ...theta, tensors };
}

export interface VeloStep {
  readonly loss: number;
  readonly grads: NamedFloats;
}

/** What VeLO shows after each of the given steps. */
export function runVelo(
  theta: VeloTheta,
  params: NamedFloats,
  steps: readonly VeloStep[],
  numSteps = 20,
): ReplayView[] {
  const before = tf.memory().numTensors;
  const replay = referenceReplay({ theta, numSteps, params });
  const views = steps.map(({ loss, grads }, step) => {
    replay.update(step, loss, grads);
    return replay.view();
  });
  replay.dispose();
  if (tf.memory().numTensors !== before) throw new Error('the replay leaves tensors behind');
  return views;
}
