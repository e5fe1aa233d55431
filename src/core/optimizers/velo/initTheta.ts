/**
 * A fresh theta for meta-training: random weights, zero biases, zero initial LSTM state. It trains nothing yet.
 * Source: the initialisers of HyperV2 in google/learned_optimization and haiku's default for linear layers.
 */
import { sizeOf } from '../../../base/index';
import type { FloatArray, TensorSpec } from '../../../base/index';
import type { Rng } from '../../compute/rng';
import type { VeloArchitecture, VeloTheta } from './theta';
import { thetaSpecs } from './theta';

/** Inputs of the bank's first layer; its 14 blocks share this fan-in. */
const FIRST_LAYER_INPUTS = 30;

/**
 * Draws a fresh theta: weights from a normal of sd 1/√fan-in cut off at ±2 sd, everything else 0.
 * Deterministic given the generator; tensors are drawn in the order of `thetaSpecs`.
 */
export function initTheta(architecture: VeloArchitecture, rng: Rng): VeloTheta {
  const tensors: Record<string, FloatArray> = {};
  for (const spec of thetaSpecs(architecture)) {
    const data = new Float32Array(sizeOf(spec.shape));
    const fanIn = fanInOf(spec);
    if (fanIn !== undefined) rng.fillTruncatedNormal(data, 1 / Math.sqrt(fanIn));
    tensors[spec.name] = { shape: spec.shape, data };
  }
  return { architecture, tensors };
}

/** Fan-in of a weight; undefined for biases and the LSTM's initial state. */
function fanInOf({ name, shape }: TensorSpec): number | undefined {
  if (name.startsWith('ff_mod_stack/~/w0__')) return FIRST_LAYER_INPUTS;
  if (name.startsWith('ff_mod_stack/~/w')) return shape[1];
  return name.endsWith('/w') ? shape[0] : undefined;
}
