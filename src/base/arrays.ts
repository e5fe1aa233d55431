/**
 * Plain n-dimensional arrays on the host, and dictionaries of them: the one form in which parameters,
 * optimizer states, thetas and batches cross the borders between layers and reach the disk.
 */

/** C-order data with its shape; `data.length` is the product of `shape` (1 for a scalar). */
export interface NdArray {
  readonly shape: readonly number[];
  readonly data: Float32Array | Int32Array;
}

/** An `NdArray` of 32-bit floats. */
export interface FloatArray extends NdArray {
  readonly data: Float32Array;
}

/** Arrays by name; iteration order is insertion order and means nothing. */
export type NamedArrays = Readonly<Record<string, NdArray>>;
export type NamedFloats = Readonly<Record<string, FloatArray>>;

/** Name and static shape of one tensor. */
export interface TensorSpec {
  readonly name: string;
  readonly shape: readonly number[];
}

/** Number of elements of a shape; 1 for the shape of a scalar. */
export function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, side) => product * side, 1);
}

/** `[2,3]`, `scalar`: how shapes are written in messages. */
export function formatShape(shape: readonly number[]): string {
  return shape.length === 0 ? 'scalar' : `[${shape.join(',')}]`;
}

export function sameShape(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((side, axis) => side === b[axis]);
}
