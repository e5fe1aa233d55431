/*
 * The numbers of src/core/compute/rng.ts, bit for bit: Threefry-4x32-20 on VL counters at once, normals by
 * Box-Muller in doubles. Every double operation below stands as it stands there; multiply-adds must not be fused.
 */
#include "float_mode.h"
#include "tails.h"

typedef uint32_t Words __attribute__((ext_vector_type(VL)));
typedef uint32_t WordsLoose __attribute__((ext_vector_type(VL), aligned(4), may_alias));
/* Half as many doubles and 64-bit integers. */
enum { DRAW_PAIRS = VL / 2 };
typedef double PairDoubles __attribute__((ext_vector_type(DRAW_PAIRS)));
typedef uint64_t PairBits __attribute__((ext_vector_type(DRAW_PAIRS)));
typedef uint64_t PairBitsLoose __attribute__((ext_vector_type(DRAW_PAIRS), aligned(4), may_alias));
typedef float PairFloats __attribute__((ext_vector_type(DRAW_PAIRS)));

enum { DRAW_UNIFORM = 0, DRAW_NORMAL = 1 };
/* Words made at a time, in counters of four. */
enum { WORDS_AT_ONCE = 512, WORDS_MADE = 4 * VL };

/* A place in a stream and what is made of its words: mean + sd * normal, or low + (high - low) * uniform. */
typedef struct {
  const uint32_t *key;
  uint64_t word;
  int32_t distribution;
  double shift, scale;
} Draws;

#define ROTATED(x, bits) ((x) << (bits) | (x) >> (32 - (bits)))
#define MIX(a, b, bits) (a += b, b = ROTATED(b, bits) ^ a)
#define FOUR_ROUNDS(r0, r1, r2, r3, r4, r5, r6, r7)          \
  MIX(x[0], x[1], r0), MIX(x[2], x[3], r1);                  \
  MIX(x[0], x[3], r2), MIX(x[2], x[1], r3);                  \
  MIX(x[0], x[1], r4), MIX(x[2], x[3], r5);                  \
  MIX(x[0], x[3], r6), MIX(x[2], x[1], r7);
#define ADD_KEY(group)                                                        \
  UNROLL for (int i = 0; i < 4; i++) x[i] += (Words)(key[((group) + i) % 5]);    \
  x[3] += (Words)(uint32_t)(group);

/* x: the counters on entry, the words on return. key: the four words and their parity. */
INLINE void threefry(Words x[4], const uint32_t key[5]) {
  UNROLL for (int i = 0; i < 4; i++) x[i] += (Words)(key[i]);
  FOUR_ROUNDS(10, 26, 11, 21, 13, 27, 23, 5)
  ADD_KEY(1)
  FOUR_ROUNDS(6, 20, 17, 11, 25, 10, 18, 20)
  ADD_KEY(2)
  FOUR_ROUNDS(10, 26, 11, 21, 13, 27, 23, 5)
  ADD_KEY(3)
  FOUR_ROUNDS(6, 20, 17, 11, 25, 10, 18, 20)
  ADD_KEY(4)
  FOUR_ROUNDS(10, 26, 11, 21, 13, 27, 23, 5)
  ADD_KEY(5)
}

/* The lanes of two vectors in turn: a0 b0 a1 b1 ... in two vectors. */
#if VL == 16
#define ZIP_LOW(a, b) __builtin_shufflevector(a, b, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23)
#define ZIP_HIGH(a, b) __builtin_shufflevector(a, b, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31)
#define ZIP_HALVES(a, b) __builtin_shufflevector(a, b, 0, 8, 1, 9, 2, 10, 3, 11, 4, 12, 5, 13, 6, 14, 7, 15)
#elif VL == 8
#define ZIP_LOW(a, b) __builtin_shufflevector(a, b, 0, 8, 1, 9, 2, 10, 3, 11)
#define ZIP_HIGH(a, b) __builtin_shufflevector(a, b, 4, 12, 5, 13, 6, 14, 7, 15)
#define ZIP_HALVES(a, b) __builtin_shufflevector(a, b, 0, 4, 1, 5, 2, 6, 3, 7)
#else
#define ZIP_LOW(a, b) __builtin_shufflevector(a, b, 0, 4, 1, 5)
#define ZIP_HIGH(a, b) __builtin_shufflevector(a, b, 2, 6, 3, 7)
#define ZIP_HALVES(a, b) __builtin_shufflevector(a, b, 0, 2, 1, 3)
#endif

