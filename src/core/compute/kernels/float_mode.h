/*
 * Small denormals cost x86 and ARM cores a hundred cycles each and mean nothing to the optimizer (a momentum that has
 * died out): they count as 0 while kernels run, but for those that ask for them. WebAssembly has no such switch.
 */
#ifndef VELO_FLOAT_MODE_H
#define VELO_FLOAT_MODE_H

#include "simd.h"

#if defined(__x86_64__)
typedef uint32_t FloatMode;
/* Results and operands: FTZ and DAZ. */
enum { FLUSHING = 0x8040 };
INLINE FloatMode current_mode(void) { return __builtin_ia32_stmxcsr(); }
INLINE void restore_mode(FloatMode mode) { __builtin_ia32_ldmxcsr(mode); }
#elif defined(__aarch64__)
typedef uint64_t FloatMode;
enum { FLUSHING = 1 << 24 };
INLINE FloatMode current_mode(void) {
  FloatMode mode;
  __asm__ volatile("mrs %0, fpcr" : "=r"(mode));
  return mode;
}
INLINE void restore_mode(FloatMode mode) { __asm__ volatile("msr fpcr, %0" ::"r"(mode)); }
#else
typedef int32_t FloatMode;
enum { FLUSHING = 0 };
INLINE FloatMode current_mode(void) { return 0; }
INLINE void restore_mode(FloatMode mode) { (void)mode; }
#endif

/* Both answer the mode to go back to. */
INLINE FloatMode flush_denormals(void) {
  FloatMode before = current_mode();
  restore_mode(before | FLUSHING);
  return before;
}
INLINE FloatMode keep_denormals(void) {
  FloatMode before = current_mode();
  restore_mode(before & ~(FloatMode)FLUSHING);
  return before;
}

#endif
