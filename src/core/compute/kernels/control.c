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

/* How often a thread looks before it lets others have its core. */
enum { LOOKS = 4000 };

#if defined(__wasm__)
INLINE void relax(void) {}
INLINE void give_way(void) {}
#else
INLINE void relax(void) {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#else
  __asm__ volatile("yield");
#endif
}
#if defined(_WIN32)
__declspec(dllimport) int SwitchToThread(void);
INLINE void give_way(void) { SwitchToThread(); }
#else
int sched_yield(void);
INLINE void give_way(void) { sched_yield(); }
#endif
#endif

/*
 * Waits until so many threads are here; what each wrote before it, all see after it. They wait for a shorter time than
 * it takes to fall asleep. args: place of two cache lines that are 0 at first, threads
 */
static void control_barrier(float *base, const int32_t *args) {
  int32_t *arrived = (int32_t *)base + args[0], *round = arrived + 16;
  int32_t now = __atomic_load_n(round, __ATOMIC_ACQUIRE);
  if (__atomic_add_fetch(arrived, 1, __ATOMIC_ACQ_REL) == args[1]) {
    __atomic_store_n(arrived, 0, __ATOMIC_RELAXED);
    __atomic_store_n(round, now + 1, __ATOMIC_RELEASE);
    return;
  }
  for (int32_t looks = 1; __atomic_load_n(round, __ATOMIC_ACQUIRE) == now; looks++) {
    if (looks % LOOKS == 0) give_way();
    else
      relax();
  }
}

#define CONTROL_KERNELS \
  {"control.guard", 1, control_guard}, {"control.row", 4, control_row}, {"control.store", 3, control_store}, {"control.count", 1, control_count}, \
  {"control.barrier", 2, control_barrier},
