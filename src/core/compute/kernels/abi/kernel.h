/*
 * A kernel as the interpreter of abi/run.c sees it: a name, a fixed number of 32-bit arguments and a function.
 * Arrays are word offsets into the arena, float arguments bit patterns, everything else integers.
 */
#ifndef VELO_KERNEL_H
#define VELO_KERNEL_H

#include <stdint.h>

typedef struct {
  const char *name;
  int32_t argc;
  void (*run)(float *base, const int32_t *args);
} Kernel;

/* Number of arguments of a kernel that takes as many as an instruction says. */
enum { VARIADIC = -1 };

/* A negative answer -1 - n: a guard stopped repetition n. */
enum { RUN_OK = 0, RUN_TRUNCATED = 1, RUN_UNKNOWN_OP = 2, RUN_WRONG_ARGC = 3 };

#endif
