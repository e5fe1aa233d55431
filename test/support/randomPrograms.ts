/**
 * Random tfjs programs from lists of numbers: each list is one operation and chooses its own arguments from what there
 * is. Values stay near 1, and operations that jump (comparisons, maxima) only take values without rounding, so that two
 * ways to compute the same program differ by little.
 */
import type { Tensor } from '@tensorflow/tfjs-core';
import type { Tensors } from '../../src/core/compute/capture/capture';
import type { DrawSource } from '../../src/core/compute/capture/draws';
import { movements } from './randomPrograms/movements';
import { elementwise, reductions } from './randomPrograms/pointwise';
import { products } from './randomPrograms/products';
import { Program } from './randomPrograms/program';
import type { Gene, Operation } from './randomPrograms/program';

export type { Gene } from './randomPrograms/program';

const OPERATIONS: readonly Operation[] = [
  ...elementwise,
  // The most common ones in programs too.
  ...elementwise.slice(0, 3),
  ...reductions,
  ...movements,
  ...products,
];

/**
 * All that a program makes, the inputs first.
 * @param inputs  float32 tensors, and int32 tensors of numbers 0 … 2
 */
export function runProgram(inputs: Tensors, rng: DrawSource, genes: readonly Gene[]): Tensor[] {
  const program = new Program(inputs, rng);
  program.run(genes, OPERATIONS);
  return program.pool.map(({ tensor }) => tensor);
}
