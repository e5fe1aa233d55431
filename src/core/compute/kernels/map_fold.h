/*
 * Reductions inside `map`: how two values of a mode become one, over vectors of floats within a tile and over vectors of
 * doubles from tile to tile, so that sums of millions keep their digits. Always in the same order.
 */
#include "elementary.h"

/* Modes of an output; ADD is SUM onto what is there. */
enum { MAP_STORE = 0, MAP_SUM = 1, MAP_MAX = 2, MAP_MIN = 3, MAP_PRODUCT = 4, MAP_ADD = 5 };

INLINE vf combine(int mode, vf a, vf b) {
  if (mode == MAP_MAX) return vector_max(a, b);
  if (mode == MAP_MIN) return vector_min(a, b);
  return mode == MAP_PRODUCT ? a * b : a + b;
}
INLINE vd combine_wide(int mode, vd a, vd b) {
  if (mode == MAP_MAX) return a != a ? a : (a > b ? a : b);
  if (mode == MAP_MIN) return a != a ? a : (a < b ? a : b);
  return mode == MAP_PRODUCT ? a * b : a + b;
}
INLINE float combine_one(int mode, float a, float b) { return combine(mode, splat(a), splat(b))[0]; }
INLINE float identity_of(int mode) {
  if (mode == MAP_MAX) return -INFINITE;
  if (mode == MAP_MIN) return INFINITE;
  return mode == MAP_PRODUCT ? 1.0f : 0.0f;
}

/* Calls `function(mode, ...)` with a mode that the compiler knows. */
#define MAP_WITH_MODE(mode, function, ...)                       \
  switch (mode) {                                                \
    case MAP_MAX: function(MAP_MAX, __VA_ARGS__); break;         \
    case MAP_MIN: function(MAP_MIN, __VA_ARGS__); break;         \
    case MAP_PRODUCT: function(MAP_PRODUCT, __VA_ARGS__); break; \
    default: function(MAP_SUM, __VA_ARGS__);                     \
  }

/* The lanes by `by` places round. */
#if VL == 16
#define MAP_TURN_8(x) __builtin_shufflevector(x, x, 8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7)
#define MAP_TURN_4(x) __builtin_shufflevector(x, x, 4, 5, 6, 7, 0, 1, 2, 3, 12, 13, 14, 15, 8, 9, 10, 11)
#define MAP_TURN_2(x) __builtin_shufflevector(x, x, 2, 3, 0, 1, 6, 7, 4, 5, 10, 11, 8, 9, 14, 15, 12, 13)
#define MAP_TURN_1(x) __builtin_shufflevector(x, x, 1, 0, 3, 2, 5, 4, 7, 6, 9, 8, 11, 10, 13, 12, 15, 14)
#elif VL == 8
#define MAP_TURN_4(x) __builtin_shufflevector(x, x, 4, 5, 6, 7, 0, 1, 2, 3)
#define MAP_TURN_2(x) __builtin_shufflevector(x, x, 2, 3, 0, 1, 6, 7, 4, 5)
#define MAP_TURN_1(x) __builtin_shufflevector(x, x, 1, 0, 3, 2, 5, 4, 7, 6)
#else
#define MAP_TURN_2(x) __builtin_shufflevector(x, x, 2, 3, 0, 1)
#define MAP_TURN_1(x) __builtin_shufflevector(x, x, 1, 0, 3, 2)
#endif

INLINE double combine_lanes(int mode, vd x) {
#if VL == 16
  x = combine_wide(mode, x, MAP_TURN_8(x));
#endif
#if VL >= 8
  x = combine_wide(mode, x, MAP_TURN_4(x));
#endif
  x = combine_wide(mode, x, MAP_TURN_2(x));
  return combine_wide(mode, x, MAP_TURN_1(x))[0];
}

/* A row of `columns` floats folded into one vector. */
INLINE vf fold_row(int mode, const float *in, long columns) {
  vf identity = splat(identity_of(mode));
  vf part[4] = {identity, identity, identity, identity};
  long j = 0;
  for (; j + 4 * VL <= columns; j += 4 * VL)
    UNROLL for (int i = 0; i < 4; i++) part[i] = combine(mode, part[i], load(in + j + i * VL));
  for (; j + VL <= columns; j += VL) part[0] = combine(mode, part[0], load(in + j));
  if (j < columns) part[1] = combine(mode, part[1], select(tail_mask(columns - j), load(in + j), identity));
  return combine(mode, combine(mode, part[0], part[1]), combine(mode, part[2], part[3]));
}

/* A tile of rows `pitch` apart folded into the lanes of *total. */
INLINE void fold_tile(int mode, vd *total, const float *in, long pitch, long rows, long columns) {
  vf part;
  if (pitch == columns) {
    part = fold_row(mode, in, rows * columns);
  } else {
    part = fold_row(mode, in, columns);
    for (long r = 1; r < rows; r++) part = combine(mode, part, fold_row(mode, in + r * pitch, columns));
  }
  *total = combine_wide(mode, *total, widen(part));
}

typedef double vd_loose __attribute__((ext_vector_type(VL), aligned(8)));

/* A tile folded into its columns' totals. */
INLINE void fold_columns(int mode, double *totals, const float *in, long pitch, long rows, long columns) {
  for (long j = 0; j < columns; j += VL) {
    vf part = load(in + j);
    for (long r = 1; r < rows; r++) part = combine(mode, part, load(in + r * pitch + j));
    vd_loose *total = (vd_loose *)(totals + j);
    *total = combine_wide(mode, *total, widen(part));
  }
}

/* Each row of a tile folded into an element of out, which holds something already where `more`. */
INLINE void fold_rows(int mode, float *out, long stride, const float *in, long pitch, long rows, long columns,
                      int more) {
  for (long r = 0; r < rows; r++, out += stride) {
    float value = (float)combine_lanes(mode, widen(fold_row(mode, in + r * pitch, columns)));
    *out = more ? combine_one(mode, *out, value) : value;
  }
}

/* A row of values combined with a row in memory. */
INLINE void merge_row(int mode, float *out, long stride, const float *in, long columns) {
  long j = 0;
  if (stride == 1) {
    for (; j + VL <= columns; j += VL) store(out + j, combine(mode, load(out + j), load(in + j)));
    if (j < columns) store_first(out + j, combine(mode, load(out + j), load(in + j)), columns - j);
    return;
  }
  for (; j < columns; j++) out[j * stride] = combine_one(mode, out[j * stride], in[j]);
}
