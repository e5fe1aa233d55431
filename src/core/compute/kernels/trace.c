/*
 * What the trace says about an array: how many elements are how large, and the sum of their squares. The same numbers
 * to the last bit as src/core/training/trace/plainSummary.ts, which says what the slots are; denormals are numbers here.
 */
#include "float_mode.h"

enum {
  BINS_PER_SIGN = 100,
  ZERO_SLOT = BINS_PER_SIGN,
  NAN_SLOT = 2 * BINS_PER_SIGN + 1,
  INFINITE_SLOT,
  SLOTS,
  /* Words from one copy of the counters to the next: neighbours in an array often fall into the same slot, and
     counting them in different places spares waiting for the store before. */
  SLOTS_STRIDE = 208,
  COPIES = 4,
  /* Half-octaves from the exponent field 0 to the first bin: 2 (127 - 40). */
  FIRST_BIN = 174,
  /* Mantissa field of the largest float below the square root of 2. */
  ROOT_OF_TWO = 0x3504f3,
  SLOT_BLOCK = 256,
  SQUARE_LANES = 8
};

/* Compilers may move arithmetic past a change of the mode, but not calls. */
#define APART __attribute__((noinline))

typedef float f8 __attribute__((ext_vector_type(8)));
typedef float f8_loose __attribute__((ext_vector_type(8), aligned(4), may_alias));
typedef double d8 __attribute__((ext_vector_type(8)));
typedef int32_t vi_loose __attribute__((ext_vector_type(VL), aligned(4), may_alias));

/* The slot of each element. */
INLINE vi slots_of(vf x) {
  vi bits = float_to_bits(x);
  vi size = bits & 0x7fffffff;
  vi bin = ((size >> 23) << 1) - ((size & 0x007fffff) > ROOT_OF_TWO) - FIRST_BIN;
  bin = bin < 0 ? (vi)(0) : bin;
  bin = bin > BINS_PER_SIGN - 1 ? (vi)(BINS_PER_SIGN - 1) : bin;
  vi slot = bits < 0 ? ZERO_SLOT - 1 - bin : ZERO_SLOT + 1 + bin;
  slot = size == 0 ? (vi)(ZERO_SLOT) : slot;
  slot = size == 0x7f800000 ? (vi)(INFINITE_SLOT) : slot;
  return size > 0x7f800000 ? (vi)(NAN_SLOT) : slot;
}

static void count_slots(uint32_t *counts, const float *in, long length) {
  uint32_t table[COPIES][SLOTS_STRIDE] = {0};
  int32_t slots[SLOT_BLOCK];
  for (long start = 0; start < length; start += SLOT_BLOCK) {
    long count = length - start < SLOT_BLOCK ? length - start : SLOT_BLOCK;
    for (long i = 0; i < count; i += VL) *(vi_loose *)(slots + i) = slots_of(load(in + start + i));
    long i = 0;
    for (; i + COPIES <= count; i += COPIES)
      UNROLL for (int copy = 0; copy < COPIES; copy++) table[copy][slots[i + copy]]++;
    for (; i < count; i++) table[0][slots[i]]++;
  }
  for (int slot = 0; slot < SLOTS; slot++)
    counts[slot] = table[0][slot] + table[1][slot] + table[2][slot] + table[3][slot];
}

/* Element i goes into lane i mod 8, the lanes are added in order. A square of a float is exact in double. */
APART static double sum_squares(const float *in, long length) {
  d8 lanes = (d8)(0.0);
  long i = 0;
  for (; i + SQUARE_LANES <= length; i += SQUARE_LANES) {
    d8 x = __builtin_convertvector((f8)(*(const f8_loose *)(in + i)), d8);
    lanes += x * x;
  }
  for (int lane = 0; i < length; i++, lane++) lanes[lane] += (double)in[i] * (double)in[i];
  double sum = 0;
  UNROLL for (int lane = 0; lane < SQUARE_LANES; lane++) sum += lanes[lane];
  return sum;
}

/*
 * args: out, in, length; out: SLOTS counters, and from word SLOTS_STRIDE on the sum of squares as a double.
 */
static void trace_summary(float *base, const int32_t *args) {
  FloatMode mode = keep_denormals();
  const float *in = base + args[1];
  count_slots((uint32_t *)(base + args[0]), in, args[2]);
  double squares = sum_squares(in, args[2]);
  __builtin_memcpy(base + args[0] + SLOTS_STRIDE, &squares, sizeof squares);
  restore_mode(mode);
}

APART static void subtract(float *out, const float *left, const float *right, long length) {
  for (long i = 0; i < length; i += VL)
    store_masked(out + i, load(left + i) - load(right + i), tail_mask(length - i));
}

/* out = left - right. args: out, left, right, length */
static void trace_difference(float *base, const int32_t *args) {
  FloatMode mode = keep_denormals();
  subtract(base + args[0], base + args[1], base + args[2], args[3]);
  restore_mode(mode);
}
