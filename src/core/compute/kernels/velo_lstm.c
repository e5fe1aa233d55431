/* The LSTM's 30 inputs per tensor, and what its layers need besides matrix products. */
#include "velo.h"

enum { LSTM_INPUTS = 30, FRACTION_FEATURES = 9, LOSS_FEATURES = 9, RANK_FEATURES = 5 };

/* Points of the run, as a fraction of it, around which the LSTM sees its progress sharply. */
static const float FRACTIONS[FRACTION_FEATURES] = {0.03f, 0.1f, 0.2f, 0.4f, 0.6f, 0.8f, 0.9f, 1.0f, 1.1f};

INLINE double at_least_double(double x, double low) { return x < low ? low : x; }

/* 0.5 clip(ln(1e-8 + |10 x|), -5, 5) */
static float clip_log(double x) {
  float size = __builtin_fabsf(10.0f * (float)x);
  float log = logarithm(splat(1e-8f + size))[0];
  return 0.5f * clip(splat(log), 5.0f)[0];
}

/* args: out [n][stride], stride, n, sums [n], axes longer than 1 [n] (int), loss features [9], fraction done [1] */
static void velo_lstm_inputs(float *base, const int32_t *args) {
  float *row = base + args[0];
  const int32_t *axes = (const int32_t *)base + args[4];
  const float *lossFeatures = base + args[5];
  float fraction = base[args[6]], progress[FRACTION_FEATURES];
  for (int i = 0; i < FRACTION_FEATURES; i++)
    progress[i] = hyperbolic_tangent(splat(10.0f * (fraction - FRACTIONS[i])))[0];
  for (int32_t tensor = 0; tensor < args[2]; tensor++, row += args[1]) {
    const VeloSums *sums = (const VeloSums *)(base + args[3] + (long)tensor * VELO_SUMS_WORDS);
    float *out = row;
    for (int i = 0; i < FRACTION_FEATURES; i++) *out++ = progress[i];
    for (int i = 0; i < LOSS_FEATURES; i++) *out++ = lossFeatures[i];
    /* Everything is measured in units of the parameters' size, the second moment too. */
    double unit = 1 / __builtin_sqrt(at_least_double(sums->paramSquares / sums->count, 1e-9));
    *out++ = clip_log(unit * sums->mean[3]);
    for (int i = 0; i < RANK_FEATURES; i++) *out++ = axes[tensor] == i ? 1.0f : 0.0f;
    for (int k = 0; k < 3; k++) *out++ = clip_log(unit * unit * (sums->deviation[k] / sums->count));
    /* The reference centres the second moment by the mean of the momentum. */
    for (int k = 0; k < 3; k++) {
      double gap = sums->mean[3] - sums->mean[k];
      *out++ = clip_log(unit * unit * (sums->deviation[3] / sums->count + gap * gap));
    }
  }
}

/* The larger lane; a NaN in either wins. */
INLINE vf larger_lanes(vf a, vf b) { return select(b > a | b != b, b, a); }

/* inputs[i] += max over tensors of relu(mixed). args: inputs, stride, mixed, stride, n, H */
static void velo_add_context(float *base, const int32_t *args) {
  float *inputs = base + args[0];
  const float *mixed = base + args[2];
  long inputStride = args[1], mixedStride = args[3], count = args[4], units = args[5];
  for (long j = 0; j < units; j += VL) {
    vf context = splat(0.0f);
    for (long i = 0; i < count; i++) context = larger_lanes(context, load(mixed + i * mixedStride + j));
    for (long i = 0; i < count; i++) {
      float *at = inputs + i * inputStride + j;
      store_masked(at, load(at) + context, tail_mask(units - j));
    }
  }
}

/*
 * c' = sigmoid(f + 1) c + sigmoid(i) tanh(g), h' = sigmoid(o) tanh(c').
 * args: out cells [n][H], out hidden [n][H], gates [n][4 H] in the order i, g, f, o, row stride of gates,
 * cells [n][H] (may be the out cells), n, H
 */
static void velo_lstm_cell(float *base, const int32_t *args) {
  float *cellsOut = base + args[0], *hiddenOut = base + args[1];
  const float *gates = base + args[2], *cells = base + args[4];
  long stride = args[3], count = args[5], units = args[6];
  for (long i = 0; i < count; i++, gates += stride, cells += units, cellsOut += units, hiddenOut += units)
    for (long j = 0; j < units; j += VL) {
      vi mask = tail_mask(units - j);
      vf keepShare = sigmoid(load(gates + 2 * units + j) + splat(1.0f));
      vf update = sigmoid(load(gates + j)) * hyperbolic_tangent(load(gates + units + j));
      vf cell = fma(keepShare, load(cells + j), update);
      store_masked(cellsOut + j, cell, mask);
      store_masked(hiddenOut + j, sigmoid(load(gates + 3 * units + j)) * hyperbolic_tangent(cell), mask);
    }
}
