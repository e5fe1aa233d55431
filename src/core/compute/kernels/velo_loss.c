/*
 * The loss buffer and its nine features, in float32 step by step: for long runs the decays are a few ulps from 1
 * and any other rounding gives other features.
 */
#include "velo.h"

enum { LOSS_MEANS = 10 };

/* Of two numbers; a NaN in either wins. */
INLINE float larger(float a, float b) { return a != a || a > b ? a : b; }
INLINE float smaller(float a, float b) { return a != a || a < b ? a : b; }

INLINE float push_limit(const float *means, const float *corrections) {
  float largest = means[0] / corrections[0];
  for (int i = 1; i < LOSS_MEANS; i++) largest = larger(largest, means[i] / corrections[i]);
  return 2.0f * __builtin_fabsf(largest);
}

/* args: out features [9], means [10], running minima [10], decays [10], bias corrections [10], loss [1], step [1] (int) */
static void velo_loss_features(float *base, const int32_t *args) {
  float *features = base + args[0], *means = base + args[1], *minima = base + args[2];
  const float *decays = base + args[3], *corrections = base + args[4];
  float loss = base[args[5]];
  int32_t step = ((const int32_t *)base)[args[6]];
  if (step > 0) loss = smaller(push_limit(means, corrections), loss);
  else loss = smaller(2.0f * __builtin_fabsf(loss), loss);
  float unbiased[LOSS_MEANS];
  for (int i = 0; i < LOSS_MEANS; i++) {
    float kept = means[i] * decays[i], added = loss * (1.0f - decays[i]);
    means[i] = kept + added;
    unbiased[i] = means[i] / corrections[i];
    minima[i] = smaller(minima[i], unbiased[i]);
  }
  /* A factor and not a branch: a NaN loss shows at once. */
  float awake = step > 1 ? 1.0f : 0.0f;
  for (int i = 0; i < LOSS_MEANS - 1; i++) {
    float ratio = (unbiased[i] - minima[i]) / larger(1e-8f, unbiased[i + 1] - minima[i]) - 1.0f;
    features[i] = smaller(larger(ratio, -1.0f), 1.0f) * awake;
  }
}
