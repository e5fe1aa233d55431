/*
 * What each operation of `map` does: one function per operation over `count` floats, a whole number of vectors. Any
 * operand may be the destination. The semantics are those of tfjs-cpu, but that numbers stay floats.
 */
#include "elementary.h"
#include "map_operations.h"

typedef void MapFunction(float *out, const float *a, const float *b, const float *c, long count);

#define MAP_LOOP(name, expression)                                                                        \
  static void map_##name(float *out, const float *a, const float *b, const float *c, long count) {        \
    (void)b, (void)c;                                                                                     \
    for (long i = 0; i < count; i += VL) store(out + i, expression);                                      \
  }
/* The same where the loop itself costs as much as what it does. */
#define MAP_LIGHT(name, expression)                                                                       \
  static void map_##name(float *out, const float *a, const float *b, const float *c, long count) {        \
    (void)b, (void)c;                                                                                     \
    _Pragma("clang loop unroll_count(4)") for (long i = 0; i < count; i += VL) store(out + i, expression); \
  }
#define X load(a + i)
#define Y load(b + i)
#define Z load(c + i)

INLINE vf zeros(void) { return splat(0.0f); }
INLINE vf sign_of(vf x) { return truth(x > zeros()) - truth(x < zeros()); }
INLINE vf scaled_exponential_linear(vf x) {
  return select(x >= zeros(), splat(1.05070098f) * x, splat(1.75809934f) * exponential_minus_one(x));
}
INLINE vf squared(vf x) { return x * x; }
INLINE vf leaky(vf x, vf slope) { return select(x < zeros(), slope * x, x); }
INLINE vf elu_gradient(vf dy, vf y) { return select(y >= zeros(), dy, dy * (y + splat(1.0f))); }
INLINE vf step_or(vf x, vf below) { return select(x > zeros(), splat(1.0f), select(x != x, x, below)); }
INLINE vf clip_between(vf x, vf low, vf high) { return select(x > high, high, select(x < low, low, x)); }
INLINE vf round_half_even(vf x) { return __builtin_elementwise_rint(x); }

MAP_LIGHT(copy, X)
MAP_LIGHT(neg, -X)
MAP_LIGHT(abs, magnitude(X))
MAP_LIGHT(sign, sign_of(X))
MAP_LIGHT(floor, __builtin_elementwise_floor(X))
MAP_LIGHT(ceil, __builtin_elementwise_ceil(X))
MAP_LIGHT(round, round_half_even(X))
MAP_LIGHT(trunc, __builtin_elementwise_trunc(X))
MAP_LIGHT(sqrt, square_root(X))
MAP_LIGHT(rsqrt, rsqrt(X))
MAP_LIGHT(reciprocal, inverse(X))
MAP_LIGHT(square, squared(X))
MAP_LOOP(exp, exponential(X))
MAP_LOOP(expm1, exponential_minus_one(X))
MAP_LOOP(log, logarithm(X))
MAP_LOOP(log1p, log1p_of(X))
MAP_LOOP(sin, sine(X))
MAP_LOOP(cos, cosine(X))
MAP_LOOP(tan, tangent(X))
MAP_LOOP(asin, arc_sine(X))
MAP_LOOP(acos, arc_cosine(X))
MAP_LOOP(atan, arc_tangent(X))
MAP_LOOP(sinh, hyperbolic_sine(X))
MAP_LOOP(cosh, hyperbolic_cosine(X))
MAP_LOOP(asinh, area_sine(X))
MAP_LOOP(acosh, area_cosine(X))
MAP_LOOP(atanh, area_tangent(X))
MAP_LOOP(tanh, hyperbolic_tangent(X))
MAP_LOOP(sigmoid, sigmoid(X))
MAP_LOOP(softplus, softplus(X))
MAP_LOOP(erf, error_function(X))
MAP_LIGHT(relu, at_least(X, zeros()))
MAP_LIGHT(relu6, at_most(at_least(X, zeros()), splat(6.0f)))
MAP_LOOP(elu, exponential_linear(X))
MAP_LOOP(selu, scaled_exponential_linear(X))
MAP_LIGHT(isNan, truth(X != X))
MAP_LIGHT(isInf, truth(magnitude(X) == splat(INFINITE)))
MAP_LIGHT(isFinite, truth(magnitude(X) < splat(INFINITE)))
MAP_LIGHT(not, truth(X == zeros() | X != X))
MAP_LIGHT(add, X + Y)
MAP_LIGHT(sub, X - Y)
MAP_LIGHT(mul, X *Y)
MAP_LIGHT(div, X / Y)
MAP_LOOP(floorDiv, floor_divide(X, Y))
MAP_LOOP(mod, modulo(X, Y))
MAP_LOOP(pow, power(X, Y))
MAP_LIGHT(max, vector_max(X, Y))
MAP_LIGHT(min, vector_min(X, Y))
MAP_LIGHT(squaredDifference, squared(X - Y))
MAP_LOOP(atan2, arc_tangent_2(X, Y))
MAP_LIGHT(equal, truth(X == Y))
MAP_LIGHT(notEqual, truth(X != Y))
MAP_LIGHT(greater, truth(X > Y))
MAP_LIGHT(greaterEqual, truth(X >= Y))
MAP_LIGHT(less, truth(X < Y))
MAP_LIGHT(lessEqual, truth(X <= Y))
MAP_LIGHT(and, truth((X != zeros()) & (Y != zeros())))
MAP_LIGHT(or, truth((X != zeros()) | (Y != zeros())))
MAP_LIGHT(prelu, leaky(X, Y))
MAP_LIGHT(eluGrad, elu_gradient(X, Y))
MAP_LIGHT(leakyRelu, leaky(X, Y))
MAP_LIGHT(step, step_or(X, Y))
MAP_LIGHT(select, select(X != zeros(), Y, Z))
MAP_LIGHT(fma, fma(X, Y, Z))
MAP_LIGHT(clip, clip_between(X, Y, Z))

#undef X
#undef Y
#undef Z

static MapFunction *const map_functions[] = {
#define MAP_FUNCTION(name) map_##name,
    MAP_OPERATIONS(MAP_FUNCTION)
#undef MAP_FUNCTION
};
