/*
 * Register blocks of the convolutions. A run is a stretch of adjacent words that all windows read at the same
 * distance from their start: one tap's channels, or several taps' where these are adjacent.
 */
#ifndef VELO_CONV_BLOCKS_H
#define VELO_CONV_BLOCKS_H

#include "simd.h"
#include "conv_bands.h"

/* CONV_ROWS rows times CONV_VECTORS vectors; CONV_FEW rows for what is left over. */
#if VL == 16
#define CONV_ROWS 12
#define CONV_VECTORS 2
#define CONV_FEW 4
#elif VL == 8
#define CONV_ROWS 6
#define CONV_VECTORS 2
#define CONV_FEW 2
#elif defined(__aarch64__)
#define CONV_ROWS 6
#define CONV_VECTORS 4
#define CONV_FEW 2
#else
#define CONV_ROWS 4
#define CONV_VECTORS 2
#define CONV_FEW 1
#endif
#define CONV_COLUMNS (CONV_VECTORS * VL)

/*
 * Keeps clang from rewriting a pointer that a loop moves. For WebAssembly it would compute an address for each access,
 * where the instruction adds a constant for nothing; that costs a quarter of the speed. (Unrolling costs as much: V8
 * unrolls small loops itself, and better.)
 */
#ifdef __wasm__
#define CONV_STEADY(pointer) __asm__("" : "+r"(pointer))
#else
#define CONV_STEADY(pointer) (void)(pointer)
#endif

/* Distance from a window's start, first row of the filter matrix, number of words and rows. */
typedef struct {
  int32_t offset, row, length;
} ConvRun;

/* Adds a run, to the one before where both sides go on without a gap. */
static int conv_add_run(ConvRun *runs, int count, long offset, long row, long length) {
  ConvRun *last = runs + count - 1;
  if (count > 0 && last->offset + last->length == offset && last->row + last->length == row) {
    last->length += (int32_t)length;
    return count;
  }
  runs[count] = (ConvRun){(int32_t)offset, (int32_t)row, (int32_t)length};
  return count + 1;
}

/* Windows and where their results go: two words each. */
typedef struct {
  int32_t from, to;
} ConvPixel;

/* One product of windows and a panel of the filter matrix [rows][CONV_COLUMNS]. */
typedef struct {
  const float *in, *panel;
  const ConvRun *runs;
  int runCount;
  float *out;
  long columns;
  /* What the sums start from, or 0. */
  const float *bias;
  /* Whether what would be negative becomes 0. */
  int relu;
} ConvProduct;

/* out = bias + windows times panel, for the first `count` of `rows` windows; the others are read but not stored. */
INLINE void conv_block(int rows, int vectors, const ConvProduct *p, const ConvPixel *pixels, long count) {
  vf sum[CONV_ROWS][CONV_VECTORS];
  UNROLL for (int v = 0; v < vectors; v++) {
    vf bias = p->bias ? load(p->bias + v * VL) : splat(0.0f);
    UNROLL for (int i = 0; i < rows; i++) sum[i][v] = bias;
  }
  for (int r = 0; r < p->runCount; r++) {
    const float *a[CONV_ROWS];
    UNROLL for (int i = 0; i < rows; i++) a[i] = p->in + pixels[i].from + p->runs[r].offset;
    const float *panel = p->panel + (long)p->runs[r].row * CONV_COLUMNS;
    long length = p->runs[r].length;
    for (long k = 0; k < length; k++, panel += CONV_COLUMNS) {
      CONV_STEADY(panel);
      vf b[CONV_VECTORS];
      UNROLL for (int v = 0; v < vectors; v++) b[v] = load(panel + v * VL);
      UNROLL for (int i = 0; i < rows; i++) {
        CONV_STEADY(a[i]);
        vf x = splat(*a[i]++);
        UNROLL for (int v = 0; v < vectors; v++) sum[i][v] = fma(x, b[v], sum[i][v]);
      }
    }
  }
  /* A branch would cost the loop above registers. */
  vf least = splat(p->relu ? 0.0f : -__builtin_inff());
  UNROLL for (int v = 0; v < vectors; v++) {
    long left = p->columns - v * VL;
    if (left <= 0) break;
    UNROLL for (int i = 0; i < rows; i++)
      if (i < count) store_rest(p->out + pixels[i].to + v * VL, at_least(sum[i][v], least), left);
  }
}

INLINE void conv_blocks(int vectors, const ConvProduct *p, const ConvPixel *pixels, long count) {
  long m = 0;
  for (; count - m > 2 * CONV_FEW; m += CONV_ROWS) conv_block(CONV_ROWS, vectors, p, pixels + m, count - m);
  for (; m < count; m += CONV_FEW) conv_block(CONV_FEW, vectors, p, pixels + m, count - m);
}

/* All `count` windows; behind the last one the table repeats it, CONV_ROWS - 1 times. */
static void conv_product(const ConvProduct *p, const ConvPixel *pixels, long count) {
  if (p->columns <= VL) conv_blocks(1, p, pixels, count);
  else conv_blocks(CONV_VECTORS, p, pixels, count);
}

/* Sums over the windows of a band. */
typedef struct {
  const float *in;
  const ConvPixel *pixels;
  long count;
  /* Derivatives [windows][stride]. */
  const float *dy;
  long stride;
} ConvSum;

/*
 * out[rows][columns] += sum over windows of in[row] * dy[column]. One loop over a list of the windows; loops over
 * rows of some ten windows would cost a mispredicted branch each.
 */
INLINE void conv_sum_block(int rows, int vectors, const ConvSum *s, long offset, long column, float *out, long columns) {
  vf sum[CONV_ROWS][CONV_VECTORS];
  UNROLL for (int i = 0; i < rows; i++) UNROLL for (int v = 0; v < vectors; v++) sum[i][v] = splat(0.0f);
  const float *in = s->in + offset, *dy = s->dy + column;
  const ConvPixel *pixel = s->pixels;
  long stride = s->stride;
  for (long count = s->count; count > 0; count--, pixel++, dy += stride) {
    const float *x = in + pixel->from;
    CONV_STEADY(x);
    CONV_STEADY(dy);
    vf b[CONV_VECTORS];
    UNROLL for (int v = 0; v < vectors; v++) b[v] = load(dy + v * VL);
    UNROLL for (int i = 0; i < rows; i++) {
      vf a = splat(x[i]);
      UNROLL for (int v = 0; v < vectors; v++) sum[i][v] = fma(a, b[v], sum[i][v]);
    }
  }
  UNROLL for (int v = 0; v < vectors; v++) {
    long left = columns - v * VL;
    if (left <= 0) break;
    UNROLL for (int i = 0; i < rows; i++) {
      float *to = out + i * stride + v * VL;
      store_rest(to, load(to) + sum[i][v], left);
    }
  }
}

static void conv_sum(int rows, const ConvSum *s, long offset, long column, float *out, long columns) {
  switch (rows) {
#define CASE(n)                                                                          \
  case n:                                                                                \
    if (columns <= VL) conv_sum_block(n, 1, s, offset, column, out, columns);            \
    else conv_sum_block(n, CONV_VECTORS, s, offset, column, out, columns);               \
    break;
    CASE(1) CASE(2) CASE(3) CASE(4)
#if CONV_ROWS > 4
    CASE(5) CASE(6)
#endif
#if CONV_ROWS > 6
    CASE(7) CASE(8) CASE(9) CASE(10) CASE(11) CASE(12)
#endif
#undef CASE
  }
}

#endif
