/*
 * Vectors of VL floats, the same source for every instruction set: VL is 4 for WebAssembly, SSE and NEON,
 * 8 for AVX2, 16 for AVX-512. Comparisons, limits and selects let NaN through, so that a diverged run looks
 * diverged; nothing here is an approximation beyond the few ulp that each function names.
 */
#ifndef VELO_SIMD_H
#define VELO_SIMD_H

#include <stdint.h>

#ifndef VL
#define VL 4
#endif

#define INLINE static inline __attribute__((always_inline))
#define UNROLL _Pragma("clang loop unroll(full)")

typedef float vf __attribute__((ext_vector_type(VL)));
typedef int32_t vi __attribute__((ext_vector_type(VL)));
/* The same at any address of a float. */
typedef float vf_loose __attribute__((ext_vector_type(VL), aligned(4), may_alias));

INLINE vf load(const float *at) { return *(const vf_loose *)at; }
INLINE void store(float *at, vf x) { *(vf_loose *)at = x; }
INLINE vf splat(float x) { return (vf)(x); }
INLINE vf select(vi mask, vf yes, vf no) { return mask ? yes : no; }
INLINE vf bits_to_float(vi x) { return __builtin_bit_cast(vf, x); }
INLINE vi float_to_bits(vf x) { return __builtin_bit_cast(vi, x); }

/* a * b + c, rounded once where the hardware can. */
INLINE vf fma(vf a, vf b, vf c) {
#if defined(__wasm_relaxed_simd__)
  return __builtin_wasm_relaxed_madd_f32x4(a, b, c);
#elif defined(__FMA__) || defined(__aarch64__)
  return __builtin_elementwise_fma(a, b, c);
#else
  return a * b + c;
#endif
}

/*
 * Numbers so small that processors take a hundred times longer for them count as 0. Where there is a switch for that it
 * is on (float_mode.h); WebAssembly has none, so what decays for ever is cut off here.
 */
INLINE vf without_denormals(vf x) {
#ifdef __wasm__
  vi size = float_to_bits(x) & 0x7fffffff;
  return bits_to_float(float_to_bits(x) & (size >= 0x00800000));
#else
  return x;
#endif
}

/* max(x, low) and min(x, high); a NaN in x stays. */
#ifdef __wasm_simd128__
/* Just that, one instruction; from the comparison clang makes two where low is 0. */
INLINE vf at_least(vf x, vf low) { return __builtin_wasm_pmax_f32x4(x, low); }
INLINE vf at_most(vf x, vf high) { return __builtin_wasm_pmin_f32x4(x, high); }
#else
INLINE vf at_least(vf x, vf low) { return x < low ? low : x; }
INLINE vf at_most(vf x, vf high) { return high < x ? high : x; }
#endif
INLINE vf clip(vf x, float limit) { return at_most(at_least(x, splat(-limit)), splat(limit)); }

INLINE vf square_root(vf x) { return __builtin_elementwise_sqrt(x); }
INLINE vf inverse(vf x) { return splat(1.0f) / x; }
INLINE vf rsqrt(vf x) { return splat(1.0f) / square_root(x); }
INLINE float scalar_rsqrt(float x) { return 1.0f / __builtin_sqrtf(x); }

/*
 * Tails: the last vector of a row is loaded and stored whole, past the row's end; lanes outside the mask are
 * left as they were. Every array therefore lies in an arena with at least VL words behind its last element.
 */
INLINE vi tail_mask(long remaining) {
  vi lanes;
  UNROLL for (int i = 0; i < VL; i++) lanes[i] = i;
  return lanes < (vi)((int32_t)(remaining < VL ? remaining : VL));
}
INLINE void store_masked(float *at, vf x, vi mask) { store(at, select(mask, x, load(at))); }
INLINE vf keep(vf x, vi mask) { return select(mask, x, splat(0.0f)); }

/*
 * Stores the first `count` < VL lanes and touches nothing behind them: unlike store_masked no load, which would wait
 * for the stores before it where short rows overlap.
 */
INLINE void store_first(float *at, vf x, long count) {
#if VL == 16
  __builtin_ia32_storeups512_mask((void *)at, x, (uint16_t)((1u << count) - 1));
#else
  typedef float pair __attribute__((ext_vector_type(2), aligned(4), may_alias));
#if VL == 8
  typedef float half __attribute__((ext_vector_type(4), aligned(4), may_alias));
  if (count & 4) {
    *(half *)at = x.lo;
    at += 4, x.lo = x.hi;
  }
#endif
  if (count & 2) {
    *(pair *)at = x.xy;
    at += 2, x.xy = x.zw;
  }
  if (count & 1) *at = x.x;
#endif
}

