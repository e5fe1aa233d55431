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

/* Sum of x - max over a row. */
static float shifted_sum(const float *in, long cols, float max) {
  double sum = 0;
  for (long j = 0; j < cols; j += VL)
    sum += (double)row_sum(keep(load(in + j) - splat(max), tail_mask(cols - j)));
  return (float)sum;
}

/* What the rows of one call share. The target of a row is `miss` in every column and `hit` more at its label. */
typedef struct {
  long cols;
  float hit, miss;
} Targets;

/* A row's loss is log(sum) - aligned, with the shifted logits of both: small losses keep their digits. */
typedef struct {
  float sum, aligned;
} LossParts;

/* target . (z - max) for a row with label y */
INLINE float aligned_with(const float *in, long y, float max, const Targets *t) {
  float aligned = t->hit * (in[y] - max);
  return t->miss == 0 ? aligned : aligned + t->miss * shifted_sum(in, t->cols, max);
}

/* A row with its label y; its gradient goes into `out` unless that is null. */
INLINE LossParts cross_entropy_short(float *out, const float *in, long y, const Targets *t) {
  ShortRow row = short_row(load(in), tail_mask(t->cols));
  LossParts parts = {row.sum, aligned_with(in, y, row.max, t)};
  vf target = select(row_lanes() == (vi)((int32_t)y), splat(t->hit + t->miss), splat(t->miss));
  if (out) store_some(out, row.terms * splat(1.0f / row.sum) - target, t->cols);
  return parts;
}
INLINE LossParts cross_entropy_long(float *out, const float *in, long y, const Targets *t) {
  float max = row_maximum(in, t->cols, 1.0f);
  LossParts parts = {.aligned = aligned_with(in, y, max, t)};
  parts.sum = exponential_row(out, in, t->cols, max);
  if (!out) return parts;
  vf scale = splat(1.0f / parts.sum), miss = splat(t->miss);
  ROW_MAP(out, out, t->cols, x * scale - miss)
  out[y] -= t->hit;
  return parts;
}

static LossParts cross_entropy_row(float *out, const float *in, float label, const Targets *t) {
  if (label >= 0.0f && label < (float)t->cols)
    return t->cols <= VL ? cross_entropy_short(out, in, (long)label, t) : cross_entropy_long(out, in, (long)label, t);
  for (long j = 0; out && j < t->cols; j++) out[j] = __builtin_nanf("");
  return (LossParts){__builtin_nanf(""), 0};
}

/*
 * args: losses [rows], gradient [rows, cols] or -1, logits, labels [rows], rows, cols, label smoothing bits.
 * Targets are (1 - smoothing) onehot(label) + smoothing / cols; loss = log sum exp(z) - target . z, gradient =
 * softmax - target. A label that is no column gives NaN. The gradient may overwrite the logits.
 */
static void rows_cross_entropy(float *base, const int32_t *args) {
  float *losses = base + args[0], *out = args[1] < 0 ? 0 : base + args[1];
  const float *in = base + args[2], *labels = base + args[3];
  long rows = args[4], cols = args[5];
  float smoothing = __builtin_bit_cast(float, args[6]);
  Targets targets = {cols, 1.0f - smoothing, cols > 0 ? smoothing / (float)cols : 0};
  for (long first = 0; first < rows; first += VL) {
    long count = fewer(rows - first, VL);
    vf sum = splat(1.0f), aligned = splat(0.0f);
    for (long i = 0; i < count; i++) {
      long at = (first + i) * cols;
      LossParts parts = cross_entropy_row(out ? out + at : 0, in + at, labels[first + i], &targets);
      sum[i] = parts.sum;
      aligned[i] = parts.aligned;
    }
    store_some(losses + first, logarithm(sum) - aligned, count);
  }
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
  {"rows.crossEntropy", 7, rows_cross_entropy},
