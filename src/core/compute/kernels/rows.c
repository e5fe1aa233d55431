/*
 * What works along the rows of a matrix: softmax and its relatives, the place of the largest, running sums, the k
 * largest. Rows are contiguous. Results of softmax and cross-entropy may overwrite what they are computed from.
 */
#include "tails.h"

/* Float lanes are added up in double after so many columns, so that wide rows keep their digits. */
enum { ROW_BLOCK = 2048 };

INLINE vi row_lanes(void) {
  vi lanes;
  UNROLL for (int i = 0; i < VL; i++) lanes[i] = i;
  return lanes;
}
INLINE vf load_first(const float *in, long count, float other) {
  return select(tail_mask(count), load(in), splat(other));
}

/* Largest of sign * x over a row, passing over NaN: -infinity if there is nothing else. */
INLINE float row_maximum(const float *in, long cols, float sign) {
  const vf lowest = splat(-__builtin_inff());
  vf m[4] = {lowest, lowest, lowest, lowest};
  long j = 0;
  for (; j + 4 * VL <= cols; j += 4 * VL)
    UNROLL for (int k = 0; k < 4; k++) m[k] = at_least(m[k], splat(sign) * load(in + j + k * VL));
  for (; j + VL <= cols; j += VL) m[0] = at_least(m[0], splat(sign) * load(in + j));
  if (j < cols) m[1] = at_least(m[1], splat(sign) * load_first(in + j, cols - j, sign * -__builtin_inff()));
  return row_largest(at_least(at_least(m[0], m[1]), at_least(m[2], m[3])));
}

/*
 * exp(x) for x <= 0, at most 2 ulp and 0 below -87.4: as `exponential`, but the rounding to a whole power of two is
 * left to the addition of a large number, whose low bits then are the exponent. Vectors without an instruction for
 * the conversion to integers (WebAssembly has only a saturating one) take half the time.
 */
INLINE vf exponential_of_negative(vf x) {
  const vf large = splat(12582912.0f + 127.0f);
  vf bounded = at_least(x, splat(-88.0f));
  vf power = fma(bounded, splat(1.44269504f), large), n = power - large;
  vf r = fma(n, splat(2.12194440e-4f), fma(n, splat(-0.693359375f), bounded));
  return exponential_core(r) * bits_to_float(float_to_bits(power) << 23);
}

/* Sum of exp(x - max) over at most ROW_BLOCK columns; the terms are left in `out` unless it is null. */
INLINE float exponential_block(float *out, const float *in, long cols, vf max) {
  vf sum[2] = {splat(0.0f), splat(0.0f)};
  long j = 0;
  for (; j + 2 * VL <= cols; j += 2 * VL)
    UNROLL for (int k = 0; k < 2; k++) {
      vf e = exponential_of_negative(load(in + j + k * VL) - max);
      if (out) store(out + j + k * VL, e);
      sum[k] += e;
    }
  for (; j < cols; j += VL) {
    vi mask = tail_mask(cols - j);
    vf e = keep(exponential_of_negative(load(in + j) - max), mask);
    if (out) store_some(out + j, e, fewer(cols - j, VL));
    sum[0] += e;
  }
  return row_sum(sum[0] + sum[1]);
}

INLINE float exponential_row(float *out, const float *in, long cols, float max) {
  if (cols <= ROW_BLOCK) return exponential_block(out, in, cols, splat(max));
  double sum = 0;
  for (long j = 0; j < cols; j += ROW_BLOCK)
    sum += (double)exponential_block(out ? out + j : 0, in + j, fewer(cols - j, ROW_BLOCK), splat(max));
  return (float)sum;
}

/* out = expression of the vector `x` of `in`, over a row. */
#define ROW_MAP(out, in, cols, expression)              \
  {                                                     \
    long j = 0;                                         \
    for (; j + VL <= (cols); j += VL) {                 \
      vf x = load((in) + j);                            \
      store((out) + j, expression);                     \
    }                                                   \
    if (j < (cols)) {                                   \
      vf x = load((in) + j);                            \
      store_some((out) + j, expression, (cols)-j);     \
    }                                                   \
  }

/* A row within one vector: exp(x - max), 0 behind its end, and the sum. */
typedef struct {
  vf terms;
  float max, sum;
} ShortRow;

INLINE ShortRow short_row(vf x, vi mask) {
  ShortRow row;
  row.max = row_largest(select(mask, x, splat(-__builtin_inff())));
  row.terms = keep(exponential_of_negative(x - splat(row.max)), mask);
  row.sum = row_sum(row.terms);
  return row;
}