/* The words of VL counters from four vectors of one word each, in order. */
INLINE void store_words(uint32_t *out, const Words x[4]) {
  Words even[2] = {ZIP_LOW(x[0], x[2]), ZIP_HIGH(x[0], x[2])};
  Words odd[2] = {ZIP_LOW(x[1], x[3]), ZIP_HIGH(x[1], x[3])};
  UNROLL for (int i = 0; i < 2; i++) {
    *(WordsLoose *)(out + 2 * i * VL) = ZIP_LOW(even[i], odd[i]);
    *(WordsLoose *)(out + (2 * i + 1) * VL) = ZIP_HIGH(even[i], odd[i]);
  }
}

/* Words from word 4 * block on: as many as asked for, rounded up to WORDS_MADE. */
static void make_words(uint32_t *out, const uint32_t *words, uint64_t block, long count) {
  const uint32_t parity = 0x1bd11bda ^ words[0] ^ words[1] ^ words[2] ^ words[3];
  const uint32_t key[5] = {words[0], words[1], words[2], words[3], parity};
  for (long made = 0; made < count; made += WORDS_MADE, block += VL) {
    Words x[4], high = (Words)((uint32_t)(block >> 32));
    UNROLL for (int i = 0; i < VL; i++) x[0][i] = (uint32_t)i;
    x[0] += (Words)((uint32_t)block);
    /* Plus 1 where the low word ran over: a true comparison is -1. */
    x[1] = high - (Words)(x[0] < (Words)((uint32_t)block));
    x[2] = x[3] = (Words)(0u);
    threefry(x, key);
    store_words(out + made, x);
  }
}

INLINE PairDoubles pairs_of(double x) { return (PairDoubles)(x); }

/* The integer n, |n| < 2^51, as a double: in the low bits of 1.5 * 2^52, which is then taken off. */
INLINE PairDoubles to_doubles(PairBits n) {
  return __builtin_bit_cast(PairDoubles, n + 0x4338000000000000u) - pairs_of(6755399441055744.0);
}

#define SERIES_STEP(term) sum = sum * x + pairs_of(term);

/* 1/19, 1/17, ..., 1. */
INLINE PairDoubles log_series(PairDoubles x) {
  PairDoubles sum = pairs_of(1.0 / 19);
  SERIES_STEP(1.0 / 17) SERIES_STEP(1.0 / 15) SERIES_STEP(1.0 / 13) SERIES_STEP(1.0 / 11) SERIES_STEP(1.0 / 9)
  SERIES_STEP(1.0 / 7) SERIES_STEP(1.0 / 5) SERIES_STEP(1.0 / 3) SERIES_STEP(1.0)
  return sum;
}

/* Taylor coefficients of sin(x) / x and cos(x) in x^2, highest first. */
INLINE PairDoubles sine_series(PairDoubles x) {
  PairDoubles sum = pairs_of(-1.0 / 1307674368000);
  SERIES_STEP(1.0 / 6227020800) SERIES_STEP(-1.0 / 39916800) SERIES_STEP(1.0 / 362880) SERIES_STEP(-1.0 / 5040)
  SERIES_STEP(1.0 / 120) SERIES_STEP(-1.0 / 6) SERIES_STEP(1.0)
  return sum;
}
INLINE PairDoubles cosine_series(PairDoubles x) {
  PairDoubles sum = pairs_of(1.0 / 20922789888000);
  SERIES_STEP(-1.0 / 87178291200) SERIES_STEP(1.0 / 479001600) SERIES_STEP(-1.0 / 3628800) SERIES_STEP(1.0 / 40320)
  SERIES_STEP(-1.0 / 720) SERIES_STEP(1.0 / 24) SERIES_STEP(-1.0 / 2) SERIES_STEP(1.0)
  return sum;
}