/* Stores what is left of a row, `left` > 0 lanes or more, and touches nothing behind it. */
INLINE void store_rest(float *at, vf x, long left) {
  if (left >= VL)
    store(at, x);
  else
    store_first(at, x, left);
}

INLINE double sum_lanes(vf x) {
  double sum = 0;
  UNROLL for (int i = 0; i < VL; i++) sum += (double)x[i];
  return sum;
}

/*
 * Transposes a square of VL rows: squares of 4 within 128 bits first, then these change places.
 */
#if VL == 16
#define EACH_128(a, b, c, d) \
  a, b, c, d, a + 4, b + 4, c + 4, d + 4, a + 8, b + 8, c + 8, d + 8, a + 12, b + 12, c + 12, d + 12
#elif VL == 8
#define EACH_128(a, b, c, d) a, b, c, d, a + 4, b + 4, c + 4, d + 4
#else
#define EACH_128(a, b, c, d) a, b, c, d
#endif
INLINE void transpose(vf row[VL]) {
  UNROLL for (int i = 0; i < VL; i += 4) {
    vf *r = row + i;
    vf a = __builtin_shufflevector(r[0], r[1], EACH_128(0, VL, 1, VL + 1));
    vf b = __builtin_shufflevector(r[0], r[1], EACH_128(2, VL + 2, 3, VL + 3));
    vf c = __builtin_shufflevector(r[2], r[3], EACH_128(0, VL, 1, VL + 1));
    vf d = __builtin_shufflevector(r[2], r[3], EACH_128(2, VL + 2, 3, VL + 3));
    r[0] = __builtin_shufflevector(a, c, EACH_128(0, 1, VL, VL + 1));
    r[1] = __builtin_shufflevector(a, c, EACH_128(2, 3, VL + 2, VL + 3));
    r[2] = __builtin_shufflevector(b, d, EACH_128(0, 1, VL, VL + 1));
    r[3] = __builtin_shufflevector(b, d, EACH_128(2, 3, VL + 2, VL + 3));
  }
#if VL == 8
  UNROLL for (int i = 0; i < 4; i++) {
    vf a = row[i], b = row[i + 4];
    row[i] = __builtin_shufflevector(a, b, 0, 1, 2, 3, 8, 9, 10, 11);
    row[i + 4] = __builtin_shufflevector(a, b, 4, 5, 6, 7, 12, 13, 14, 15);
  }
#elif VL == 16
  UNROLL for (int i = 0; i < 4; i++) {
    vf *r = row + i;
    vf a = __builtin_shufflevector(r[0], r[4], 0, 1, 2, 3, 8, 9, 10, 11, 16, 17, 18, 19, 24, 25, 26, 27);
    vf b = __builtin_shufflevector(r[0], r[4], 4, 5, 6, 7, 12, 13, 14, 15, 20, 21, 22, 23, 28, 29, 30, 31);
    vf c = __builtin_shufflevector(r[8], r[12], 0, 1, 2, 3, 8, 9, 10, 11, 16, 17, 18, 19, 24, 25, 26, 27);
    vf d = __builtin_shufflevector(r[8], r[12], 4, 5, 6, 7, 12, 13, 14, 15, 20, 21, 22, 23, 28, 29, 30, 31);
    r[0] = __builtin_shufflevector(a, c, 0, 1, 2, 3, 8, 9, 10, 11, 16, 17, 18, 19, 24, 25, 26, 27);
    r[8] = __builtin_shufflevector(a, c, 4, 5, 6, 7, 12, 13, 14, 15, 20, 21, 22, 23, 28, 29, 30, 31);
    r[4] = __builtin_shufflevector(b, d, 0, 1, 2, 3, 8, 9, 10, 11, 16, 17, 18, 19, 24, 25, 26, 27);
    r[12] = __builtin_shufflevector(b, d, 4, 5, 6, 7, 12, 13, 14, 15, 20, 21, 22, 23, 28, 29, 30, 31);
  }
#endif
}

/* Sum of the lanes in pairs of halves, not in the order of the lanes. */
INLINE float sum_halves(vf x) {
  float lanes[VL];
  UNROLL for (int i = 0; i < VL; i++) lanes[i] = x[i];
  UNROLL for (int half = VL / 2; half > 0; half /= 2)
    UNROLL for (int i = 0; i < half; i++) lanes[i] += lanes[i + half];
  return lanes[0];
}