/* args: out, in, rows, cols */
static void rows_softmax(float *base, const int32_t *args) {
  float *out = base + args[0];
  const float *in = base + args[1];
  long cols = args[3];
  vi mask = tail_mask(cols);
  for (int32_t row = 0; row < args[2]; row++, out += cols, in += cols) {
    if (cols <= VL) {
      ShortRow r = short_row(load(in), mask);
      store_some(out, r.terms * splat(1.0f / r.sum), cols);
    } else {
      vf scale = splat(1.0f / exponential_row(out, in, cols, row_maximum(in, cols, 1.0f)));
      ROW_MAP(out, out, cols, x * scale)
    }
  }
}

/* args: out, in, rows, cols */
static void rows_log_softmax(float *base, const int32_t *args) {
  float *out = base + args[0];
  const float *in = base + args[1];
  long cols = args[3];
  vi mask = tail_mask(cols);
  for (int32_t row = 0; row < args[2]; row++, out += cols, in += cols) {
    if (cols <= VL) {
      vf x = load(in);
      ShortRow r = short_row(x, mask);
      store_some(out, x - splat(r.max) - logarithm(splat(r.sum)), cols);
    } else {
      float max = row_maximum(in, cols, 1.0f);
      vf total = logarithm(splat(exponential_row(0, in, cols, max)));
      ROW_MAP(out, in, cols, x - splat(max) - total)
    }
  }
}

/* Sum of factor * (x - max) over a row. */
static float shifted_sum(const float *in, long cols, float max, float factor) {
  double sum = 0;
  for (long j = 0; j < cols; j += VL)
    sum += (double)row_sum(keep(splat(factor) * (load(in + j) - splat(max)), tail_mask(cols - j)));
  return (float)sum;
}

/*
 * What the rows of one call share. The target of a row is `miss` in every column and `hit` more at its label. In a
 * row whose label is no column so much is left of the logarithm and of the softmax.
 */
typedef struct {
  long cols;
  float hit, miss, strayLoss, strayGradient;
  /* Factor of the gradient. */
  float scale;
} Targets;

/* Rows of so many columns are taken VL at a time, one in each lane. */
enum { NARROW = 3 * VL };

/* The columns of the first `count` rows; the lanes behind these repeat the last row. */
INLINE void load_columns(vf *columns, const float *in, long cols, long count) {
  for (long j = 0; j < cols; j += VL) {
    UNROLL for (int i = 0; i < VL; i++) columns[j + i] = load(in + fewer(i, count - 1) * cols + j);
    transpose(columns + j);
  }
}
INLINE void store_columns(float *out, vf *columns, long cols, long count) {
  for (long j = 0; j < cols; j += VL) {
    transpose(columns + j);
    for (long i = 0; i < count; i++) store_some(out + i * cols + j, columns[j + i], fewer(cols - j, VL));
  }
}

INLINE vf target_of(vf labels, long column, const Targets *t) {
  return select(labels == splat((float)column), splat(t->hit + t->miss), splat(t->miss));
}

/* The losses of `count` <= VL narrow rows; their gradients go into `out` unless that is null. */
static vf cross_entropy_narrow(float *out, const float *in, vf labels, long count, const Targets *t) {
  vf columns[NARROW + VL];
  load_columns(columns, in, t->cols, count);
  vf max = columns[0], sum = splat(0.0f), aligned = splat(0.0f);
  for (long j = 1; j < t->cols; j++) max = at_least(max, columns[j]);
  vi isColumn = (vi)(0);
  for (long j = 0; j < t->cols; j++) {
    vf shifted = columns[j] - max;
    /* Where the target is 0 too: 0 times an infinite logit is NaN. */
    aligned = fma(target_of(labels, j, t), shifted, aligned);
    isColumn |= labels == splat((float)j);
    columns[j] = exponential_of_negative(shifted);
    sum += columns[j];
  }
  vf one = splat(1.0f);
  if (out) {
    vf scale = select(isColumn, one, splat(t->strayGradient)) / sum;
    for (long j = 0; j < t->cols; j++)
      columns[j] = splat(t->scale) * (columns[j] * scale - target_of(labels, j, t));
    store_columns(out, columns, t->cols, count);
  }
  return select(isColumn, one, splat(t->strayLoss)) * logarithm(sum) - aligned;
}

/* The column that a label names, -1 if it is none. */
INLINE long column_of(float label, long cols) {
  if (!(label >= 0.0f && label < (float)cols)) return -1;
  return (float)(long)label == label ? (long)label : -1;
}

typedef struct {
  float least, most;
} Range;

/* As row_maximum, both ways. */
INLINE Range row_range(const float *in, long cols) {
  const vf infinite = splat(__builtin_inff());
  vf least[2] = {infinite, infinite}, most[2] = {-infinite, -infinite};
  long j = 0;
  for (; j + 2 * VL <= cols; j += 2 * VL)
    UNROLL for (int k = 0; k < 2; k++) {
      vf x = load(in + j + k * VL);
      least[k] = at_most(least[k], x);
      most[k] = at_least(most[k], x);
    }
  for (; j < cols; j += VL) {
    least[0] = at_most(least[0], load_first(in + j, cols - j, __builtin_inff()));
    most[0] = at_least(most[0], load_first(in + j, cols - j, -__builtin_inff()));
  }
  return (Range){-row_largest(-at_most(least[0], least[1])), row_largest(at_least(most[0], most[1]))};
}

