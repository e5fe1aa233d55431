/* Elementwise functions and copies. Arrays of any length; outputs are written without touching what follows. */
#include "simd.h"

#define ELEMENTWISE(name, function)                                            \
  static void name(float *base, const int32_t *args) {                         \
    float *out = base + args[0];                                               \
    const float *in = base + args[1];                                          \
    long length = args[2];                                                     \
    for (long i = 0; i < length; i += VL)                                      \
      store_masked(out + i, function(load(in + i)), tail_mask(length - i));    \
  }

/* args: out, in, length */
ELEMENTWISE(math_exp, exponential)
ELEMENTWISE(math_tanh, hyperbolic_tangent)
ELEMENTWISE(math_sigmoid, sigmoid)
ELEMENTWISE(math_log, logarithm)

/* args: out, out row stride, in, in row stride, rows, columns */
static void copy_rows(float *base, const int32_t *args) {
  float *out = base + args[0];
  const float *in = base + args[2];
  for (int32_t row = 0; row < args[4]; row++, out += args[1], in += args[3])
    for (int32_t j = 0; j < args[5]; j += VL) store_masked(out + j, load(in + j), tail_mask(args[5] - j));
}

/* args: in and out, length, factor bits */
static void scale(float *base, const int32_t *args) {
  float *out = base + args[0];
  vf factor = splat(__builtin_bit_cast(float, args[2]));
  for (int32_t i = 0; i < args[1]; i += VL) store_masked(out + i, load(out + i) * factor, tail_mask(args[1] - i));
}
