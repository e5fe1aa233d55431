/* What ties the steps of a training together when several run in one call. */
#include "simd.h"

INLINE int is_finite(float x) { return (__builtin_bit_cast(int32_t, x) & 0x7f800000) != 0x7f800000; }

/* Ends the whole run where a number is not finite; the interpreter knows it. args: place */
static void control_guard(float *base, const int32_t *args) {
  (void)base;
  (void)args;
}

/* Fetches what belongs to this step. args: out, table [n][words], words, counter (an integer, 0 at the first step) */
static void control_row(float *base, const int32_t *args) {
  const int32_t *table = (const int32_t *)base + args[1], *counter = (const int32_t *)base + args[3];
  int32_t *out = (int32_t *)base + args[0];
  for (int32_t i = 0; i < args[2]; i++) out[i] = table[(long)*counter * args[2] + i];
}

/* Notes a number of this step. args: log [n], place, counter */
static void control_store(float *base, const int32_t *args) {
  base[args[0] + *((const int32_t *)base + args[2])] = base[args[1]];
}

/* Goes on to the next step. args: counter */
static void control_count(float *base, const int32_t *args) { *((int32_t *)base + args[0]) += 1; }

#define CONTROL_KERNELS \
  {"control.guard", 1, control_guard}, {"control.row", 4, control_row}, {"control.store", 3, control_store}, {"control.count", 1, control_count},
