/*
 * Elementary functions of vectors beyond those of simd.h. The bounds are distances from the exact value in units of the
 * last place, measured over sweeps with and without fused multiply-adds (test/unit/core/compute/elementary.test.ts).
 * Special values are those of JavaScript's Math; numbers below 2^-126 may count as 0. Polynomials are Cephes' where
 * nothing else is said.
 */
#ifndef VELO_ELEMENTARY_H
#define VELO_ELEMENTARY_H

#include "simd.h"

typedef double vd __attribute__((ext_vector_type(VL)));
typedef int64_t vl __attribute__((ext_vector_type(VL)));

INLINE vd widen(vf x) { return __builtin_convertvector(x, vd); }
INLINE vf narrow(vd x) { return __builtin_convertvector(x, vf); }

static const float INFINITE = __builtin_inff();

INLINE vf magnitude(vf x) { return bits_to_float(float_to_bits(x) & 0x7fffffff); }
INLINE vi sign_bit(vf x) { return float_to_bits(x) & (int32_t)0x80000000; }
/* x with its sign turned around where `sign` has the highest bit. */
INLINE vf flip_sign(vf x, vi sign) { return bits_to_float(float_to_bits(x) ^ sign); }
/* 1 where the mask is set, else 0. */
INLINE vf truth(vi mask) { return bits_to_float(mask & 0x3f800000); }
/* 2^n for -126 <= n <= 127. */
INLINE vf power_of_two(vi n) { return bits_to_float((n + 127) << 23); }

/* max and min that answer NaN when either is NaN. */
INLINE vf vector_max(vf a, vf b) {
#ifdef __wasm_simd128__
  return __builtin_wasm_max_f32x4(a, b);
#else
  return select(a != a, a, a > b ? a : b);
#endif
}
INLINE vf vector_min(vf a, vf b) {
#ifdef __wasm_simd128__
  return __builtin_wasm_min_f32x4(a, b);
#else
  return select(a != a, a, a < b ? a : b);
#endif
}

/* exp(r) - 1 - r for |r| <= ln 2 / 2, and the reduction x = n ln 2 + r, as in `exponential`. */
INLINE vf exponential_rest(vf r) {
  vf p = fma(r, splat(1.9875691500e-4f), splat(1.3981999507e-3f));
  p = fma(p, r, splat(8.3334519073e-3f));
  p = fma(p, r, splat(4.1665795894e-2f));
  p = fma(p, r, splat(1.6666665459e-1f));
  return fma(p, r, splat(5.0000001201e-1f)) * (r * r);
}
INLINE vf reduce_exponent(vf x, vi *n) {
  vf whole = __builtin_elementwise_floor(fma(x, splat(1.44269504f), splat(0.5f)));
  *n = __builtin_convertvector(whole, vi);
  return fma(whole, splat(2.12194440e-4f), fma(whole, splat(-0.693359375f), x));
}

/* exp(x) - 1, at most 2 ulp. */
INLINE vf exponential_minus_one(vf x) {
  vi n;
  vf r = reduce_exponent(at_most(at_least(x, splat(-25.0f)), splat(89.0f)), &n);
  vf p = r + exponential_rest(r);
  /* Half of it, doubled at the end, so that n = 128 is reached. */
  vf half = power_of_two(n - 1);
  vf result = fma(p, half, half - splat(0.5f));
  return result + result;
}

/* exp(x) / 2 for x >= 0, without overflow as long as the result is finite. */
INLINE vf half_exponential(vf x) {
  vi n;
  vf r = reduce_exponent(at_most(x, splat(90.0f)), &n);
  vf p = splat(1.0f) + (r + exponential_rest(r));
  return (p + p) * power_of_two(n - 2);
}

/* ln((1 + m) 2^e) for 1 + m in [sqrt(1/2), sqrt(2)), the core of `logarithm`. */
INLINE vf logarithm_core(vf m, vf e) {
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
  return fma(e, splat(0.693359375f), m + y);
}

