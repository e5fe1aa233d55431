/*
 * First pass over a tensor: clips the gradient, brings momenta, second moment and factored averages up to date,
 * and gathers the statistics of the state before this update that the LSTM looks at.
 */
#include "velo.h"

/* Elements per block: float lanes inside a block, double across blocks. */
enum { BLOCK = 1024, FOLD_ROWS = 64 };

/* Lane sums of one block; deviations are from a pivot, an element of the block, against cancellation. */
typedef struct {
  vf paramSquares, clippedGrad, secondMoment;
  vf shifted[4], squared[4];
} BlockSums;

typedef struct {
  const float *params;
  float *grads;
  float *averages[4];
} Streams;

INLINE void start_block(const Streams *s, long i, vf pivot[4], BlockSums *sums) {
  UNROLL for (int k = 0; k < 4; k++) {
    pivot[k] = splat(s->averages[k][i]);
    sums->shifted[k] = sums->squared[k] = splat(0.0f);
  }
  sums->paramSquares = sums->clippedGrad = sums->secondMoment = splat(0.0f);
}

/* Chan's rule for joining means and squared deviations of two sets. */
static void finish_block(VeloSums *all, const float *pivot, const BlockSums *sums, double length) {
  double before = all->count, after = before + length;
  UNROLL for (int k = 0; k < 4; k++) {
    double shift = sum_lanes(sums->shifted[k]) / length;
    double deviation = sum_lanes(sums->squared[k]) - shift * shift * length;
    double gap = (double)pivot[k] + shift - all->mean[k];
    all->mean[k] += gap * (length / after);
    all->deviation[k] += (deviation < 0 ? 0 : deviation) + gap * gap * (before * length / after);
  }
  all->count = after;
  all->paramSquares += sum_lanes(sums->paramSquares);
  all->clippedGrad += sum_lanes(sums->clippedGrad);
  all->secondMoment += sum_lanes(sums->secondMoment);
}

/* One vector; `whole` is a constant, the mask counts only without it. */
INLINE void accumulate_vector(const Streams *s, long i, float *colSum, const vf pivot[4], BlockSums *sums, vf *rowSum,
                              vi mask, int whole) {
#define LIVE(x) (whole ? (x) : keep(x, mask))
#define PUT(at, x) (whole ? store(at, x) : store_masked(at, x, mask))
  vf p = LIVE(load(s->params + i)), g = LIVE(without_denormals(clip(load(s->grads + i), 1000.0f)));
  vf small = clip(g, 0.1f), g2 = without_denormals(g * g);
  PUT(s->grads + i, g);
  sums->paramSquares = fma(p, p, sums->paramSquares);
  sums->clippedGrad = fma(small, small, sums->clippedGrad);
  *rowSum += g2;
  PUT(colSum, load(colSum) + g2);
  UNROLL for (int k = 0; k < 4; k++) {
    const float decay = k < 3 ? MOMENTUM_DECAY[k] : SECOND_MOMENT_DECAY;
    float *at = s->averages[k] + i;
    vf old = load(at), fromPivot = LIVE(old - pivot[k]);
    sums->shifted[k] += fromPivot;
    sums->squared[k] = fma(fromPivot, fromPivot, sums->squared[k]);
    vf now = without_denormals(fma(old, splat(decay), (k < 3 ? g : g2) * splat(1.0f - decay)));
    PUT(at, now);
    if (k == 3) {
      vf live = LIVE(now);
      sums->secondMoment = fma(live, live, sums->secondMoment);
    }
  }
#undef LIVE
#undef PUT
}

/* averages <- decay averages + (1 - decay) (sums / length + 1e-30), all three planes. */
static void follow_means(float *averages, long stride, const float *sums, long count, float length) {
  for (int k = 0; k < 3; k++)
    for (long i = 0; i < count; i += VL) {
      float *at = averages + k * stride + i;
      vf latest = load(sums + i) / splat(length) + splat(1e-30f);
      vf now = fma(load(at), splat(MOMENTUM_DECAY[k]), latest * splat(1.0f - MOMENTUM_DECAY[k]));
      store_masked(at, now, tail_mask(count - i));
    }
}

static void zero(float *at, long count) {
  for (long i = 0; i < count; i += VL) store_masked(at + i, splat(0.0f), tail_mask(count - i));
}

