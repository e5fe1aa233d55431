/* Which taps of a window lie inside an image. */
#ifndef VELO_WINDOWS_H
#define VELO_WINDOWS_H

#include "simd.h"

/* Taps [from, to) of one axis. */
typedef struct {
  long from, to;
} Taps;

/* Those of `count` taps, `dilation` apart from `start` on, that lie in [0, size). */
INLINE Taps taps_inside(long start, long count, long dilation, long size) {
  long from = start < 0 ? (dilation - 1 - start) / dilation : 0;
  long to = start < size ? (size - 1 - start) / dilation + 1 : 0;
  if (to > count) to = count;
  return (Taps){from, to < from ? from : to};
}

#endif