/* ln((1 + x) 2^doublings): what 1 + x loses by rounding is added to the mantissa. */
INLINE vf logarithm_plus_one(vf x, vf doublings) {
  vf u = splat(1.0f) + x;
  vf lost = select(x < splat(1.0f), x - (u - splat(1.0f)), splat(1.0f) - (u - x));
  vi shifted = float_to_bits(u) - 0x3f3504f3;
  vi e = shifted >> 23;
  vf m = bits_to_float((shifted & 0x007fffff) + 0x3f3504f3) - splat(1.0f);
  m = fma(lost, power_of_two(e > 127 ? (vi)(-127) : -e), m);
  vf result = logarithm_core(m, __builtin_convertvector(e, vf) + doublings);
  result = select(u == splat(0.0f), splat(-INFINITE), result);
  result = select(u < splat(0.0f), splat(__builtin_nanf("")), result);
  return select((x != x) | (x == splat(INFINITE)), x, result);
}

/* ln(1 + x), at most 2 ulp. */
INLINE vf log1p_of(vf x) { return logarithm_plus_one(x, splat(0.0f)); }

/* ln(1 + exp(x)), at most 2 ulp. */
INLINE vf softplus(vf x) { return at_least(x, splat(0.0f)) + log1p_of(exponential(-magnitude(x))); }

/*
 * x = quadrant * pi / 2 + r with |r| <= pi / 4, in double: pi / 2 is the sum of 33 and 53 bits, so r has all its bits for
 * |x| < 1e6 and is off by at most 1e-7 for |x| < 1e9; what it is beyond that means nothing but stays in range.
 */
INLINE vf reduce_quarter(vf x, vi *quadrant) {
  vd wide = widen(x);
  /* Adding 1.5 * 2^52 rounds to an integer, which then stands in the low bits. */
  vd shifted = wide * (vd)(0.63661977236758134308) + (vd)(0x1.8p52);
  vd n = shifted - (vd)(0x1.8p52);
  vd r = wide - n * (vd)(1.5707963267341256142);
  r = r - n * (vd)(6.0771005065061926015e-11);
  *quadrant = __builtin_convertvector(__builtin_bit_cast(vl, shifted), vi);
  return clip(narrow(r), 0.78539819f);
}
INLINE vf sine_core(vf r) {
  vf z = r * r;
  vf p = fma(z, splat(-1.9515295891e-4f), splat(8.3321608736e-3f));
  return fma(fma(p, z, splat(-1.6666654611e-1f)) * z, r, r);
}
INLINE vf cosine_core(vf r) {
  vf z = r * r;
  vf p = fma(z, splat(2.443315711809948e-5f), splat(-1.388731625493765e-3f));
  p = fma(p, z, splat(4.166664568298827e-2f)) * z;
  return fma(p - splat(0.5f), z, splat(1.0f));
}
INLINE vf sine_of_quadrant(vf r, vi quadrant) {
  vf value = select((quadrant & 1) != 0, cosine_core(r), sine_core(r));
  return flip_sign(value, (quadrant & 2) << 30);
}

/* sin(x) and cos(x), at most 2 ulp for |x| < 1e6 and 1e-7 off for |x| < 1e9; beyond that some number in [-1, 1]. */
INLINE vf sine(vf x) {
  vi quadrant;
  vf r = reduce_quarter(x, &quadrant);
  return sine_of_quadrant(r, quadrant);
}
INLINE vf cosine(vf x) {
  vi quadrant;
  vf r = reduce_quarter(x, &quadrant);
  return sine_of_quadrant(r, quadrant + 1);
}

/* tan(x), at most 3 ulp for |x| < 1e6. */
INLINE vf tangent(vf x) {
  vi quadrant;
  vf r = reduce_quarter(x, &quadrant);
  vf z = r * r;
  vf p = fma(z, splat(9.38540185543e-3f), splat(3.11992232697e-3f));
  p = fma(p, z, splat(2.44301354525e-2f));
  p = fma(p, z, splat(5.34112807005e-2f));
  p = fma(p, z, splat(1.33387994085e-1f));
  p = fma(p, z, splat(3.33331568548e-1f));
  vf y = fma(p * z, r, r);
  return select((quadrant & 1) != 0, splat(-1.0f) / y, y);
}

