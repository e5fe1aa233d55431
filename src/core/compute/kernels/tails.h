/*
 * The first few lanes of a vector. Kernels over many short rows store a row's end once per row: here the words
 * behind it are neither read nor written where the processor has masked stores, so that rows don't wait for each
 * other (a load that overlaps a store in flight does).
 */
#ifndef VELO_TAILS_H
#define VELO_TAILS_H

#include "simd.h"

/* Stores the first `count` lanes, 0 <= count <= VL. */
INLINE void store_some(float *at, vf x, long count) {
#if defined(__AVX512F__)
  __builtin_ia32_storeups512_mask((void *)at, x, (uint16_t)((1u << count) - 1));
#elif defined(__AVX__)
  __builtin_ia32_maskstoreps256((void *)at, tail_mask(count), x);
#else
  if (count < VL) store_first(at, x, count);
  else store(at, x);
#endif
}

INLINE long fewer(long a, long b) { return a < b ? a : b; }

/* The lanes in pairs, then pairs of pairs: the same order, and so the same bits, every time. */
INLINE float row_sum(vf x) {
#if VL == 16
  __auto_type half = x.lo + x.hi;
  __auto_type quarter = half.lo + half.hi;
#elif VL == 8
  __auto_type quarter = x.lo + x.hi;
#else
  vf quarter = x;
#endif
  __auto_type pair = quarter.lo + quarter.hi;
  return pair.x + pair.y;
}

#define ROW_LARGER(a, b) ((a) < (b) ? (b) : (a))

/* Largest lane; a NaN may be passed over or not. */
INLINE float row_largest(vf x) {
#if VL == 16
  __auto_type half = ROW_LARGER(x.lo, x.hi);
  __auto_type quarter = ROW_LARGER(half.lo, half.hi);
#elif VL == 8
  __auto_type quarter = ROW_LARGER(x.lo, x.hi);
#else
  vf quarter = x;
#endif
  __auto_type pair = ROW_LARGER(quarter.lo, quarter.hi);
  return ROW_LARGER(pair.x, pair.y);
}

#endif
