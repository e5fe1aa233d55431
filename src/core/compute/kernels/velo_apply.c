/*
 * Third pass over a tensor: 30 features per element through its own little network, and the step. Each feature's
 * normalisation is folded into the first layer's weights; features that belong to a row or a column are folded
 * into that row's and column's share of the hidden units, so that 18 are left per element.
 */
#include "velo.h"

/* Places of the features in the first layer. */
enum {
  GRAD = 0,
  CLIPPED_GRAD = 1,
  PARAM = 2,
  MOMENTUM = 3,
  SECOND_MOMENT = 6,
  SCALED_MOMENTUM = 7,
  SCALE = 10,
  FACTORED_GRAD = 11,
  SCALED_GRAD = 14,
  ROW_MEAN = 15,
  COL_MEAN = 18,
  ROW_RSQRT = 21,
  COL_RSQRT = 24,
  FACTORED_MOMENTUM = 27,
  FEATURES = 30
};

/*
 * Vectors whose hidden units are kept between the two loops over a row. Where vectors are short their roots get a
 * loop of their own before those: with 16 registers the first loop is long enough without them.
 */
enum { STRETCH_VECTORS = 32, ROOTS_FIRST = VL == 4 };

/* Every weight as a whole vector, ready to be an operand. */
typedef struct {
  vf first[FEATURES][HIDDEN_UNITS];
  vf second[HIDDEN_UNITS][HIDDEN_UNITS], secondBias[HIDDEN_UNITS];
  /* Third layer, biases last: direction times lr_mult * 0.001 * sqrt(mean(p^2) + 1e-9), magnitude times 0.001. */
  vf direction[HIDDEN_UNITS + 1], magnitude[HIDDEN_UNITS + 1];
} Network;

typedef struct {
  float *params;
  const float *grads, *secondMoment, *momentum[3];
  const float *hidden[HIDDEN_UNITS], *gradFactor[3], *momentumFactor[3];
} ApplyStreams;

typedef struct {
  float hidden[HIDDEN_UNITS], factor[3];
} RowShare;

INLINE float inverse_norm(double squares, double count) { return (float)(1 / __builtin_sqrt(1e-5 + squares / count)); }

/* 1 / root mean square of every feature; `lead` is the side that carries the reference's rows. */
static void inverse_norms(const VeloTensor *t, const VeloSums *s, float out[FEATURES]) {
  double n = s->count, rowCount = (double)t->groups * t->rows, colCount = (double)t->groups * t->cols;
  out[GRAD] = inverse_norm(s->grad, n);
  out[CLIPPED_GRAD] = inverse_norm(s->clippedGrad, n);
  out[PARAM] = inverse_norm(s->paramSquares, n);
  out[SECOND_MOMENT] = inverse_norm(s->secondMoment, n);
  out[SCALE] = inverse_norm(s->scale, n);
  out[SCALED_GRAD] = inverse_norm(s->scaledGrad, n);
  int ours = t->kind == ROWS_LEAD ? 0 : COL_MEAN - ROW_MEAN;
  for (int k = 0; k < 3; k++) {
    out[MOMENTUM + k] = inverse_norm(s->momentum[k], n);
    out[SCALED_MOMENTUM + k] = inverse_norm(s->scaledMomentum[k], n);
    out[FACTORED_GRAD + k] = inverse_norm(s->factoredGrad[k], n);
    out[FACTORED_MOMENTUM + k] = inverse_norm(s->factoredMomentum[k], n);
    float col = inverse_norm(s->colSquares[k], colCount), colRsqrt = inverse_norm(s->colInverses[k], colCount);
    int diagonal = t->kind == DIAGONAL;
    out[ROW_MEAN + ours + k] = diagonal ? col : inverse_norm(s->rowSquares[k], rowCount);
    out[ROW_RSQRT + ours + k] = diagonal ? colRsqrt : inverse_norm(s->rowInverses[k], rowCount);
    out[COL_MEAN - ours + k] = col;
    out[COL_RSQRT - ours + k] = colRsqrt;
  }
}

static void fold_network(const VeloTensor *t, const float *weights, const VeloSums *sums, float stepMultiplier,
                         Network *out) {
  float norms[FEATURES];
  inverse_norms(t, sums, norms);
  for (int f = 0; f < FEATURES; f++)
    for (int h = 0; h < HIDDEN_UNITS; h++) out->first[f][h] = splat(weights[W0 + f * HIDDEN_UNITS + h] * norms[f]);
  for (int h = 0; h < HIDDEN_UNITS; h++) {
    for (int j = 0; j < HIDDEN_UNITS; j++) out->second[h][j] = splat(weights[W1 + h * HIDDEN_UNITS + j]);
    out->secondBias[h] = splat(weights[B1 + h]);
  }
  float stepSize = stepMultiplier * 0.001f * (float)__builtin_sqrt(sums->paramSquares / sums->count + 1e-9);
  for (int h = 0; h <= HIDDEN_UNITS; h++) {
    const float *last = h < HIDDEN_UNITS ? weights + W2 + h * 3 : weights + B2;
    out->direction[h] = splat(last[0] * stepSize);
    out->magnitude[h] = splat(last[1] * 0.001f);
  }
}

