/*
 * Second pass over a tensor: the factors of its rows and columns out of the new averages, and the sums of squares
 * of the features that depend on them, from which the third pass takes each feature's root mean square.
 */
#include "velo.h"

/* Lane sums of one row, then of a block of rows. */
typedef struct {
  vf momentum[3], scaledMomentum[3], scale, scaledGrad;
  vf factoredGrad[3], factoredMomentum[3];
} FeatureSums;

enum { FLUSH_ROWS = 64, STRETCH = 2048 };

/* safe(x)^2 = 1 / max(x, 1e-9) */
INLINE vf safe_square(vf x) { return inverse(at_least(x, splat(1e-9f))); }

static double mean_of(const float *x, long count) {
  double sum = 0;
  for (long i = 0; i < count; i += VL) sum += sum_lanes(keep(load(x + i), tail_mask(count - i)));
  return sum / (double)count;
}

/*
 * Factors safe(x / (mean + 1e-9)), or safe(x) for the side that isn't normalised, and their squares, for `groups`
 * runs of `length` averages; adds up x^2 and 1 / (x + 1e-8).
 */
static void side_factors(const float *means, float *work, long stride, long groups, long length, int normalised,
                         double squares[3], double inverses[3]) {
  for (int k = 0; k < 3; k++)
    for (long group = 0; group < groups; group++) {
      const float *x = means + k * stride + group * length;
      float *factor = work + (FACTOR + k) * stride + group * length;
      float *square = work + (SQUARE + k) * stride + group * length;
      float unit = normalised ? (float)mean_of(x, length) + 1e-9f : 1.0f;
      for (long i = 0; i < length; i += VL) {
        vi mask = tail_mask(length - i);
        vf value = load(x + i), squared = safe_square(value / splat(unit));
        store_masked(square + i, squared, mask);
        store_masked(factor + i, square_root(squared), mask);
        squares[k] += sum_lanes(keep(value * value, mask));
        inverses[k] += sum_lanes(keep(inverse(value + splat(1e-8f)), mask));
      }
    }
}

/* A vector's factors: for the gradient safe(d + 1e-9), for the momenta d^-1/2 with nothing added. */
static void diagonal_factors(const float *means, float *work, long stride, long length, double squares[3],
                             double inverses[3]) {
  for (int k = 0; k < 3; k++)
    for (long i = 0; i < length; i += VL) {
      vi mask = tail_mask(length - i);
      float *out = work + k * stride + i;
      vf d = load(means + k * stride + i), squared = safe_square(d + splat(1e-9f));
      store_masked(out + SQUARE * stride, squared, mask);
      store_masked(out + FACTOR * stride, square_root(squared), mask);
      store_masked(out + MOMENTUM_SQUARE * stride, inverse(d), mask);
      store_masked(out + MOMENTUM_FACTOR * stride, rsqrt(d), mask);
      squares[k] += sum_lanes(keep(d * d, mask));
      inverses[k] += sum_lanes(keep(inverse(d + splat(1e-8f)), mask));
    }
}

typedef struct {
  const float *grads, *secondMoment, *momentum[3];
  /* Squared column factors for gradient and momenta. */
  const float *gradSquare[3], *momentumSquare[3];
} FeatureStreams;

INLINE void feature_vector(const FeatureStreams *s, long i, long c, FeatureSums *row, vi mask, int whole, int diagonal) {
#define LIVE(x) (whole ? (x) : keep(x, mask))
  vf g = load(s->grads + i), g2 = LIVE(g * g);
  vf scale2 = LIVE(inverse(load(s->secondMoment + i) + splat(1e-6f)));
  row->scale += scale2;
  row->scaledGrad = fma(g2, scale2, row->scaledGrad);
  UNROLL for (int k = 0; k < 3; k++) {
    vf m = load(s->momentum[k] + i), m2 = LIVE(m * m);
    vf factor2 = LIVE(load(s->gradSquare[k] + c));
    row->momentum[k] += m2;
    row->scaledMomentum[k] = fma(m2, scale2, row->scaledMomentum[k]);
    row->factoredGrad[k] = fma(g2, factor2, row->factoredGrad[k]);
    if (diagonal) factor2 = LIVE(load(s->momentumSquare[k] + c));
    row->factoredMomentum[k] = fma(m2, factor2, row->factoredMomentum[k]);
  }
#undef LIVE
}