/* total += part, part = 0: keeps the float sums over many rows short. */
static void fold(float *total, float *part, long count) {
  for (long i = 0; i < count; i += VL) store_masked(total + i, load(total + i) + load(part + i), tail_mask(count - i));
  zero(part, count);
}

/* Up to BLOCK columns of one row, the row's sum of squares. */
INLINE double accumulate_stretch(const Streams *s, long i, long columns, float *colSum, const vf pivot[4],
                                 BlockSums *sums) {
  vf rowSum = splat(0.0f);
  long c = 0;
  for (; c + VL <= columns; c += VL) accumulate_vector(s, i + c, colSum + c, pivot, sums, &rowSum, (vi)(0), 1);
  if (c < columns) accumulate_vector(s, i + c, colSum + c, pivot, sums, &rowSum, tail_mask(columns - c), 0);
  return sum_lanes(rowSum);
}

/* One group: a matrix of rows times cols. */
static void accumulate_group(const Streams *s, long rows, long cols, float *rowSums, float *colSums, float *colPart,
                             VeloSums *all) {
  BlockSums sums;
  vf pivot[4];
  long i = 0, blockLength = 0;
  zero(colSums, cols);
  zero(colPart, cols);
  for (long r = 0; r < rows; r++) {
    double rowSum = 0;
    for (long c = 0; c < cols; c += BLOCK) {
      long columns = cols - c < BLOCK ? cols - c : BLOCK;
      if (blockLength == 0) start_block(s, i, pivot, &sums);
      rowSum += accumulate_stretch(s, i, columns, colPart + c, pivot, &sums);
      i += columns;
      blockLength += columns;
      if (blockLength < BLOCK && i < rows * cols) continue;
      float first[4] = {pivot[0][0], pivot[1][0], pivot[2][0], pivot[3][0]};
      finish_block(all, first, &sums, (double)blockLength);
      blockLength = 0;
    }
    rowSums[r] = (float)rowSum;
    all->grad += rowSum;
    if (r % FOLD_ROWS == FOLD_ROWS - 1 || r == rows - 1) fold(colSums, colPart, cols);
  }
}

/* args: VeloTensor */
static void velo_accumulate(float *base, const int32_t *args) {
  const VeloTensor *t = (const VeloTensor *)args;
  VeloSums *all = (VeloSums *)(base + t->sums);
  *all = (VeloSums){0};
  long plane = (long)t->rows * t->cols;
  float *rowSums = base + t->rowWork, *colSums = base + t->colWork, *colPart = colSums + t->colStride;
  Streams s = {base + t->params, base + t->grads, {0}};
  for (int k = 0; k < 3; k++) s.averages[k] = base + t->momentum + (long)k * t->momentumStride;
  s.averages[3] = base + t->secondMoment;
  for (long group = 0; group < t->groups; group++) {
    accumulate_group(&s, t->rows, t->cols, rowSums + group * t->rows, colSums, colPart, all);
    follow_means(base + t->colMeans + group * t->cols, t->colStride, colSums, t->cols, (float)t->rows);
    s.params += plane;
    s.grads += plane;
    for (int k = 0; k < 4; k++) s.averages[k] += plane;
  }
  if (t->kind != DIAGONAL)
    follow_means(base + t->rowMeans, t->rowStride, rowSums, (long)t->groups * t->rows, (float)t->cols);
}

/*
 * Between a tensor's own memory order [a][rows][b][cols][d] and [a][b][d][rows][cols].
 * args: out, in, a, rows, b, cols, d
 */
INLINE void permute(float *out, const float *in, const int32_t *sizes, int inward) {
  long A = sizes[0], R = sizes[1], B = sizes[2], C = sizes[3], D = sizes[4], canonical = 0;
  for (long a = 0; a < A; a++)
    for (long b = 0; b < B; b++)
      for (long d = 0; d < D; d++)
        for (long r = 0; r < R; r++)
          for (long c = 0; c < C; c++, canonical++) {
            long own = (((a * R + r) * B + b) * C + c) * D + d;
            if (inward) out[canonical] = in[own];
            else out[own] = in[canonical];
          }
}
static void velo_to_canonical(float *base, const int32_t *args) { permute(base + args[0], base + args[1], args + 2, 1); }
static void velo_from_canonical(float *base, const int32_t *args) { permute(base + args[0], base + args[1], args + 2, 0); }