/*
 * A side's share of the hidden units: bias + sum over k of mean_k w + rsqrt(mean_k + 1e-8) w'.
 * `mean` and `root` are the weights' rows of the two feature groups.
 */
static void side_hidden(const float *means, float *work, long stride, long count, const vf mean[3][HIDDEN_UNITS],
                        const vf root[3][HIDDEN_UNITS], const float *bias) {
  for (long i = 0; i < count; i += VL) {
    vi mask = tail_mask(count - i);
    vf hidden[HIDDEN_UNITS];
    for (int h = 0; h < HIDDEN_UNITS; h++) hidden[h] = splat(bias ? bias[h] : 0.0f);
    for (int k = 0; k < 3; k++) {
      vf x = load(means + k * stride + i), y = rsqrt(x + splat(1e-8f));
      for (int h = 0; h < HIDDEN_UNITS; h++)
        hidden[h] = fma(x, mean[k][h], fma(y, root[k][h], hidden[h]));
    }
    for (int h = 0; h < HIDDEN_UNITS; h++) store_masked(work + (HIDDEN + h) * stride + i, hidden[h], mask);
  }
}

static void fold_sides(float *base, const VeloTensor *t, Network *net, const float *bias) {
  float *rowWork = base + t->rowWork, *colWork = base + t->colWork;
  if (t->kind == DIAGONAL) {
    /* Rows and columns are the same numbers. */
    for (int f = ROW_MEAN; f < ROW_MEAN + 3; f++)
      for (int h = 0; h < HIDDEN_UNITS; h++) {
        net->first[f][h] += net->first[f + COL_MEAN - ROW_MEAN][h];
        net->first[f + ROW_RSQRT - ROW_MEAN][h] += net->first[f + COL_RSQRT - ROW_MEAN][h];
      }
    side_hidden(base + t->colMeans, colWork, t->colStride, t->cols, net->first + ROW_MEAN, net->first + ROW_RSQRT, 0);
    return;
  }
  int ours = t->kind == ROWS_LEAD ? 0 : COL_MEAN - ROW_MEAN;
  side_hidden(base + t->rowMeans, rowWork, t->rowStride, (long)t->groups * t->rows, net->first + ROW_MEAN + ours,
              net->first + ROW_RSQRT + ours, bias);
  side_hidden(base + t->colMeans, colWork, t->colStride, (long)t->groups * t->cols, net->first + COL_MEAN - ours,
              net->first + COL_RSQRT - ours, 0);
}

#define UNIT UNROLL for (int h = 0; h < HIDDEN_UNITS; h++)

/* sum[h] += x times the weights of feature f. */
INLINE void feed(vf sum[HIDDEN_UNITS], const Network *net, int f, vf x) {
  UNIT sum[h] = fma(x, net->first[f][h], sum[h]);
}

/* sum[h] = the weights of feature f. */
INLINE void start(vf sum[HIDDEN_UNITS], const Network *net, int f) { UNIT sum[h] = net->first[f][h]; }

/* hidden[h] += x sum[h] */
INLINE void join(vf hidden[HIDDEN_UNITS], const vf sum[HIDDEN_UNITS], vf x) {
  UNIT hidden[h] = fma(x, sum[h], hidden[h]);
}

INLINE vf scale_at(const ApplyStreams *s, long i) { return rsqrt(load(s->secondMoment + i) + splat(1e-6f)); }

/*
 * The hidden units of a vector from element i, column c on. The features that are multiples of g or of one m are
 * taken together, g (w + s w' + ...), which saves forming them one by one.
 */
INLINE void hidden_units(const ApplyStreams *s, const Network *net, const RowShare *row, long i, long c, vf scale,
                         int diagonal, vf out[HIDDEN_UNITS]) {
  vf hidden[HIDDEN_UNITS], gradSum[HIDDEN_UNITS], momentumSum[HIDDEN_UNITS];
  UNIT hidden[h] = load(s->hidden[h] + c) + splat(row->hidden[h]);
  feed(hidden, net, SECOND_MOMENT, load(s->secondMoment + i));
  feed(hidden, net, PARAM, load(s->params + i));
  vf g = load(s->grads + i);
  feed(hidden, net, CLIPPED_GRAD, clip(g, 0.1f));
  start(gradSum, net, GRAD);
  UNROLL for (int k = 0; k < 3; k++) {
    vf factor = load(s->gradFactor[k] + c) * splat(row->factor[k]);
    feed(gradSum, net, FACTORED_GRAD + k, factor);
    if (diagonal) factor = load(s->momentumFactor[k] + c);
    start(momentumSum, net, MOMENTUM + k);
    feed(momentumSum, net, FACTORED_MOMENTUM + k, factor);
    feed(momentumSum, net, SCALED_MOMENTUM + k, scale);
    join(hidden, momentumSum, load(s->momentum[k] + i));
  }
  feed(gradSum, net, SCALED_GRAD, scale);
  join(hidden, gradSum, g);
  feed(hidden, net, SCALE, scale);
  UNIT out[h] = hidden[h];
}

