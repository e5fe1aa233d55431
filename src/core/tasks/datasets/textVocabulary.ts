/** Ids of tokens: 0 padding, 1 end, 2 unknown, byte b is b + 3, the k-th join of two pieces is 259 + k. */

/** Ids below that of the first byte have a meaning of their own. */
export const FIRST_BYTE = 3;
/** Padding, end, unknown and the 256 bytes. */
export const BYTE_VOCABULARY = 259;
/** Ids are kept in 16 bits. */
export const LARGEST_VOCABULARY = 65_535;