/* target . (z - max) for a row with its label in column y */
static float aligned_with(const float *in, long y, Range range, const Targets *t) {
  float max = range.most;
  if (range.least - max == -__builtin_inff()) {
    /* 0 times an infinite logit is NaN. */
    float sum = 0;
    for (long j = 0; j < t->cols; j++) sum += (j == y ? t->hit + t->miss : t->miss) * (in[j] - max);
    return sum;
  }
  float aligned = y < 0 ? 0.0f : t->hit * (in[y] - max);
  return t->miss == 0 ? aligned : aligned + shifted_sum(in, t->cols, max, t->miss);
}

/* A row's loss is weight log(sum) - aligned, with the shifted logits of both: small losses keep their digits. */
typedef struct {
  float weight, sum, aligned;
} LossParts;

static LossParts cross_entropy_wide(float *out, const float *in, float label, const Targets *t) {
  long y = column_of(label, t->cols);
  Range range = row_range(in, t->cols);
  LossParts parts = {y < 0 ? t->strayLoss : 1.0f, 0, aligned_with(in, y, range, t)};
  parts.sum = exponential_row(out, in, t->cols, range.most);
  if (!out) return parts;
  vf scale = splat(t->scale * (y < 0 ? t->strayGradient : 1.0f) / parts.sum), miss = splat(t->scale * t->miss);
  ROW_MAP(out, out, t->cols, x * scale - miss)
  if (y >= 0) out[y] -= t->scale * t->hit;
  return parts;
}

static vf cross_entropy_rows(float *out, const float *in, const float *labels, long count, const Targets *t) {
  if (t->cols <= NARROW) return cross_entropy_narrow(out, in, load(labels), count, t);
  vf weight = splat(1.0f), sum = splat(1.0f), aligned = splat(0.0f);
  for (long i = 0; i < count; i++) {
    LossParts parts = cross_entropy_wide(out ? out + i * t->cols : 0, in + i * t->cols, labels[i], t);
    weight[i] = parts.weight;
    sum[i] = parts.sum;
    aligned[i] = parts.aligned;
  }
  return weight * logarithm(sum) - aligned;
}

/*
 * args: sum of the losses [1] or -1, losses [rows] or -1, gradient [rows, cols] or -1, logits, labels [rows], rows,
 * cols > 0; bits of: label smoothing, strayLoss, strayGradient, factor of the sum, factor of the gradient.
 * Targets are (1 - smoothing) onehot(label) + smoothing / cols; loss = log sum exp(z) - target . z, gradient =
 * softmax - target. A label that is no column leaves strayLoss of log sum exp(z - max z) and strayGradient of the
 * softmax. The gradient may overwrite the logits.
 */
static void rows_cross_entropy(float *base, const int32_t *args) {
  float *losses = args[1] < 0 ? 0 : base + args[1], *out = args[2] < 0 ? 0 : base + args[2];
  const float *in = base + args[3], *labels = base + args[4];
  long rows = args[5], cols = args[6];
  float given[5];
  __builtin_memcpy(given, args + 7, sizeof given);
  Targets t = {cols, 1.0f - given[0], given[0] / (float)cols, given[1], given[2], given[4]};
  double total = 0;
  for (long first = 0; first < rows; first += VL) {
    long count = fewer(rows - first, VL), at = first * cols;
    vf loss = cross_entropy_rows(out ? out + at : 0, in + at, labels + first, count, &t);
    if (losses) store_some(losses + first, loss, count);
    total += (double)row_sum(keep(loss, tail_mask(count)));
  }
  if (args[0] >= 0) base[args[0]] = (float)(total * (double)given[3]);
}

/* First column that holds sign * max; 0 if none does. */
INLINE int32_t first_place(const float *in, long cols, float max, float sign) {
  vf wanted = splat(sign * max);
  for (long j = 0; j < cols; j += VL) {
    vi found = (load(in + j) == wanted) & tail_mask(cols - j);
    if (__builtin_reduce_or(found) == 0) continue;
    return (int32_t)j + __builtin_reduce_min(found ? row_lanes() : (vi)(VL));
  }
  return 0;
}

/* A NaN is never larger than what was seen before nor smaller than what comes: first it stays, later it is passed. */
INLINE void places(float *base, const int32_t *args, float sign) {
  float *out = base + args[0];
  const float *in = base + args[1];
  long cols = args[3];
  for (int32_t row = 0; row < args[2]; row++, in += cols)
    out[row] = cols == 0 || in[0] != in[0] ? 0.0f : (float)first_place(in, cols, row_maximum(in, cols, sign), sign);
}