/* Second and third layer and the size of the step: by how much an element moves down. */
INLINE vf step_of(const Network *net, const vf hidden[HIDDEN_UNITS]) {
  vf zero = splat(0.0f), active[HIDDEN_UNITS];
  vf direction = net->direction[HIDDEN_UNITS], magnitude = net->magnitude[HIDDEN_UNITS];
  UNIT active[h] = at_least(hidden[h], zero);
  UNROLL for (int j = 0; j < HIDDEN_UNITS; j++) {
    vf unit = net->secondBias[j];
    UNIT unit = fma(active[h], net->second[h][j], unit);
    unit = at_least(unit, zero);
    direction = fma(unit, net->direction[j], direction);
    magnitude = fma(unit, net->magnitude[j], magnitude);
  }
  return direction * exponential_near_zero(magnitude);
}

/* One row, in stretches: short loops with little to remember are faster than one long one. */
INLINE void apply_row(const ApplyStreams *s, const Network *net, const RowShare *row, long i, long cols, int diagonal) {
  vf hidden[STRETCH_VECTORS][HIDDEN_UNITS], scale[STRETCH_VECTORS];
  for (long from = 0; from < cols; from += STRETCH_VECTORS * VL) {
    long to = cols - from < STRETCH_VECTORS * VL ? cols : from + STRETCH_VECTORS * VL;
    if (ROOTS_FIRST)
      for (long c = from, v = 0; c < to; c += VL, v++) scale[v] = scale_at(s, i + c);
    for (long c = from, v = 0; c < to; c += VL, v++)
      hidden_units(s, net, row, i + c, c, ROOTS_FIRST ? scale[v] : scale_at(s, i + c), diagonal, hidden[v]);
    long c = from, v = 0;
    for (; c + VL <= to; c += VL, v++) {
      float *at = s->params + i + c;
      store(at, load(at) - step_of(net, hidden[v]));
    }
    if (c == to) continue;
    float *at = s->params + i + c;
    store_masked(at, load(at) - step_of(net, hidden[v]), tail_mask(to - c));
  }
}

static ApplyStreams apply_streams(float *base, const VeloTensor *t, long group) {
  long plane = group * t->rows * t->cols;
  ApplyStreams s = {base + t->params + plane, base + t->grads + plane, base + t->secondMoment + plane, {0}, {0}, {0}, {0}};
  const float *work = base + t->colWork + group * t->cols;
  for (long k = 0; k < 3; k++) {
    s.momentum[k] = base + t->momentum + k * t->momentumStride + plane;
    s.gradFactor[k] = work + (FACTOR + k) * t->colStride;
    s.momentumFactor[k] = work + (MOMENTUM_FACTOR + k) * t->colStride;
  }
  for (long h = 0; h < HIDDEN_UNITS; h++) s.hidden[h] = work + (HIDDEN + h) * t->colStride;
  return s;
}

/* args: VeloTensor. The shares of rows and columns, for those who apply its rows apart. */
static void velo_fold_sides(float *base, const int32_t *args) {
  const VeloTensor *t = (const VeloTensor *)args;
  const float *weights = base + t->network;
  Network net;
  fold_network(t, weights, (const VeloSums *)(base + t->sums), base[t->stepMultiplier], &net);
  fold_sides(base, t, &net, weights + B0);
}

/* args: VeloTensor */
static void velo_apply(float *base, const int32_t *args) {
  const VeloTensor *t = (const VeloTensor *)args;
  const float *weights = base + t->network, *bias = weights + B0;
  Network net;
  fold_network(t, weights, (const VeloSums *)(base + t->sums), base[t->stepMultiplier], &net);
  if (t->foldsSides) fold_sides(base, t, &net, bias);
  RowShare row = {{bias[0], bias[1], bias[2], bias[3]}, {1.0f, 1.0f, 1.0f}};
  if (t->kind == DIAGONAL) {
    ApplyStreams s = apply_streams(base, t, 0);
    apply_row(&s, &net, &row, 0, t->cols, 1);
    return;
  }
  for (long from = t->fromRow, to = t->toRow; from < to;) {
    long group = from / t->rows, end = (group + 1) * t->rows;
    ApplyStreams s = apply_streams(base, t, group);
    const float *work = base + t->rowWork + group * t->rows;
    if (end > to) end = to;
    for (long r = from - group * t->rows; from < end; r++, from++) {
      for (long h = 0; h < HIDDEN_UNITS; h++) row.hidden[h] = work[(HIDDEN + h) * t->rowStride + r];
      for (long k = 0; k < 3; k++) row.factor[k] = work[(FACTOR + k) * t->rowStride + r];
      apply_row(&s, &net, &row, r * t->cols, t->cols, 0);
    }
  }
}
