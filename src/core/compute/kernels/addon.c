/*
 * The kernels as a Node addon (Node-API only, so one binary serves Node and Electron). It holds one build per
 * instruction set and offers those that this processor and system can run, best first:
 * exports.variants = [{ isa, ops: [name, ...], run(arena, start, words, times) }],
 * exports.misalignment(arena, alignment), exports.preferLargePages(arena), exports.distance(arena, memory).
 * Memory stays V8's: an arena is a Float32Array that the caller made.
 */
#include <node_api.h>
#include <stddef.h>
#include <stdint.h>
#ifdef __linux__
#include <sys/mman.h>
#endif

/* Windows: the host is not always called node.exe, so its functions are looked up in whatever program runs. */
#define NAPI_FUNCTIONS(X) \
  X(napi_create_function) X(napi_set_named_property) X(napi_get_cb_info) X(napi_get_typedarray_info) \
  X(napi_get_value_int32) X(napi_create_int32) X(napi_create_string_utf8) X(napi_create_array)       \
  X(napi_create_object) X(napi_set_element) X(napi_throw_type_error) X(napi_create_double)

#ifdef _WIN32
#include <windows.h>
#define POINTER(name) static __typeof__(name) *host_##name;
NAPI_FUNCTIONS(POINTER)
#define HOST(name) host_##name
static int find_host(void) {
  HMODULE host = GetModuleHandleW(NULL);
#define FIND(name) \
  if (!(host_##name = (__typeof__(host_##name))(void *)GetProcAddress(host, #name))) return 0;
  NAPI_FUNCTIONS(FIND)
  return 1;
}
#else
#define HOST(name) name
static int find_host(void) { return 1; }
#endif

typedef struct {
  const char *isa;
  const char *(*op_name)(int32_t op);
  int32_t (*run)(float *base, const int32_t *program, int32_t words, int32_t times);
  int (*supported)(void);
} Variant;

#define DECLARE(suffix)                             \
  const char *kernels_##suffix##_op_name(int32_t);  \
  int32_t kernels_##suffix##_run(float *, const int32_t *, int32_t, int32_t);
#define VARIANT(suffix) {#suffix, kernels_##suffix##_op_name, kernels_##suffix##_run, has_##suffix}

#if defined(__x86_64__)
#include <cpuid.h>

/* What the processor says it can do and which registers the system saves. */
typedef struct {
  unsigned ecx1, ebx7, ecxExtended, savedState;
} Features;

static Features features(void) {
  unsigned a, b, c, d;
  Features f = {0, 0, 0, 0};
  if (__get_cpuid(1, &a, &b, &c, &d)) f.ecx1 = c;
  if (__get_cpuid_count(7, 0, &a, &b, &c, &d)) f.ebx7 = b;
  if (__get_cpuid(0x80000001, &a, &b, &c, &d)) f.ecxExtended = c;
  if (f.ecx1 & bit_OSXSAVE) __asm__ volatile("xgetbv" : "=a"(f.savedState), "=d"(d) : "c"(0));
  return f;
}
static int all(unsigned have, unsigned want) { return (have & want) == want; }

static int has_sse4(void) { return all(features().ecx1, bit_SSE42 | bit_SSSE3 | bit_POPCNT); }
static int has_avx2(void) {
  Features f = features();
  const unsigned lzcnt = 1u << 5;
  return has_sse4() && all(f.ecx1, bit_AVX | bit_FMA | bit_F16C | bit_MOVBE) && all(f.savedState, 0x06) &&
         all(f.ebx7, bit_AVX2 | bit_BMI | bit_BMI2) && all(f.ecxExtended, lzcnt);
}
static int has_avx512(void) {
  Features f = features();
  return has_avx2() && all(f.savedState, 0xe6) &&
         all(f.ebx7, bit_AVX512F | bit_AVX512CD | bit_AVX512BW | bit_AVX512DQ | bit_AVX512VL);
}

DECLARE(sse4) DECLARE(avx2) DECLARE(avx512)
static const Variant variants[] = {VARIANT(avx512), VARIANT(avx2), VARIANT(sse4)};
#else
static int has_neon(void) { return 1; }
DECLARE(neon)
static const Variant variants[] = {VARIANT(neon)};
#endif

enum { VARIANTS = sizeof(variants) / sizeof(variants[0]) };

/* The arena's memory, or null with an exception pending. */
static float *arena_of(napi_env env, napi_value value, size_t *words) {
  napi_typedarray_type type;
  void *data = NULL;
  if (HOST(napi_get_typedarray_info)(env, value, &type, words, &data, NULL, NULL) == napi_ok &&
      type == napi_float32_array && data != NULL)
    return data;
  HOST(napi_throw_type_error)(env, NULL, "an arena must be a Float32Array that is not empty");
  return NULL;
}

static napi_value integer(napi_env env, int32_t value) {
  napi_value result = NULL;
  HOST(napi_create_int32)(env, value, &result);
  return result;
}

/* run(arena, start, words, times) -> status */
static napi_value run(napi_env env, napi_callback_info info) {
  size_t argc = 4, length = 0;
  napi_value args[4];
  void *data = NULL;
  int32_t start = -1, words = -1, times = 0;
  if (HOST(napi_get_cb_info)(env, info, &argc, args, NULL, &data) != napi_ok) return NULL;
  float *base = arena_of(env, args[0], &length);
  if (base == NULL) return NULL;
  if (HOST(napi_get_value_int32)(env, args[1], &start) != napi_ok ||
      HOST(napi_get_value_int32)(env, args[2], &words) != napi_ok ||
      HOST(napi_get_value_int32)(env, args[3], &times) != napi_ok || start < 0 || words < 0 ||
      (size_t)start + (size_t)words > length) {
    HOST(napi_throw_type_error)(env, NULL, "a program must lie inside its arena");
    return NULL;
  }
  return integer(env, ((const Variant *)data)->run(base, (const int32_t *)base + start, words, times));
}

/* misalignment(arena, alignment, a power of two) -> bytes behind the last multiple of it */
static napi_value misalignment(napi_env env, napi_callback_info info) {
  size_t argc = 2, length = 0;
  napi_value args[2];
  int32_t alignment = 0;
  if (HOST(napi_get_cb_info)(env, info, &argc, args, NULL, NULL) != napi_ok) return NULL;
  float *base = arena_of(env, args[0], &length);
  if (base == NULL) return NULL;
  if (HOST(napi_get_value_int32)(env, args[1], &alignment) != napi_ok || alignment <= 0) {
    HOST(napi_throw_type_error)(env, NULL, "an alignment must be a positive integer");
    return NULL;
  }
  return integer(env, (int32_t)((uintptr_t)base & (uintptr_t)(alignment - 1)));
}

/* preferLargePages(arena): a wish, which systems other than Linux do not hear. */
static napi_value prefer_large_pages(napi_env env, napi_callback_info info) {
  size_t argc = 1, length = 0;
  napi_value args[1];
  if (HOST(napi_get_cb_info)(env, info, &argc, args, NULL, NULL) != napi_ok) return NULL;
  float *base = arena_of(env, args[0], &length);
#ifdef __linux__
  const uintptr_t page = 4096;
  uintptr_t begin = ((uintptr_t)base + page - 1) & ~(page - 1), end = (uintptr_t)(base + length) & ~(page - 1);
  if (base != NULL && begin < end) madvise((void *)begin, end - begin, MADV_HUGEPAGE);
#endif
  (void)base;
  return NULL;
}

/* distance(arena, memory) -> bytes from the arena's first word to those of another typed array */
static napi_value distance(napi_env env, napi_callback_info info) {
  size_t argc = 2, length = 0;
  napi_value args[2], result = NULL;
  void *memory = NULL;
  if (HOST(napi_get_cb_info)(env, info, &argc, args, NULL, NULL) != napi_ok) return NULL;
  float *base = arena_of(env, args[0], &length);
  if (base == NULL) return NULL;
  if (HOST(napi_get_typedarray_info)(env, args[1], NULL, NULL, &memory, NULL, NULL) != napi_ok || memory == NULL) {
    HOST(napi_throw_type_error)(env, NULL, "the memory must be a typed array that is not empty");
    return NULL;
  }
  HOST(napi_create_double)(env, (double)((intptr_t)memory - (intptr_t)base), &result);
  return result;
}

static void offer(napi_env env, napi_value exports, const char *name, napi_callback callback) {
  napi_value function;
  HOST(napi_create_function)(env, name, NAPI_AUTO_LENGTH, callback, NULL, &function);
  HOST(napi_set_named_property)(env, exports, name, function);
}

static napi_value describe(napi_env env, const Variant *variant) {
  napi_value result, isa, ops, function;
  HOST(napi_create_object)(env, &result);
  HOST(napi_create_string_utf8)(env, variant->isa, NAPI_AUTO_LENGTH, &isa);
  HOST(napi_set_named_property)(env, result, "isa", isa);
  HOST(napi_create_array)(env, &ops);
  for (int32_t op = 0; variant->op_name(op) != NULL; op++) {
    napi_value name;
    HOST(napi_create_string_utf8)(env, variant->op_name(op), NAPI_AUTO_LENGTH, &name);
    HOST(napi_set_element)(env, ops, (uint32_t)op, name);
  }
  HOST(napi_set_named_property)(env, result, "ops", ops);
  HOST(napi_create_function)(env, "run", NAPI_AUTO_LENGTH, run, (void *)variant, &function);
  HOST(napi_set_named_property)(env, result, "run", function);
  return result;
}

NAPI_MODULE_INIT() {
  if (!find_host()) return NULL;
  napi_value list;
  uint32_t count = 0;
  HOST(napi_create_array)(env, &list);
  for (int i = 0; i < VARIANTS; i++)
    if (variants[i].supported()) HOST(napi_set_element)(env, list, count++, describe(env, &variants[i]));
  HOST(napi_set_named_property)(env, exports, "variants", list);
  offer(env, exports, "misalignment", misalignment);
  offer(env, exports, "preferLargePages", prefer_large_pages);
  offer(env, exports, "distance", distance);
  return exports;
}
