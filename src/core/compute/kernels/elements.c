/*
 * The small network that a learned optimizer applies to each element of a tensor: features that are products of arrays,
 * each divided by its root mean square, through layers with ReLU in between. Features live in blocks of a few hundred
 * words; what is as long as the tensor is read where it lies and never written but for the outputs.
 */
#include "tails.h"

enum {
  ELEMENT_BLOCK = 128,
  /* Distance between rows of a block in the workspace; whole vectors may be stored past a row's end. */
  BLOCK_STRIDE = ELEMENT_BLOCK + 16,
  ELEMENT_RANK = 6,
  ELEMENT_STREAMS = 64,
  ELEMENT_FEATURES = 64,
  FEATURE_FACTORS = 3,
  /* Outputs and vectors of a register block. */
  UNITS = 4,
  VECTORS = VL == 16 ? 4 : 2
};

/*
 * What both kernels are given, then sides [rank]; for each stream its place and strides [rank]; for each feature the
 * streams that it is the product of, -1 for none. The last stride is 0 or 1.
 */
typedef struct {
  int32_t out, work, count, sections, rank, streams, features;
  /* Of features where norms are made, else of elements. */
  int32_t from, to;
  /* Of the norms: bits of the epsilon. Of the network: the place of the norms [features][sections]. */
  int32_t norms;
  int32_t common, commonCount, layers;
} ElementTask;

enum { TASK_WORDS = sizeof(ElementTask) / sizeof(int32_t) };