INLINE void add_row(FeatureSums *block, const FeatureSums *row, const float rowSquare[3]) {
  block->scale += row->scale;
  block->scaledGrad += row->scaledGrad;
  UNROLL for (int k = 0; k < 3; k++) {
    block->momentum[k] += row->momentum[k];
    block->scaledMomentum[k] += row->scaledMomentum[k];
    block->factoredGrad[k] = fma(row->factoredGrad[k], splat(rowSquare[k]), block->factoredGrad[k]);
    block->factoredMomentum[k] = fma(row->factoredMomentum[k], splat(rowSquare[k]), block->factoredMomentum[k]);
  }
}

static void flush(VeloSums *all, FeatureSums *block) {
  all->scale += sum_lanes(block->scale);
  all->scaledGrad += sum_lanes(block->scaledGrad);
  for (int k = 0; k < 3; k++) {
    all->momentum[k] += sum_lanes(block->momentum[k]);
    all->scaledMomentum[k] += sum_lanes(block->scaledMomentum[k]);
    all->factoredGrad[k] += sum_lanes(block->factoredGrad[k]);
    all->factoredMomentum[k] += sum_lanes(block->factoredMomentum[k]);
  }
  *block = (FeatureSums){0};
}

/* Columns [from, to) of the row that starts at element i. */
INLINE void feature_stretch(const FeatureStreams *s, long i, long from, long to, FeatureSums *row, int diagonal) {
  long c = from;
  for (; c + VL <= to; c += VL) feature_vector(s, i + c, c, row, (vi)(0), 1, diagonal);
  if (c < to) feature_vector(s, i + c, c, row, tail_mask(to - c), 0, diagonal);
}

INLINE void feature_rows(const FeatureStreams *s, const VeloTensor *t, const float *rowSquares, VeloSums *all,
                         int diagonal) {
  FeatureSums block = {0};
  long i = 0, pending = 0;
  for (long r = 0; r < t->rows; r++, i += t->cols) {
    float rowSquare[3] = {1.0f, 1.0f, 1.0f};
    if (!diagonal) UNROLL for (int k = 0; k < 3; k++) rowSquare[k] = rowSquares[k * (long)t->rowStride + r];
    for (long c = 0; c < t->cols; c += STRETCH) {
      FeatureSums row = {0};
      feature_stretch(s, i, c, t->cols - c < STRETCH ? t->cols : c + STRETCH, &row, diagonal);
      add_row(&block, &row, rowSquare);
      if (++pending % FLUSH_ROWS == 0) flush(all, &block);
    }
  }
  flush(all, &block);
}

static FeatureStreams group_streams(float *base, const VeloTensor *t, long group) {
  long plane = group * t->rows * t->cols;
  FeatureStreams s = {base + t->grads + plane, base + t->secondMoment + plane, {0}, {0}, {0}};
  const float *work = base + t->colWork + group * t->cols;
  for (long k = 0; k < 3; k++) {
    s.momentum[k] = base + t->momentum + k * t->momentumStride + plane;
    s.gradSquare[k] = work + (SQUARE + k) * t->colStride;
    s.momentumSquare[k] = work + (MOMENTUM_SQUARE + k) * t->colStride;
  }
  return s;
}

/* args: VeloTensor */
static void velo_feature_norms(float *base, const int32_t *args) {
  const VeloTensor *t = (const VeloTensor *)args;
  VeloSums *all = (VeloSums *)(base + t->sums);
  if (t->kind == DIAGONAL) {
    diagonal_factors(base + t->colMeans, base + t->colWork, t->colStride, t->cols, all->colSquares, all->colInverses);
    FeatureStreams s = group_streams(base, t, 0);
    feature_rows(&s, t, 0, all, 1);
    return;
  }
  side_factors(base + t->rowMeans, base + t->rowWork, t->rowStride, t->groups, t->rows, t->kind == ROWS_LEAD,
               all->rowSquares, all->rowInverses);
  side_factors(base + t->colMeans, base + t->colWork, t->colStride, t->groups, t->cols, t->kind == COLS_LEAD,
               all->colSquares, all->colInverses);
  for (long group = 0; group < t->groups; group++) {
    FeatureStreams s = group_streams(base, t, group);
    feature_rows(&s, t, base + t->rowWork + SQUARE * (long)t->rowStride + group * t->rows, all, 0);
  }
}
