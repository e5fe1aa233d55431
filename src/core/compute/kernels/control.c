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

/*
 * How often a thread looks before it lets others have its core: some 0.1 ms. WebAssembly has no pause between two
 * looks, and what it does then takes as long as many of its kernels.
 */
#ifdef __wasm__
enum { LOOKS = 80000 };
#else
enum { LOOKS = 4000 };
#endif

INLINE void relax(void) {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  __asm__ volatile("yield");
#endif
}

#if defined(_WIN32)
__declspec(dllimport) int SwitchToThread(void);
#elif !defined(__wasm__)
int sched_yield(void);
#endif

/* Lets others have the core while *at is still `value`. */
INLINE void give_way(int32_t *at, int32_t value) {
#if defined(__wasm_atomics__)
  __builtin_wasm_memory_atomic_wait32(at, value, 50000 /* ns */);
#elif defined(_WIN32)
  SwitchToThread();
#elif !defined(__wasm__)
  sched_yield();
#endif
  (void)at, (void)value;
}

INLINE void wait_for(int32_t *at, int32_t value) {
  for (int32_t looks = 1, seen; (seen = __atomic_load_n(at, __ATOMIC_ACQUIRE)) != value; looks++) {
    if (looks % LOOKS == 0) give_way(at, seen);
    else
      relax();
  }
}

/*
 * Waits until all threads are here; what each wrote before it, all see after it. They wait for a shorter time than it
 * takes to fall asleep. Each notes in a line of its own how often it was here, and the first one says when all were: loads
 * and stores alone, since the value that an atomic addition gives back is wrong in some engines (V8 11.3, unoptimised).
 * args: place of a cache line for each thread and one more, all 0 at first, threads, own number from 0
 */
static void control_barrier(float *base, const int32_t *args) {
  int32_t *all = (int32_t *)base + args[0], *own = all + 16 * (args[2] + 1);
  int32_t times = *own + 1;
  __atomic_store_n(own, times, __ATOMIC_RELEASE);
  if (args[2] > 0) {
    wait_for(all, times);
    return;
  }
  for (int32_t other = 1; other < args[1]; other++) wait_for(all + 16 * (other + 1), times);
  __atomic_store_n(all, times, __ATOMIC_RELEASE);
}

#define CONTROL_KERNELS \
  {"control.guard", 1, control_guard}, {"control.row", 4, control_row}, {"control.store", 3, control_store}, {"control.count", 1, control_count}, \
  {"control.barrier", 3, control_barrier},
