/**
 * The bins in which the trace counts: signed half-octaves. The numbers are those of the protocol's trace, which a
 * test compares; here they are needed because core knows no protocol.
 */

/** Bins of one sign: |x| from 2^-40 to 2^10; smaller and larger ones go into the outermost bins. */
export const BINS_PER_SIGN = 100;
/** log2 of the lower edge of the smallest bin. */
export const FIRST_BIN_LOG2 = -40;
/** Negative bins from the largest |x| down, zero, positive bins from the smallest up, NaN, ±infinity. */
export const HISTOGRAM_SLOTS = 2 * BINS_PER_SIGN + 3;
export const ZERO_SLOT = (HISTOGRAM_SLOTS - 3) / 2;
export const NAN_SLOT = 2 * BINS_PER_SIGN + 1;
export const INFINITE_SLOT = 2 * BINS_PER_SIGN + 2;

const EXPONENT_BIAS = 127;
const INFINITY_BITS = 0x7f800000;
/** Mantissa field of the largest float below √2: above it begins the upper half of an octave. */
const ROOT_OF_TWO = 0x3504f3;

/**
 * The slot of a float32 with the given bits. Bin k holds 2^(k/2 - 40) ≤ |x| < 2^((k+1)/2 - 40), exactly.
 * @param bits  int32
 */
export function slotOfBits(bits: number): number {
  const size = bits & 0x7fffffff;
  if (size === 0) return ZERO_SLOT;
  if (size >= INFINITY_BITS) return size === INFINITY_BITS ? INFINITE_SLOT : NAN_SLOT;
  const halfOctave = 2 * ((size >> 23) - EXPONENT_BIAS) + Number((size & 0x7fffff) > ROOT_OF_TWO);
  const bin = Math.min(BINS_PER_SIGN - 1, Math.max(0, halfOctave - 2 * FIRST_BIN_LOG2));
  return bits < 0 ? ZERO_SLOT - 1 - bin : ZERO_SLOT + 1 + bin;
}