/* exp(r) for |r| <= ln 2 / 2: the minimax polynomial of Cephes. */
INLINE vf exponential_core(vf r) {
  vf p = fma(r, splat(1.9875691500e-4f), splat(1.3981999507e-3f));
  p = fma(p, r, splat(8.3334519073e-3f));
  p = fma(p, r, splat(4.1665795894e-2f));
  p = fma(p, r, splat(1.6666665459e-1f));
  p = fma(p, r, splat(5.0000001201e-1f));
  return fma(p, r * r, r + splat(1.0f));
}

/*
 * exp(x), at most 2 ulp; infinity above 88.73, 0 below -86.99. Cody and Waite's reduction x = n ln 2 + r with ln 2
 * in two parts.
 */
INLINE vf exponential(vf x) {
  vf bounded = at_most(at_least(x, splat(-87.5f)), splat(89.0f));
  vf n = __builtin_elementwise_floor(fma(bounded, splat(1.44269504f), splat(0.5f)));
  vf r = fma(n, splat(2.12194440e-4f), fma(n, splat(-0.693359375f), bounded));
  vf p = exponential_core(r);
  /* 2^(n-1), doubled by the sum, so that n = 128 still reaches infinity by overflow. */
  vi power = (__builtin_convertvector(n, vi) + 126) << 23;
  return (p + p) * bits_to_float(power);
}

/* The same bits, faster where all lanes are near 0: there n = 0 and r = x. */
INLINE vf exponential_near_zero(vf x) {
  vi near = bits_to_float(float_to_bits(x) & 0x7fffffff) <= splat(0.34f);
  if (__builtin_expect(__builtin_reduce_and(near) != 0, 1)) return exponential_core(x);
  return exponential(x);
}

/* 1 / (1 + exp(-x)), at most 4 ulp. */
INLINE vf sigmoid(vf x) { return inverse(splat(1.0f) + exponential(-x)); }

/* tanh(x), at most 3 ulp: an odd polynomial (Cephes) below 0.625, else 1 - 2 / (exp(2|x|) + 1). */
INLINE vf hyperbolic_tangent(vf x) {
  vf size = bits_to_float(float_to_bits(x) & 0x7fffffff);
  vf z = x * x;
  vf p = fma(z, splat(-5.70498872745e-3f), splat(2.06390887954e-2f));
  p = fma(p, z, splat(-5.37397155531e-2f));
  p = fma(p, z, splat(1.33314422036e-1f));
  p = fma(p, z, splat(-3.33332819422e-1f));
  vf small = fma(p * z, x, x);
  vf large = splat(1.0f) - splat(2.0f) / (exponential(size + size) + splat(1.0f));
  vf signedLarge = bits_to_float(float_to_bits(large) | (float_to_bits(x) & (int32_t)0x80000000));
  return select(size < splat(0.625f), small, signedLarge);
}

/* ln(x), at most 2 ulp for x >= 2^-126; smaller positive numbers count as 0 (-infinity); NaN below 0. */
INLINE vf logarithm(vf x) {
  vi bits = float_to_bits(x);
  /* Mantissa in [sqrt(1/2), sqrt(2)), exponent to match. */
  vi shifted = bits - 0x3f3504f3;
  vf e = __builtin_convertvector(shifted >> 23, vf);
  vf m = bits_to_float((shifted & 0x007fffff) + 0x3f3504f3) - splat(1.0f);
  vf z = m * m;
  vf p = fma(m, splat(7.0376836292e-2f), splat(-1.1514610310e-1f));
  p = fma(p, m, splat(1.1676998740e-1f));
  p = fma(p, m, splat(-1.2420140846e-1f));
  p = fma(p, m, splat(1.4249322787e-1f));
  p = fma(p, m, splat(-1.6668057665e-1f));
  p = fma(p, m, splat(2.0000714765e-1f));
  p = fma(p, m, splat(-2.4999993993e-1f));
  p = fma(p, m, splat(3.3333331174e-1f));
  vf y = fma(e, splat(-2.12194440e-4f), p * z * m);
  y = fma(z, splat(-0.5f), y);
  vf result = fma(e, splat(0.693359375f), m + y);
  result = select(x < splat(1.17549435e-38f), splat(-__builtin_inff()), result);
  result = select(x < splat(0.0f), splat(__builtin_nanf("")), result);
  /* Infinity and NaN answer themselves. */
  return select(x != x | x == splat(__builtin_inff()), x, result);
}

#endif