/* ln((word + 1) / 2^32) */
INLINE PairDoubles log_of_fraction(PairBits word) {
  PairBits bits = __builtin_bit_cast(PairBits, to_doubles(word + 1));
  PairBits exponent = bits >> 52;
  PairDoubles m = __builtin_bit_cast(PairDoubles, (bits & 0x000fffffffffffffu) | 0x3ff0000000000000u);
  PairBits upper = (PairBits)(m >= pairs_of(0x1.6a09e667f3bcdp+0));
  m = upper ? m * pairs_of(0.5) : m;
  /* A true comparison is -1. */
  PairDoubles power = to_doubles(exponent - upper - (1023 + 32));
  PairDoubles s = (m - pairs_of(1.0)) / (m + pairs_of(1.0));
  return power * pairs_of(0x1.62e42fefa39efp-1) + pairs_of(2.0) * s * log_series(s * s);
}

/* Cosine and sine of word turns of 2^-32, times `radius`. */
INLINE void turned(PairBits word, PairDoubles radius, PairDoubles *cosine, PairDoubles *sine) {
  PairBits quarter = (word + (1u << 29)) >> 30;
  PairDoubles x = to_doubles(word - (quarter << 30)) * pairs_of(2 * 0x1.921fb54442d18p+1 / 4294967296.0);
  PairDoubles x2 = x * x;
  PairBits c = __builtin_bit_cast(PairBits, cosine_series(x2)), s = __builtin_bit_cast(PairBits, x * sine_series(x2));
  PairBits swapped = -(quarter & 1);
  PairBits cosSign = (quarter + 1) << 62 & 0x8000000000000000u, sinSign = quarter << 62 & 0x8000000000000000u;
  *cosine = radius * __builtin_bit_cast(PairDoubles, ((swapped & s) | (~swapped & c)) ^ cosSign);
  *sine = radius * __builtin_bit_cast(PairDoubles, ((swapped & c) | (~swapped & s)) ^ sinSign);
}

/*
 * shift + scale * x as a float. A zero is +0, as the sum says unless shift is -0; the compiler itself is free to
 * forget the signs of zeros.
 */
INLINE PairFloats draw_scaled(PairDoubles x, const Draws *draws) {
  PairDoubles y = pairs_of(draws->shift) + pairs_of(draws->scale) * x;
  PairBits bits = __builtin_bit_cast(PairBits, y);
  bits &= ~(PairBits)(bits == (PairBits)(0x8000000000000000u));
  return __builtin_convertvector(__builtin_bit_cast(PairDoubles, bits), PairFloats);
}

/* VL normals of VL words. */
INLINE vf normals(const uint32_t *words, const Draws *draws) {
  PairBits pair = *(const PairBitsLoose *)words;
  PairDoubles radius = __builtin_elementwise_sqrt(pairs_of(-2.0) * log_of_fraction(pair & 0xffffffffu));
  PairDoubles cosine, sine;
  turned(pair >> 32, radius, &cosine, &sine);
  return ZIP_HALVES(draw_scaled(cosine, draws), draw_scaled(sine, draws));
}

/* VL uniform numbers of VL words; those in [0, 1) are floats as they are. */
INLINE vf uniforms(const uint32_t *words, const Draws *draws) {
  vi integers = __builtin_bit_cast(vi, *(const WordsLoose *)words >> 8);
  if (draws->shift == 0 && draws->scale == 1)
    return __builtin_convertvector(integers, vf) * splat(0x1p-24f);
  PairDoubles unit = pairs_of(0x1p-24);
  PairDoubles low = __builtin_convertvector(integers.lo, PairDoubles);
  PairDoubles high = __builtin_convertvector(integers.hi, PairDoubles);
  vf result;
  result.lo = draw_scaled(low * unit, draws);
  result.hi = draw_scaled(high * unit, draws);
  return result;
}