/* A bit for each of some streams, features or axes. */
typedef uint64_t Set;
#define BIT(i) (1ull << (i))
#define EACH_IN(set, i) \
  for (Set i##Left = (set), i = 0; i##Left && (i = (Set)__builtin_ctzll(i##Left), 1); i##Left &= i##Left - 1)
INLINE Set range_set(int from, int to) { return (to < 64 ? BIT(to) - 1 : ~0ull) & ~(BIT(from) - 1); }

/* Some features of a task, and a block of them. */
typedef struct {
  float *base;
  const ElementTask *task;
  const int32_t *sides, *streamList, *featureList;
  /* Those that are looked at. */
  Set streams, features;
  /* Streams that run through all elements in their order, and those that are the same for each row of the last axis. */
  Set whole, repeated;
  /* Where the block is, and for which column and length the repeated streams are there already. */
  long from, count, column, filled;
  int32_t at[ELEMENT_RANK];
  const float *streamAt[ELEMENT_STREAMS], *featureAt[ELEMENT_FEATURES];
} Elements;

/* What comes behind the features: place, bias and width of each layer. */
INLINE const int32_t *layers_of(const Elements *e) { return e->featureList + (long)e->task->features * FEATURE_FACTORS; }
INLINE const int32_t *strides_of(const Elements *e, Set stream) {
  return e->streamList + (long)stream * (e->task->rank + 1) + 1;
}
INLINE long columns_of(const Elements *e) { return e->sides[e->task->rank - 1]; }

static Set streams_of(const Elements *e, Set features) {
  Set streams = 0;
  EACH_IN(features, f)
    for (int k = 0; k < FEATURE_FACTORS; k++) {
      int32_t stream = e->featureList[f * FEATURE_FACTORS + k];
      if (stream >= 0) streams |= BIT(stream);
    }
  return streams;
}

INLINE int is_whole(const int32_t *strides, const int32_t *sides, int rank) {
  long stride = 1;
  for (int axis = rank; axis-- > 0; stride *= sides[axis])
    if (strides[axis] != stride && sides[axis] != 1) return 0;
  return 1;
}

INLINE int is_repeated(const int32_t *strides, int rank) {
  for (int axis = 0; axis < rank - 1; axis++)
    if (strides[axis]) return 0;
  return 1;
}

static void look_at(Elements *e, const int32_t *sides, Set features) {
  int rank = e->task->rank;
  e->sides = sides;
  e->features = features;
  e->streams = streams_of(e, features);
  e->whole = e->repeated = 0;
  e->filled = 0;
  EACH_IN(e->streams, s) {
    if (is_whole(strides_of(e, s), sides, rank)) e->whole |= BIT(s);
    else if (is_repeated(strides_of(e, s), rank)) e->repeated |= BIT(s);
  }
}

static void open_elements(Elements *e, float *base, const int32_t *args) {
  e->base = base;
  e->task = (const ElementTask *)args;
  e->sides = args + TASK_WORDS;
  e->streamList = e->sides + e->task->rank;
  e->featureList = e->streamList + (long)e->task->streams * (e->task->rank + 1);
}

/* `count` words of a row, whole vectors of them. */
INLINE void put_row(float *out, const float *row, long count, int repeats) {
  vf same = splat(*row);
  for (long i = 0; i < count; i += VL) store(out + i, repeats ? same : load(row + i));
}

/* The words of a stream for a block: in memory where they lie one behind the other, else in the buffer. */
static const float *stream_block(const Elements *e, Set stream, float *buffer) {
  const int32_t *strides = strides_of(e, stream), *sides = e->sides;
  const float *row = e->base + strides[-1];
  if (e->whole >> stream & 1) return row + e->from;
  int32_t at[ELEMENT_RANK];
  int last = e->task->rank - 1;
  for (int axis = 0; axis <= last; axis++) at[axis] = e->at[axis];
  for (int axis = 0; axis < last; axis++) row += (long)at[axis] * strides[axis];
  if (strides[last] == 1 && at[last] + e->count <= sides[last]) return row + at[last];
  for (long done = 0; done < e->count;) {
    long length = fewer(sides[last] - at[last], e->count - done);
    put_row(buffer + done, row + (strides[last] ? at[last] : 0), length, strides[last] == 0);
    done += length;
    at[last] = 0;
    for (int axis = last; axis-- > 0;) {
      row += strides[axis];
      if (++at[axis] < sides[axis]) break;
      row -= (long)strides[axis] * sides[axis];
      at[axis] = 0;
    }
  }
  return buffer;
}

/* A product in the order of its factors. */
static const float *feature_block(const Elements *e, Set feature, float *buffer) {
  const int32_t *factors = e->featureList + feature * FEATURE_FACTORS;
  const float *x = e->streamAt[factors[0]];
  if (factors[1] < 0) return x;
  const float *y = e->streamAt[factors[1]];
  if (factors[2] < 0) {
    for (long i = 0; i < e->count; i += VL) store(buffer + i, load(x + i) * load(y + i));
    return buffer;
  }
  const float *z = e->streamAt[factors[2]];
  for (long i = 0; i < e->count; i += VL) store(buffer + i, load(x + i) * load(y + i) * load(z + i));
  return buffer;
}

/* Whether the block begins at the column of the last one, so that what is repeated is there already. */
INLINE int keeps_column(const Elements *e) { return e->at[e->task->rank - 1] == e->column && e->count <= e->filled; }

/* The block from an element on, at most to `end`: whole rows where they are short. */
static void fill_block(Elements *e, long from, long end) {
  const ElementTask *t = e->task;
  long columns = columns_of(e), rest = from;
  float *work = e->base + t->work, *products = work + (long)t->streams * BLOCK_STRIDE;
  e->from = from;
  e->count = fewer(columns < ELEMENT_BLOCK ? ELEMENT_BLOCK - ELEMENT_BLOCK % columns : ELEMENT_BLOCK, end - from);
  for (int axis = t->rank; axis-- > 0; rest /= e->sides[axis]) e->at[axis] = (int32_t)(rest % e->sides[axis]);
  Set stale = e->streams;
  if (keeps_column(e)) stale &= ~e->repeated;
  else e->column = e->at[t->rank - 1], e->filled = e->count;
  EACH_IN(stale, s) e->streamAt[s] = stream_block(e, s, work + (long)s * BLOCK_STRIDE);
  EACH_IN(e->features, f) e->featureAt[f] = feature_block(e, f, products + (long)f * BLOCK_STRIDE);
}

INLINE vf square_sums(const float *x, long count) {
  vf sum = splat(0.0f);
  long i = 0;
  for (; i + VL <= count; i += VL) sum = fma(load(x + i), load(x + i), sum);
  if (i == count) return sum;
  vf rest = keep(load(x + i), tail_mask(count - i));
  return fma(rest, rest, sum);
}

/* Sums of squares: lanes within some blocks, double across these. */
typedef struct {
  vf lanes[ELEMENT_FEATURES];
  double all[ELEMENT_FEATURES];
} SquareSums;

/* Blocks whose sums are added up in float. */
enum { FLUSH_BLOCKS = 32 };

static void flush_squares(SquareSums *sums, Set features) {
  EACH_IN(features, f) {
    sums->all[f] += sum_lanes(sums->lanes[f]);
    sums->lanes[f] = splat(0.0f);
  }
}

/* 1 / sqrt(mean x^2 + epsilon) of the features over elements [start, end); out [features][sections]. */
static void norms_of(Elements *e, long start, long end, SquareSums *sums, float *out) {
  EACH_IN(e->features, f) sums->lanes[f] = splat(0.0f), sums->all[f] = 0;
  int pending = 0;
  for (long from = start; from < end; from += e->count) {
    fill_block(e, from, end);
    EACH_IN(e->features, f) sums->lanes[f] += square_sums(e->featureAt[f], e->count);
    if (++pending % FLUSH_BLOCKS == 0) flush_squares(sums, e->features);
  }
  flush_squares(sums, e->features);
  double epsilon = (double)__builtin_bit_cast(float, e->task->norms);
  EACH_IN(e->features, f)
    out[((long)f - e->task->from) * e->task->sections] =
        (float)(1 / __builtin_sqrt(sums->all[f] / (double)(end - start) + epsilon));
}

/* The axes along which a feature is not the same everywhere. */
static Set axes_of(const Elements *e, Set feature) {
  Set axes = 0, streams = streams_of(e, BIT(feature));
  EACH_IN(streams, s)
    for (int axis = 0; axis < e->task->rank; axis++)
      if (strides_of(e, s)[axis]) axes |= BIT(axis);
  return axes;
}

/* Norms of features over all elements; of the axes along which they do not vary one place is enough. */
static void norms_of_all(Elements *e, Set features, SquareSums *sums) {
  const int32_t *all = e->sides;
  Set axes[ELEMENT_FEATURES];
  EACH_IN(features, f) axes[f] = axes_of(e, f);
  while (features) {
    int32_t sides[ELEMENT_RANK];
    Set first = axes[__builtin_ctzll(features)], alike = 0;
    EACH_IN(features, f) if (axes[f] == first) alike |= BIT(f);
    features &= ~alike;
    long count = 1;
    for (int axis = 0; axis < e->task->rank; axis++) count *= sides[axis] = first >> axis & 1 ? all[axis] : 1;
    look_at(e, sides, alike);
    norms_of(e, 0, count, sums, e->base + e->task->out);
  }
}

/*
 * out [to - from][sections]: 1 / sqrt(mean x^2 + epsilon) of features [from, to) over each of the equal sections that
 * the elements fall into. args: ElementTask and its lists
 */
static void elements_norms(float *base, const int32_t *args) {
  Elements e;
  SquareSums sums;
  open_elements(&e, base, args);
  const ElementTask *t = e.task;
  Set features = range_set(t->from, t->to);
  if (t->sections == 1) {
    norms_of_all(&e, features, &sums);
    return;
  }
  look_at(&e, e.sides, features);
  long length = t->count / t->sections;
  for (long section = 0; section < t->sections; section++)
    norms_of(&e, section * length, (section + 1) * length, &sums, base + t->out + section);
}

/* Inputs of a layer: rows anywhere, or rows of a buffer. */
typedef struct {
  const float *const *rows;
  const float *buffer;
  long count;
} LayerInputs;

/* out[unit][vector] = bias + sum over inputs, for a register block. */
INLINE void layer_tile(float *out, const LayerInputs *in, const float *weights, long width, const float *bias, long v,
                       int isLast, int units, int vectors) {
  vf sum[UNITS][VECTORS];
  UNROLL for (int u = 0; u < units; u++) UNROLL for (int k = 0; k < vectors; k++) sum[u][k] = splat(bias[u]);
  for (long i = 0; i < in->count; i++, weights += width) {
    const float *x = (in->rows ? in->rows[i] : in->buffer + i * BLOCK_STRIDE) + v;
    vf value[VECTORS];
    UNROLL for (int k = 0; k < vectors; k++) value[k] = load(x + k * VL);
    UNROLL for (int u = 0; u < units; u++)
      UNROLL for (int k = 0; k < vectors; k++) sum[u][k] = fma(value[k], splat(weights[u]), sum[u][k]);
  }
  UNROLL for (int u = 0; u < units; u++)
    UNROLL for (int k = 0; k < vectors; k++)
      store(out + u * BLOCK_STRIDE + v + k * VL, isLast ? sum[u][k] : at_least(sum[u][k], splat(0.0f)));
}

/* Some units of a layer for all elements of a block. */
INLINE void layer_units(float *out, const LayerInputs *in, const float *weights, long width, const float *bias,
                        long count, int isLast, int units) {
  long v = 0;
  for (; v + (VECTORS - 1) * VL < count; v += VECTORS * VL)
    layer_tile(out, in, weights, width, bias, v, isLast, units, VECTORS);
  for (; v < count; v += VL) layer_tile(out, in, weights, width, bias, v, isLast, units, 1);
}

INLINE void layer_of(float *out, const LayerInputs *in, const float *weights, long width, const float *bias, long count,
                     int isLast) {
  long u = 0;
  for (; u + UNITS <= width; u += UNITS)
    layer_units(out + u * BLOCK_STRIDE, in, weights + u, width, bias + u, count, isLast, UNITS);
  if (u + 2 <= width) {
    layer_units(out + u * BLOCK_STRIDE, in, weights + u, width, bias + u, count, isLast, 2);
    u += 2;
  }
  if (u < width) layer_units(out + u * BLOCK_STRIDE, in, weights + u, width, bias + u, count, isLast, 1);
}

/* bias + common times the rows of the first layer behind those of the features. */
static void common_bias(const float *base, const ElementTask *t, const int32_t *layer, float *out) {
  long width = layer[2];
  const float *weights = base + layer[0] + t->features * width;
  for (long u = 0; u < width; u++) {
    float sum = 0.0f;
    for (long i = 0; i < t->commonCount; i++) sum += base[t->common + i] * weights[i * width + u];
    out[u] = sum + base[layer[1] + u];
  }
}

/* The first layer's weights times the norms of a section, so that features need not be multiplied. */
static void scaled_weights(const float *base, const ElementTask *t, const int32_t *layer, long section, float *out) {
  long width = layer[2];
  for (long f = 0; f < t->features; f++) {
    float norm = base[t->norms + f * t->sections + section];
    const float *weights = base + layer[0] + f * width;
    for (long u = 0; u < width; u++) out[f * width + u] = weights[u] * norm;
  }
}

/* Where the parts of the network's workspace are, behind the buffers of streams and features. */
typedef struct {
  float *bias, *weights, *units[2];
} NetworkWork;

static NetworkWork network_work(float *base, const ElementTask *t, const int32_t *layers) {
  long width = layers[2], widest = 0;
  for (int layer = 0; layer < t->layers; layer++)
    if (layers[3 * layer + 2] > widest) widest = layers[3 * layer + 2];
  NetworkWork w;
  w.units[0] = base + t->work + (long)(t->streams + t->features) * BLOCK_STRIDE;
  w.units[1] = w.units[0] + widest * BLOCK_STRIDE;
  w.bias = w.units[1] + widest * BLOCK_STRIDE;
  w.weights = w.bias + width;
  return w;
}

/* The outputs of a block, rows of the buffer that is answered. */
static const float *run_layers(const Elements *e, const NetworkWork *w) {
  LayerInputs in = {e->featureAt, 0, e->task->features};
  const int32_t *layer = layers_of(e);
  for (int i = 0; i < e->task->layers; i++, layer += 3) {
    float *out = w->units[i & 1];
    const float *weights = i ? e->base + layer[0] : w->weights, *bias = i ? e->base + layer[1] : w->bias;
    layer_of(out, &in, weights, layer[2], bias, e->count, i == e->task->layers - 1);
    in = (LayerInputs){0, out, layer[2]};
  }
  return in.buffer;
}

/*
 * out [outputs], rows `count` apart: what the network says of elements [from, to), of which `out` is the first.
 * args: ElementTask, its lists, and for each layer the places of weights [inputs][width] and biases, and its width.
 * The rows of the first layer are the features, then what is common to all elements.
 */
static void elements_network(float *base, const int32_t *args) {
  Elements e;
  open_elements(&e, base, args);
  const ElementTask *t = e.task;
  const int32_t *layers = layers_of(&e);
  NetworkWork w = network_work(base, t, layers);
  long length = t->count / t->sections, outputs = layers[3 * (t->layers - 1) + 2], section = -1;
  common_bias(base, t, layers, w.bias);
  look_at(&e, e.sides, range_set(0, t->features));
  for (long from = t->from; from < t->to; from += e.count) {
    if (from / length != section) scaled_weights(base, t, layers, section = from / length, w.weights);
    fill_block(&e, from, fewer(t->to, (section + 1) * length));
    const float *rows = run_layers(&e, &w);
    float *out = base + t->out + (from - t->from);
    for (long o = 0; o < outputs; o++)
      for (long i = 0; i < e.count; i += VL)
        store_rest(out + o * t->count + i, load(rows + o * BLOCK_STRIDE + i), e.count - i);
  }
}

#define ELEMENTS_KERNELS                        \
  {"elements.norms", VARIADIC, elements_norms}, \
  {"elements.network", VARIADIC, elements_network},