/* args: out [rows], in, rows, cols */
static void rows_arg_max(float *base, const int32_t *args) { places(base, args, 1.0f); }
static void rows_arg_min(float *base, const int32_t *args) { places(base, args, -1.0f); }

/* One after the other, each result rounded; the first is the number itself. */
INLINE void running(float *base, const int32_t *args, int isProduct) {
  long cols = args[3], step = args[5] ? -1 : 1, start = args[5] ? cols - 1 : 0;
  float *out = base + args[0] + start;
  const float *in = base + args[1] + start;
  for (int32_t row = 0; row < args[2]; row++, out += cols, in += cols) {
    float total = isProduct ? 1 : 0;
    for (long j = 0; j < cols; j++) {
      float before = total, x = in[j * step];
      total = j == 0 ? x : isProduct ? total * x : total + x;
      out[j * step] = args[4] ? before : total;
    }
  }
}

/* args of both: out, in, rows, cols, exclusive, reverse */
static void rows_cumsum(float *base, const int32_t *args) { running(base, args, 0); }
static void rows_cumprod(float *base, const int32_t *args) { running(base, args, 1); }

/* The k largest so far as a heap with the least of them on top. */
typedef struct {
  float *values, *indices;
  long size;
} Largest;

/* Integers in the order of the floats; both zeros are one and NaN is above infinity. */
INLINE int32_t order_of(float x) {
  int32_t bits = __builtin_bit_cast(int32_t, x);
  if (x != x) return INT32_MAX;
  if (bits << 1 == 0) return 0;
  return bits ^ ((bits >> 31) & 0x7fffffff);
}
/* Whether (x, i) comes after (y, j): smaller, or equal and further right. */
INLINE int comes_after(float x, float i, float y, float j) {
  int32_t a = order_of(x), b = order_of(y);
  return a < b || (a == b && i > j);
}

/* Puts (x, i) at `at` or below, where it belongs. */
static void sift_down(const Largest *heap, long at, float x, float i) {
  for (;;) {
    long child = 2 * at + 1;
    if (child >= heap->size) break;
    if (child + 1 < heap->size && comes_after(heap->values[child + 1], heap->indices[child + 1], heap->values[child],
                                              heap->indices[child]))
      child++;
    if (!comes_after(heap->values[child], heap->indices[child], x, i)) break;
    heap->values[at] = heap->values[child];
    heap->indices[at] = heap->indices[child];
    at = child;
  }
  heap->values[at] = x;
  heap->indices[at] = i;
}

/* Puts the least one last, again and again. */
static void sort_heap(Largest heap) {
  while (heap.size > 1) {
    long last = --heap.size;
    float x = heap.values[last], i = heap.indices[last];
    heap.values[last] = heap.values[0];
    heap.indices[last] = heap.indices[0];
    sift_down(&heap, 0, x, i);
  }
}

static void largest_of_row(float *values, float *indices, const float *in, long cols, long k) {
  Largest heap = {values, indices, k};
  for (long j = 0; j < k; j++) values[j] = in[j], indices[j] = (float)j;
  for (long j = k / 2; j-- > 0;) sift_down(&heap, j, values[j], indices[j]);
  for (long j = k; j < cols; j += VL) {
    /* Later ones must be truly larger; most vectors hold none. NaN counts as larger. */
    vi larger = ~(load(in + j) <= splat(values[0])) & tail_mask(cols - j);
    if (__builtin_reduce_or(larger) == 0) continue;
    for (long i = j; i < cols && i < j + VL; i++)
      if (order_of(in[i]) > order_of(values[0])) sift_down(&heap, 0, in[i], (float)i);
  }
  sort_heap(heap);
}

/*
 * args: values [rows, k], indices [rows, k], in, rows, cols, k <= cols. Largest first, of equals the leftmost; NaN
 * counts as the largest.
 */
static void rows_topk(float *base, const int32_t *args) {
  long cols = args[4], k = args[5];
  for (long row = 0; row < args[3] && k > 0; row++)
    largest_of_row(base + args[0] + row * k, base + args[1] + row * k, base + args[2] + row * cols, cols, k);
}

#define ROWS_KERNELS                              \
  {"rows.softmax", 4, rows_softmax},              \
  {"rows.logSoftmax", 4, rows_log_softmax},       \
  {"rows.argMax", 4, rows_arg_max},               \
  {"rows.argMin", 4, rows_arg_min},               \
  {"rows.cumsum", 6, rows_cumsum},                \
  {"rows.cumprod", 6, rows_cumprod},              \
  {"rows.topk", 6, rows_topk},                    \
  {"rows.crossEntropy", 12, rows_cross_entropy},
