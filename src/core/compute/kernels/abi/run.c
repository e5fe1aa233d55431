/*
 * The one entry of the kernels and the one list of them. This file includes the stages, so that each
 * instruction set is a single translation unit; ISA is part of its symbols' names.
 */
#include "kernel.h"

#include "../float_mode.h"
#include "../math.c"
#include "../gemm.c"
#include "../velo_loss.c"
#include "../velo_accumulate.c"
#include "../velo_lstm.c"
#include "../velo_features.c"
#include "../velo_apply.c"
#include "../trace.c"
#include "../map_operations.h"
#include "../map.c"
#include "../matmul.c"
#include "../orthogonal.c"
#include "../conv.c"
#include "../pool.c"
#include "../rows.c"
#include "../gather.c"
#include "../elements.c"
#include "../random.c"
#include "../control.c"

#ifndef ISA
#error "define ISA as the name of the instruction set"
#endif
#define JOIN(isa, name) kernels_##isa##_##name
#define EXPAND(isa, name) JOIN(isa, name)
#define KERNELS(name) EXPAND(ISA, name)

#ifdef __wasm__
#define EXPORT(name) __attribute__((export_name(#name)))
#else
#define EXPORT(name)
#endif

static const Kernel kernels[] = {
    /* Known by name and code, but no instructions by themselves. */
#define MAP_OPERATION(name) {"map." #name, 0, 0},
    MAP_OPERATIONS(MAP_OPERATION)
#undef MAP_OPERATION
    {"math.exp", 3, math_exp},
    {"math.tanh", 3, math_tanh},
    {"math.sigmoid", 3, math_sigmoid},
    {"math.log", 3, math_log},
    {"copy.rows", 6, copy_rows},
    {"scale", 3, scale},
    {"gemm.pack", 5, gemm_pack},
    {"gemm.packed", 9, gemm_packed},
    {"velo.lossFeatures", 7, velo_loss_features},
    {"velo.toCanonical", 7, velo_to_canonical},
    {"velo.fromCanonical", 7, velo_from_canonical},
    {"velo.accumulate", VELO_TENSOR_WORDS, velo_accumulate},
    {"velo.lstmInputs", 7, velo_lstm_inputs},
    {"velo.addContext", 6, velo_add_context},
    {"velo.lstmCell", 7, velo_lstm_cell},
    {"velo.featureNorms", VELO_TENSOR_WORDS, velo_feature_norms},
    {"velo.foldSides", VELO_TENSOR_WORDS, velo_fold_sides},
    {"velo.apply", VELO_TENSOR_WORDS, velo_apply},
    {"trace.summary", 3, trace_summary},
    {"trace.difference", 4, trace_difference},
    MAP_KERNELS
    MATMUL_KERNELS
    ORTHOGONAL_KERNELS
    CONV_KERNELS
    POOL_KERNELS
    ROWS_KERNELS
    GATHER_KERNELS
    ELEMENTS_KERNELS
    RANDOM_KERNELS
    CONTROL_KERNELS
};

enum { KERNEL_COUNT = sizeof(kernels) / sizeof(kernels[0]) };

/* Name of op code `op`, null past the last one. */
EXPORT(opName) const char *KERNELS(op_name)(int32_t op) {
  return op >= 0 && op < KERNEL_COUNT ? kernels[op].name : 0;
}

/* What `interpret` answers where a guard stops it. */
enum { STOPPED = -1 };

INLINE int32_t interpret(float *base, const int32_t *program, int32_t words) {
  int32_t at = 0;
  while (at < words) {
    if (words - at < 2) return at << 2 | RUN_TRUNCATED;
    int32_t op = program[at], argc = program[at + 1];
    if (op < 0 || op >= KERNEL_COUNT || !kernels[op].run) return at << 2 | RUN_UNKNOWN_OP;
    if (argc != kernels[op].argc && kernels[op].argc != VARIADIC) return at << 2 | RUN_WRONG_ARGC;
    if (argc > words - at - 2) return at << 2 | RUN_TRUNCATED;
    if (kernels[op].run == control_guard) {
      if (!is_finite(base[program[at + 2]])) return STOPPED;
    } else {
      kernels[op].run(base, program + at + 2);
    }
    at += 2 + argc;
  }
  return RUN_OK;
}

/*
 * Runs the instructions in `words` words of program, `times` times over. Returns 0; or the place of the first
 * instruction that cannot be run times 4 plus the reason, those before it have been run; or -1 - n when a guard has
 * stopped repetition n.
 */
int32_t KERNELS(run)(float *base, const int32_t *program, int32_t words, int32_t times) {
  FloatMode mode = flush_denormals();
  int32_t status = RUN_OK;
  for (int32_t n = 0; n < times && status == RUN_OK; n++) {
    status = interpret(base, program, words);
    if (status == STOPPED) status = -1 - n;
  }
  restore_mode(mode);
  return status;
}

#ifdef __wasm__
extern unsigned char __heap_base;

/* Stacks of other threads that run over the same memory. */
#ifndef STACKS
#define STACKS 0
#endif
enum { STACK_BYTES = 65536 };

/* Byte address of arena word 0: the first multiple of 64 behind the module's own data and the stacks. */
EXPORT(arenaStart) uint32_t arena_start(void) {
  return (((uint32_t)&__heap_base + 63) & ~63u) + STACKS * STACK_BYTES;
}

EXPORT(run) int32_t run_in_arena(int32_t start, int32_t words, int32_t times) {
  float *base = (float *)arena_start();
  return KERNELS(run)(base, (const int32_t *)base + start, words, times);
}
#endif