/* asin(x) - x for 0 <= x <= 1/2, z = x^2. */
INLINE vf arc_sine_rest(vf x, vf z) {
  vf p = fma(z, splat(4.2163199048e-2f), splat(2.4181311049e-2f));
  p = fma(p, z, splat(4.5470025998e-2f));
  p = fma(p, z, splat(7.4953002686e-2f));
  return fma(p, z, splat(1.6666752422e-1f)) * z * x;
}
/* pi / 2 = this float and a rest. */
#define HALF_PI splat(1.57079637f)
#define HALF_PI_REST splat(-4.37113883e-8f)

/* asin(x), at most 2 ulp; above 1/2 it is pi / 2 - 2 asin(sqrt((1 - x) / 2)). */
INLINE vf arc_sine(vf x) {
  vf size = magnitude(x);
  vi outer = size > splat(0.5f);
  vf z = select(outer, splat(0.5f) * (splat(1.0f) - size), size * size);
  vf s = select(outer, square_root(z), size);
  vf rest = arc_sine_rest(s, z);
  vf large = HALF_PI - ((s + s) + ((rest + rest) - HALF_PI_REST));
  return flip_sign(select(outer, large, s + rest), sign_bit(x));
}

/* acos(x), at most 2 ulp. */
INLINE vf arc_cosine(vf x) {
  vf size = magnitude(x);
  vi outer = size > splat(0.5f);
  vf z = select(outer, splat(0.5f) * (splat(1.0f) - size), size * size);
  vf s = select(outer, square_root(z), size);
  vf rest = arc_sine_rest(s, z);
  vf near = splat(2.0f) * (s + rest);
  vf far = splat(2.0f) * (HALF_PI - (s + (rest - HALF_PI_REST)));
  vf sign = select(x < splat(0.0f), splat(-1.0f), splat(1.0f));
  vf middle = HALF_PI - sign * (s + (rest - sign * HALF_PI_REST));
  return select(outer, select(x < splat(0.0f), far, near), middle);
}

/* atan(numerator / denominator) for 0 <= numerator, denominator, not both 0 or infinite. */
INLINE vf arc_tangent_of_ratio(vf numerator, vf denominator) {
  vi high = numerator > splat(2.41421356f) * denominator;
  vi middle = numerator > splat(0.41421356f) * denominator;
  vf above = select(high, -denominator, select(middle, numerator - denominator, numerator));
  vf below = select(high, numerator, select(middle, numerator + denominator, denominator));
  vf base = select(high, HALF_PI, select(middle, splat(0.785398185f), splat(0.0f)));
  vf rest = select(high, HALF_PI_REST, select(middle, splat(-2.18556941e-8f), splat(0.0f)));
  vf x = above / below;
  vf z = x * x;
  vf p = fma(z, splat(8.05374449538e-2f), splat(-1.38776856032e-1f));
  p = fma(p, z, splat(1.99777106478e-1f));
  p = fma(p, z, splat(-3.33329491539e-1f));
  return base + (fma(p * z, x, x) + rest);
}

/* atan(x), at most 2 ulp. */
INLINE vf arc_tangent(vf x) {
  return flip_sign(arc_tangent_of_ratio(magnitude(x), splat(1.0f)), sign_bit(x));
}

/* The angle of (x, y), at most 4 ulp. */
INLINE vf arc_tangent_2(vf y, vf x) {
  vf height = magnitude(y), width = magnitude(x);
  vi steep = height > width;
  vf small = select(steep, width, height), large = select(steep, height, width);
  /* Both infinite or both 0: 45 degrees and 0 degrees. */
  vf one = splat(1.0f);
  vi infinite = small == splat(INFINITE), zero = large == splat(0.0f);
  vf angle = arc_tangent_of_ratio(select(infinite, one, small), select(infinite | zero, one, large));
  angle = select(steep, HALF_PI - (angle - HALF_PI_REST), angle);
  vi left = sign_bit(x) != 0;
  angle = select(left, splat(2.0f) * HALF_PI - (angle - splat(2.0f) * HALF_PI_REST), angle);
  angle = flip_sign(angle, sign_bit(y));
  return select((x != x) | (y != y), x + y, angle);
}

/* sinh(x), at most 2 ulp: an odd polynomial below 1, else h - 1 / (4 h) with h = exp(|x|) / 2. */
INLINE vf hyperbolic_sine(vf x) {
  vf size = magnitude(x);
  vf z = x * x;
  vf p = fma(z, splat(2.03721912945e-4f), splat(8.33028376239e-3f));
  p = fma(p, z, splat(1.66667160211e-1f));
  vf h = half_exponential(size);
  vf large = flip_sign(h - splat(0.25f) / h, sign_bit(x));
  return select(size < splat(1.0f), fma(p * z, x, x), large);
}

