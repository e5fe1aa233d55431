/** placeholder, replaced by the generator */
export interface Rng {
  /** Next 32 random bits, 0 … 2^32-1. */
  uint32(): number;
  /** Uniform in [0, 1), a multiple of 2^-24: exact in float32. */
  uniform(): number;
  /** Standard normal. */
  normal(): number;
  /** Standard normal, redrawn until within ±2. */
  truncatedNormal(): number;
  /** Uniform integer in [0, bound), without bias. */
  integer(bound: number): number;
  /** A uniformly random order of 0 … length-1. */
  permutation(length: number): Int32Array;
}
