/**
 * What the samplers of task families draw, with the ranges of VeLO's meta-training distribution
 * (`research/general_lopt/tasks/parametric` of google/learned_optimization). Draws are made in a fixed order, so that a
 * stream always means the same task.
 */
import type { Rng } from '../../compute/rng';

/** Integer part of a log-uniform number in [low, high). */
export function logInteger(rng: Rng, low: number, high: number): number {
  return Math.floor(logUniform(rng, low, high));
}

/** Log-uniform in [low, high). */
export function logUniform(rng: Rng, low: number, high: number): number {
  return low * (high / low) ** rng.uniform();
}

/** Uniform integer from low to high, both included. */
export function integer(rng: Rng, low: number, high: number): number {
  return low + rng.integer(high - low + 1);
}

export function choose<const T extends readonly [unknown, ...unknown[]]>(
  rng: Rng,
  from: T,
): T[number] {
  return from[rng.integer(from.length)] ?? from[0];
}

export function chance(rng: Rng, probability: number): boolean {
  return rng.uniform() < probability;
}

/** An activation; relu counts twice, as does silu under its two names. */
export function activation(rng: Rng): string {
  return choose(rng, [
    ...(['relu', 'relu', 'relu6', 'selu', 'tanh', 'cos', 'sin', 'sigmoid'] as const),
    ...(['silu', 'silu', 'gelu', 'leakyRelu'] as const),
  ]);
}

/** How weights start: four ways, of which a normal with scaled variance counts twice, and their scale. */
export function start(rng: Rng) {
  return {
    init: choose(rng, [
      ...(['orthogonal', 'uniformScaling'] as const),
      ...(['varianceNormal', 'varianceNormal', 'varianceUniform'] as const),
    ]),
    initScale: 0.5 + 1.5 * rng.uniform(),
  };
}

/** `depth` equal widths. */
export function equalWidths(rng: Rng, [low, high]: readonly [number, number], depth: number) {
  const width = logInteger(rng, low, high);
  return Array.from({ length: depth }, () => width);
}

export interface ImageRanges {
  readonly side: readonly [number, number];
  readonly batch: readonly [number, number];
}

/** Sides and batches of perceptrons and conv nets. */
export const SMALL_IMAGES: ImageRanges = { side: [4, 32], batch: [4, 512] };
/** Sides and batches of transformers and residual nets. */
export const LARGE_IMAGES: ImageRanges = { side: [8, 64], batch: [4, 256] };

/** The bundled sets: grey digits and clothes as there, emoji in place of CIFAR and ImageNet. */
const IMAGE_SETS = [
  { dataset: 'mnist', heldOut: 1000 },
  { dataset: 'fashion-mnist', heldOut: 1000 },
  { dataset: 'emoji9', heldOut: 324 },
  { dataset: 'emoji98', heldOut: 324 },
] as const;

/** Fields of a task on images; no batch is larger than a held-out part. */
export function imageFields(rng: Rng, { side, batch }: ImageRanges) {
  const { dataset, heldOut } = choose(rng, IMAGE_SETS);
  return {
    dataset,
    imageSize: logInteger(rng, ...side),
    grey: false,
    batchSize: Math.min(logInteger(rng, ...batch), heldOut),
  };
}