/* cosh(x), at most 2 ulp. */
INLINE vf hyperbolic_cosine(vf x) {
  vf h = half_exponential(magnitude(x));
  return h + splat(0.25f) / h;
}

/* asinh(x), at most 2 ulp: ln(1 + x + x^2 / (1 + sqrt(x^2 + 1))), and ln(2 x) where x^2 hides the 1. */
INLINE vf area_sine(vf x) {
  vf size = magnitude(x), one = splat(1.0f);
  vf square = size * size;
  vi huge = size > splat(1e8f);
  vf inner = size + square / (one + square_root(square + one));
  vf result = logarithm_plus_one(select(huge, size, inner), truth(huge));
  return flip_sign(result, sign_bit(x));
}

/* acosh(x), at most 2 ulp: ln(1 + t + sqrt(t (t + 2))) with t = x - 1. */
INLINE vf area_cosine(vf x) {
  vf t = x - splat(1.0f);
  vi huge = x > splat(1e8f);
  vf inner = t + square_root(t * (t + splat(2.0f)));
  vf result = logarithm_plus_one(select(huge, x, inner), truth(huge));
  return select(x < splat(1.0f), splat(__builtin_nanf("")), result);
}

/* atanh(x), at most 2 ulp: ln(1 + 2 |x| / (1 - |x|)) / 2. */
INLINE vf area_tangent(vf x) {
  vf size = magnitude(x);
  vf result = splat(0.5f) * log1p_of((size + size) / (splat(1.0f) - size));
  return flip_sign(result, sign_bit(x));
}

/*
 * erf(x), at most 2 ulp: x times a polynomial in x^2 below 0.92, else 1 - exp(q(|x|)). Both are Chebyshev fits of our own.
 * tfjs-cpu has a formula that is off by up to 1.5e-7.
 */
INLINE vf error_function(vf x) {
  vf size = magnitude(x), z = x * x;
  vf p = fma(z, splat(8.3361195e-5f), splat(-8.135043172e-4f));
  p = fma(p, z, splat(5.200398187e-3f));
  p = fma(p, z, splat(-2.685916345e-2f));
  p = fma(p, z, splat(1.128369174e-1f));
  p = fma(p, z, splat(-3.761263353e-1f));
  p = fma(p, z, splat(1.283791666e-1f));
  vf small = fma(p, x, x);
  vf t = at_most(size, splat(4.0f));
  vf q = fma(t, splat(1.643569654e-6f), splat(-4.617791279e-5f));
  q = fma(q, t, splat(5.97743472e-4f));
  q = fma(q, t, splat(-4.763575249e-3f));
  q = fma(q, t, splat(2.64310176e-2f));
  q = fma(q, t, splat(-1.100944808e-1f));
  q = fma(q, t, splat(-6.318145167e-1f));
  q = fma(q, t, splat(-1.130237616f));
  q = fma(q, t, splat(3.204415313e-4f));
  vf large = flip_sign(splat(1.0f) - exponential(q), sign_bit(x));
  return select(size < splat(0.92f), small, large);
}

