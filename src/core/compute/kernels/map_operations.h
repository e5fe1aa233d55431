/*
 * The operations of `map`, in the order of their codes; map_functions.h says what each of them does. They come first
 * in the table of kernels, so that the code of "map.add" is its place here.
 */
#ifndef MAP_OPERATIONS_H
#define MAP_OPERATIONS_H

#define MAP_OPERATIONS(X)                                                                              \
  X(copy) X(neg) X(abs) X(sign) X(floor) X(ceil) X(round) X(trunc)                                     \
  X(sqrt) X(rsqrt) X(reciprocal) X(square)                                                             \
  X(exp) X(expm1) X(log) X(log1p) X(sin) X(cos) X(tan) X(asin) X(acos) X(atan)                         \
  X(sinh) X(cosh) X(asinh) X(acosh) X(atanh) X(tanh) X(sigmoid) X(softplus) X(erf)                     \
  X(relu) X(relu6) X(elu) X(selu) X(isNan) X(isInf) X(isFinite) X(not)                                 \
  X(add) X(sub) X(mul) X(div) X(floorDiv) X(mod) X(pow) X(max) X(min) X(squaredDifference) X(atan2)    \
  X(equal) X(notEqual) X(greater) X(greaterEqual) X(less) X(lessEqual) X(and) X(or)                    \
  X(prelu) X(eluGrad) X(leakyRelu) X(step)                                                             \
  X(select) X(fma) X(clip)

#endif