/*
 * Numbers from the words from `draws->word` on, at most `wanted` and a few words' worth less where the place is no
 * multiple of 4; moves the place on. Returns how many. `out` has WORDS_AT_ONCE + VL floats.
 */
static long draw(float *out, Draws *draws, long wanted) {
  uint32_t words[WORDS_AT_ONCE + VL];
  long ahead = (long)(draws->word & 3);
  /* An even number of words, so that no pair is cut. */
  long count = fewer(wanted, (WORDS_AT_ONCE - ahead) & ~1L);
  make_words(words, draws->key, draws->word >> 2, ahead + count + (count & 1));
  for (long i = 0; i < count; i += VL)
    store(out + i, draws->distribution == DRAW_UNIFORM ? uniforms(words + ahead + i, draws)
                                                  : normals(words + ahead + i, draws));
  draws->word += (uint64_t)count;
  return count;
}

/* Puts draws into `out`, the first of them the half of a pair that was left over if `spare`. */
static void put_draws(float *out, long count, Draws draws, int32_t spare) {
  float numbers[WORDS_AT_ONCE + VL];
  if (spare && count > 0) {
    draws.word -= 2;
    draw(numbers, &draws, 2);
    *out++ = numbers[1];
    count--;
  }
  while (count > 0) {
    long got = draw(numbers, &draws, count), i = 0;
    for (; i + VL <= got; i += VL) store(out + i, load(numbers + i));
    store_some(out + i, load(numbers + i), got - i);
    out += got;
    count -= got;
  }
}

INLINE Draws draws_of(const float *base, int32_t key, int32_t word, int32_t distribution) {
  Draws draws = {(const uint32_t *)base + key, (uint32_t)word, distribution, 0, 1};
  return draws;
}

/* args: out, count, distribution (0 uniform, 1 normal), key [4], first word, spare */
static void random_fill(float *base, const int32_t *args) {
  put_draws(base + args[0], args[1], draws_of(base, args[3], args[4], args[2]), args[2] == DRAW_NORMAL && args[5]);
}

/* A function of its own, so that its arithmetic stays behind the change of mode. */
__attribute__((noinline)) static void put_scaled(float *base, const int32_t *args) {
  Draws draws = draws_of(base, args[3], args[4], args[2]);
  draws.shift = (double)__builtin_bit_cast(float, args[6]);
  draws.scale = (double)__builtin_bit_cast(float, args[7]);
  if (args[2] == DRAW_UNIFORM) draws.scale -= draws.shift;
  put_draws(base + args[0], args[1], draws, args[2] == DRAW_NORMAL && args[5]);
}

/* args: those of random.fill, then the bits of mean and standard deviation, or of the ends of the range */
static void random_fill_scaled(float *base, const int32_t *args) {
  FloatMode mode = keep_denormals();
  put_scaled(base, args);
  restore_mode(mode);
}

/*
 * args: out, in, count, key [4], sd [count], sign. out = in + sign * sd * normal, the normals those of random.fill
 * from word 0; out may be in. Rounded after each operation.
 */
static void random_perturb(float *base, const int32_t *args) {
  float numbers[WORDS_AT_ONCE + VL], *out = base + args[0];
  const float *in = base + args[1], *sd = base + args[4];
  vf sign = splat(base[args[5]]);
  Draws draws = draws_of(base, args[3], 0, DRAW_NORMAL);
  for (long done = 0, count = args[2]; done < count;) {
    long got = draw(numbers, &draws, count - done), i = 0;
#define PERTURBED (load(in + done + i) + sign * load(sd + done + i) * load(numbers + i))
    for (; i + VL <= got; i += VL) store(out + done + i, PERTURBED);
    store_some(out + done + i, PERTURBED, got - i);
    done += got;
  }
}

#define RANDOM_KERNELS                           \
  {"random.fill", 6, random_fill},               \
  {"random.fillScaled", 8, random_fill_scaled},  \
  {"random.perturb", 6, random_perturb},