/* log2(x) in double for a float > 0: 2 atanh((m - 1) / (m + 1)) / ln 2 with a fit of our own, off by less than 1e-15. */
INLINE vd wide_log2(vf x) {
  vi shifted = float_to_bits(x) - 0x3f3504f3;
  vd m = widen(bits_to_float((shifted & 0x007fffff) + 0x3f3504f3));
  vd s = (m - (vd)(1.0)) / (m + (vd)(1.0));
  vd z = s * s;
  vd p = z * (vd)(0.2108792758412948316) + (vd)(0.2211893009184928185);
  p = p * z + (vd)(0.2623236603517151034);
  p = p * z + (vd)(0.320598737734060832);
  p = p * z + (vd)(0.4121985838998151183);
  p = p * z + (vd)(0.5770780163541316887);
  p = p * z + (vd)(0.9617966939259760419);
  p = p * z + (vd)(2.8853900817779268147);
  return p * s + __builtin_convertvector(shifted >> 23, vd);
}
/* 2^x for |x| <= 200. */
INLINE vd wide_exp2(vd x) {
  vd shifted = x + (vd)(0x1.8p52);
  vd r = x - (shifted - (vd)(0x1.8p52));
  vd p = r * (vd)(7.0725859492692237e-9) + (vd)(1.020869029995830583e-7);
  p = p * r + (vd)(1.321544258792168965e-6);
  p = p * r + (vd)(1.525265726020083706e-5);
  p = p * r + (vd)(1.540353044173605015e-4);
  p = p * r + (vd)(1.33335582301649739e-3);
  p = p * r + (vd)(9.618129107606888527e-3);
  p = p * r + (vd)(5.550410866444771917e-2);
  p = p * r + (vd)(2.402265069591009822e-1);
  p = p * r + (vd)(6.931471805599499829e-1);
  p = p * r + (vd)(1.0);
  /* The integer in the low bits of `shifted`, moved to the exponent. */
  return __builtin_bit_cast(vd, __builtin_bit_cast(vl, p) + (__builtin_bit_cast(vl, shifted) << 52));
}

/* Math.pow(x, y), at most 1 ulp. */
INLINE vf power(vf x, vf y) {
  vf size = magnitude(x);
  vd exponent = wide_log2(size);
  vl none = __builtin_convertvector(size < splat(1.17549435e-38f), vl);
  vl infinite = __builtin_convertvector(size == splat(INFINITE), vl);
  exponent = none ? (vd)(-__builtin_inf()) : infinite ? (vd)(__builtin_inf()) : exponent;
  exponent = exponent * widen(y);
  exponent = exponent < (vd)(-200.0) ? (vd)(-200.0) : exponent > (vd)(200.0) ? (vd)(200.0) : exponent;
  vf result = narrow(wide_exp2(exponent));
  vi whole = y == __builtin_elementwise_floor(y);
  vf half = y * splat(0.5f);
  vi odd = whole & (half != __builtin_elementwise_floor(half));
  result = flip_sign(result, sign_bit(x) & odd);
  vi undefined = (x < splat(0.0f)) & (x != splat(-INFINITE)) & ~whole;
  undefined |= (size == splat(1.0f)) & (magnitude(y) == splat(INFINITE));
  result = select(undefined, splat(__builtin_nanf("")), result);
  result = select((x != x) | (y != y), x + y, result);
  return select(y == splat(0.0f), splat(1.0f), result);
}

/* a % b of JavaScript, exact. `scale` keeps each quotient below 2^29, so that its product with b is exact in double. */
static double remainder_of(double a, double b) {
  double r = __builtin_fabs(a), size = __builtin_fabs(b);
  if (!(size > 0) || !(r < __builtin_inf())) return __builtin_nan("");
  if (size == __builtin_inf()) return a;
  while (r >= size) {
    int64_t excess = (__builtin_bit_cast(int64_t, r) >> 52) - (__builtin_bit_cast(int64_t, size) >> 52) - 28;
    double scale = size;
    if (excess > 0) scale = __builtin_bit_cast(double, __builtin_bit_cast(int64_t, size) + (excess << 52));
    r -= __builtin_trunc(r / scale) * scale;
    /* The quotient had been rounded up. */
    if (r < 0) r += scale;
  }
  return a < 0 ? -r : r;
}
static double floored_remainder(double a, double b) {
  double r = remainder_of(a, b);
  int same = (a < 0 && b < 0) || (a >= 0 && b >= 0);
  return same ? r : remainder_of(r + b, b);
}
/* tfjs's mod: the remainder with b's sign, exact up to the rounding of r + b. */
INLINE vf modulo(vf a, vf b) {
  vf result;
  for (int i = 0; i < VL; i++) result[i] = (float)floored_remainder((double)a[i], (double)b[i]);
  return result;
}
/* floor(a / b) of the exact quotient. */
INLINE vf floor_divide(vf a, vf b) { return narrow(__builtin_elementwise_floor(widen(a) / widen(b))); }

/* Of JavaScript's elu: exp(x) - 1 below 0. */
INLINE vf exponential_linear(vf x) { return select(x >= splat(0.0f), x, exponential_minus_one(x)); }

#endif
