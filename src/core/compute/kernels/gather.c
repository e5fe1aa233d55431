/*
 * Rows picked by index, and added back. An index is a number of a row, 0 <= index < rows; anything else (NaN too)
 * cannot be left to crash or to pass unseen, so it gives NaN.
 */
#include "tails.h"

enum { NO_ROW = -1 };

INLINE int32_t checked_row(float index, int32_t rows) {
  return index >= 0.0f && index < (float)rows ? (int32_t)index : NO_ROW;
}

/*
 * Row after row in ascending order: the last vector of a row may spill into the next one, which comes later, but
 * not past `end`.
 */
#define GATHER_ROW(out, inner, end, vector)                       \
  for (long j = 0; j < (inner); j += VL) {                      \
    float *at = (out) + j;                                      \
    if ((end)-at >= VL)                                         \
      store(at, vector);                                        \
    else                                                        \
      store_some(at, vector, fewer((inner)-j, (end)-at));    \
  }

/* args: out [n, inner], table [rows, inner], indices [n], n, rows, inner */
static void gather_rows(float *base, const int32_t *args) {
  const float *table = base + args[1], *indices = base + args[2];
  int32_t n = args[3], rows = args[4];
  long inner = args[5];
  float *out = base + args[0], *end = out + n * inner;
  for (int32_t i = 0; i < n; i++, out += inner) {
    int32_t index = checked_row(indices[i], rows);
    const float *row = table + index * inner;
    if (index == NO_ROW) {
      for (long j = 0; j < inner; j++) out[j] = __builtin_nanf("");
    } else if (inner == 1) {
      *out = *row;
    } else {
      GATHER_ROW(out, inner, end, load(row + j))
    }
  }
}

INLINE void scatter_row(float *out, const float *in, long inner) {
  if (inner == 1) {
    *out += *in;
    return;
  }
  long j = 0;
  for (; j + VL <= inner; j += VL) store(out + j, load(out + j) + load(in + j));
  if (inner - j >= 4) store_some(out + j, load(out + j) + load(in + j), inner - j);
  else
    for (; j < inner; j++) out[j] += in[j];
}

/*
 * args: out [rows, inner], in [n, inner], indices [n], n, rows, inner. Zeros, then the rows of `in` added in order;
 * a bad index turns row 0 into NaN.
 */
static void scatter_add_rows(float *base, const int32_t *args) {
  float *out = base + args[0];
  const float *in = base + args[1], *indices = base + args[2];
  int32_t n = args[3], rows = args[4], bad = 0;
  long inner = args[5], words = rows * inner, i = 0;
  for (; i + VL <= words; i += VL) store(out + i, splat(0.0f));
  store_some(out + i, splat(0.0f), words - i);
  for (int32_t k = 0; k < n; k++, in += inner) {
    int32_t index = checked_row(indices[k], rows);
    if (index == NO_ROW) bad = 1;
    else
      scatter_row(out + index * inner, in, inner);
  }
  if (bad && rows > 0)
    for (long j = 0; j < inner; j++) out[j] = __builtin_nanf("");
}

/* What rows of a data set are stored as; DATA_BYTES_OVER divides by `scale` instead, as byte / 255 wants. */
enum { DATA_FLOATS = 0, DATA_BYTES = 1, DATA_BYTES_OVER = 2 };

typedef uint8_t BytesLoose __attribute__((ext_vector_type(VL), aligned(1), may_alias));

INLINE vf data_bytes(const uint8_t *at) {
  return __builtin_convertvector(__builtin_convertvector(*(const BytesLoose *)at, vi), vf);
}

INLINE vf data_vector(const void *source, long at, int kind, vf scale, vf shift) {
  if (kind == DATA_FLOATS) return load((const float *)source + at) * scale + shift;
  vf bytes = data_bytes((const uint8_t *)source + at);
  return (kind == DATA_BYTES ? bytes * scale : bytes / scale) + shift;
}

INLINE void data_rows(float *base, const int32_t *args, int kind) {
  /* The distance may be to anywhere, and need not be aligned as a whole. */
  int64_t distance;
  __builtin_memcpy(&distance, base + args[1], sizeof distance);
  const void *source = (const char *)base + distance;
  const int32_t *indices = (const int32_t *)base + args[2];
  int32_t n = args[3], rows = args[4];
  long inner = args[5];
  vf scale = splat(__builtin_bit_cast(float, args[7])), shift = splat(__builtin_bit_cast(float, args[8]));
  float *out = base + args[0], *end = out + n * inner;
  for (int32_t i = 0; i < n; i++, out += inner) {
    int32_t index = indices[i];
    if (index >= 0 && index < rows) {
      GATHER_ROW(out, inner, end, data_vector(source, index * inner + j, kind, scale, shift))
    } else {
      for (long j = 0; j < inner; j++) out[j] = __builtin_nanf("");
    }
  }
}

/*
 * args: out [n, inner], place of the 64-bit distance in bytes from word 0 to source [rows, inner] (floats or bytes),
 * indices [n] (integer words), n, rows, inner, kind, scale bits, shift bits. out = source * scale + shift, rounded
 * after each.
 */
static void data_gather(float *base, const int32_t *args) {
  if (args[6] == DATA_FLOATS) data_rows(base, args, DATA_FLOATS);
  else if (args[6] == DATA_BYTES) data_rows(base, args, DATA_BYTES);
  else
    data_rows(base, args, DATA_BYTES_OVER);
}

#define GATHER_KERNELS                       \
  {"gather.rows", 6, gather_rows},           \
  {"scatter.addRows", 6, scatter_add_rows},  \
  {"data.gather", 9, data_gather},
