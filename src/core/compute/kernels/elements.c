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

typedef struct {
  const int32_t *sides, *streams, *features;
  /* Place, bias, width of each layer. */
  const int32_t *layers;
} ElementLists;

/* A block of elements: its features, and where in the tensor it is. */
typedef struct {
  long from, count;
  int32_t at[ELEMENT_RANK];
  const float *streams[ELEMENT_STREAMS], *features[ELEMENT_FEATURES];
} Block;

static ElementLists lists_of(const int32_t *args, const ElementTask *t) {
  ElementLists l = {args + TASK_WORDS, 0, 0, 0};
  l.streams = l.sides + t->rank;
  l.features = l.streams + (long)t->streams * (t->rank + 1);
  l.layers = l.features + (long)t->features * FEATURE_FACTORS;
  return l;
}

static void locate(Block *b, const int32_t *sides, int rank) {
  long rest = b->from;
  for (int axis = rank; axis-- > 0; rest /= sides[axis]) b->at[axis] = (int32_t)(rest % sides[axis]);
}

/* Whether a stream runs through all elements in their order. */
INLINE int is_whole(const int32_t *strides, const int32_t *sides, int rank) {
  long stride = 1;
  for (int axis = rank; axis-- > 0; stride *= sides[axis])
    if (strides[axis] != stride && sides[axis] != 1) return 0;
  return 1;
}

/* `count` words of a row, whole vectors of them. */
INLINE void put_row(float *out, const float *row, long count, int repeats) {
  vf same = splat(*row);
  for (long i = 0; i < count; i += VL) store(out + i, repeats ? same : load(row + i));
}

/* The words of a stream for a block: in memory where they lie one behind the other, else in the buffer. */
static const float *stream_block(const float *base, const int32_t *stream, const Block *b, const int32_t *sides,
                                 int rank, float *buffer) {
  const float *row = base + stream[0];
  const int32_t *strides = stream + 1;
  if (is_whole(strides, sides, rank)) return row + b->from;
  int32_t at[ELEMENT_RANK];
  int last = rank - 1;
  for (int axis = 0; axis < rank; axis++) at[axis] = b->at[axis];
  for (int axis = 0; axis < last; axis++) row += (long)at[axis] * strides[axis];
  if (strides[last] == 1 && at[last] + b->count <= sides[last]) return row + at[last];
  for (long done = 0; done < b->count;) {
    long length = fewer(sides[last] - at[last], b->count - done);
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
static const float *feature_block(const Block *b, const int32_t factors[FEATURE_FACTORS], float *buffer) {
  const float *x = b->streams[factors[0]];
  if (factors[1] < 0) return x;
  const float *y = b->streams[factors[1]];
  if (factors[2] < 0) {
    for (long i = 0; i < b->count; i += VL) store(buffer + i, load(x + i) * load(y + i));
    return buffer;
  }
  const float *z = b->streams[factors[2]];
  for (long i = 0; i < b->count; i += VL) store(buffer + i, load(x + i) * load(y + i) * load(z + i));
  return buffer;
}

/* A bit for each of some streams or features. */
typedef uint64_t Set;
#define HAS(set, i) ((set) >> (i) & 1)
#define EACH_IN(set, i, end) for (int i = 0; i < (end); i++) if (HAS(set, i))

static Set streams_of(const ElementTask *t, const ElementLists *l, Set features) {
  Set streams = 0;
  EACH_IN(features, f, t->features)
    for (int k = 0; k < FEATURE_FACTORS; k++) {
      int32_t stream = l->features[f * FEATURE_FACTORS + k];
      if (stream >= 0) streams |= 1ull << stream;
    }
  return streams;
}

/* The features of a block, by buffers in the workspace. */
static void fill_block(float *base, const ElementTask *t, const ElementLists *l, Block *b, Set streams, Set features) {
  float *work = base + t->work, *products = work + (long)t->streams * BLOCK_STRIDE;
  locate(b, l->sides, t->rank);
  EACH_IN(streams, s, t->streams)
    b->streams[s] =
        stream_block(base, l->streams + (long)s * (t->rank + 1), b, l->sides, t->rank, work + (long)s * BLOCK_STRIDE);
  EACH_IN(features, f, t->features)
    b->features[f] = feature_block(b, l->features + f * FEATURE_FACTORS, products + (long)f * BLOCK_STRIDE);
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
  EACH_IN(features, f, ELEMENT_FEATURES) {
    sums->all[f] += sum_lanes(sums->lanes[f]);
    sums->lanes[f] = splat(0.0f);
  }
}

/* Of some features over elements [start, end). */
static void add_squares(float *base, const ElementTask *t, const ElementLists *l, Set features, long start, long end,
                        SquareSums *sums) {
  Set streams = streams_of(t, l, features);
  Block b = {.from = start};
  for (int pending = 1; b.from < end; b.from += b.count, pending++) {
    b.count = fewer(ELEMENT_BLOCK, end - b.from);
    fill_block(base, t, l, &b, streams, features);
    EACH_IN(features, f, t->features) sums->lanes[f] += square_sums(b.features[f], b.count);
    if (pending % FLUSH_BLOCKS == 0) flush_squares(sums, features);
  }
  flush_squares(sums, features);
}

/* The axes along which a feature is not the same everywhere. */
static Set axes_of(const ElementTask *t, const ElementLists *l, int feature) {
  Set axes = 0, streams = streams_of(t, l, 1ull << feature);
  EACH_IN(streams, s, t->streams)
    for (int axis = 0; axis < t->rank; axis++)
      if (l->streams[(long)s * (t->rank + 1) + 1 + axis]) axes |= 1ull << axis;
  return axes;
}

/*
 * Takes from `rest` the features that vary along the same axes as its first, and one place of the others is enough:
 * sets `sides` to 1 there. Answers the number of places.
 */
static long take_alike(const ElementTask *t, const ElementLists *l, Set *rest, Set *taken, int32_t *sides) {
  Set axes = axes_of(t, l, __builtin_ctzll(*rest));
  *taken = 0;
  EACH_IN(*rest, f, t->features)
    if (axes_of(t, l, f) == axes) *taken |= 1ull << f;
  *rest &= ~*taken;
  long count = 1;
  for (int axis = 0; axis < t->rank; axis++) count *= sides[axis] = HAS(axes, axis) ? l->sides[axis] : 1;
  return count;
}

static void put_norms(float *out, const ElementTask *t, Set features, const SquareSums *sums, long count) {
  double epsilon = (double)__builtin_bit_cast(float, t->norms);
  EACH_IN(features, f, t->features)
    out[(f - t->from) * t->sections] = (float)(1 / __builtin_sqrt(sums->all[f] / (double)count + epsilon));
}

INLINE Set range_set(int from, int to) { return (to < 64 ? (1ull << to) - 1 : ~0ull) & ~((1ull << from) - 1); }

/*
 * out [to - from][sections]: 1 / sqrt(mean x^2 + epsilon) of features [from, to) over each of the equal sections that
 * the elements fall into. args: ElementTask and its lists
 */
static void elements_norms(float *base, const int32_t *args) {
  const ElementTask *t = (const ElementTask *)args;
  ElementLists l = lists_of(args, t);
  Set features = range_set(t->from, t->to);
  SquareSums sums;
  EACH_IN(features, f, t->features) sums.lanes[f] = splat(0.0f), sums.all[f] = 0;
  if (t->sections == 1) {
    int32_t sides[ELEMENT_RANK];
    while (features) {
      Set alike;
      long count = take_alike(t, &l, &features, &alike, sides);
      ElementLists few = l;
      few.sides = sides;
      add_squares(base, t, &few, alike, 0, count, &sums);
      put_norms(base + t->out, t, alike, &sums, count);
    }
    return;
  }
  long length = t->count / t->sections;
  for (long section = 0; section < t->sections; section++) {
    add_squares(base, t, &l, features, section * length, (section + 1) * length, &sums);
    put_norms(base + t->out + section, t, features, &sums, length);
    EACH_IN(features, f, t->features) sums.all[f] = 0;
  }
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

static NetworkWork network_work(float *base, const ElementTask *t, const ElementLists *l) {
  long width = l->layers[2], widest = 0;
  for (int layer = 0; layer < t->layers; layer++)
    if (l->layers[3 * layer + 2] > widest) widest = l->layers[3 * layer + 2];
  NetworkWork w;
  w.units[0] = base + t->work + (long)(t->streams + t->features) * BLOCK_STRIDE;
  w.units[1] = w.units[0] + widest * BLOCK_STRIDE;
  w.bias = w.units[1] + widest * BLOCK_STRIDE;
  w.weights = w.bias + width;
  return w;
}

/* The outputs of a block, rows of the buffer that is answered. */
static const float *run_layers(const float *base, const ElementTask *t, const ElementLists *l, const Block *b,
                               const NetworkWork *w) {
  LayerInputs in = {b->features, 0, t->features};
  for (int i = 0; i < t->layers; i++) {
    const int32_t *layer = l->layers + 3 * i;
    float *out = w->units[i & 1];
    const float *weights = i ? base + layer[0] : w->weights, *bias = i ? base + layer[1] : w->bias;
    layer_of(out, &in, weights, layer[2], bias, b->count, i == t->layers - 1);
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
  const ElementTask *t = (const ElementTask *)args;
  ElementLists l = lists_of(args, t);
  NetworkWork w = network_work(base, t, &l);
  long length = t->count / t->sections, outputs = l.layers[3 * (t->layers - 1) + 2], section = -1;
  common_bias(base, t, l.layers, w.bias);
  Set features = range_set(0, t->features), streams = streams_of(t, &l, features);
  Block b;
  for (b.from = t->from; b.from < t->to; b.from += b.count) {
    if (b.from / length != section) scaled_weights(base, t, l.layers, section = b.from / length, w.weights);
    b.count = fewer(fewer(ELEMENT_BLOCK, t->to - b.from), (section + 1) * length - b.from);
    fill_block(base, t, &l, &b, streams, features);
    const float *rows = run_layers(base, t, &l, &b, &w);
    float *out = base + t->out + (b.from - t->from);
    for (long o = 0; o < outputs; o++)
      for (long i = 0; i < b.count; i += VL)
        store_rest(out + o * t->count + i, load(rows + o * BLOCK_STRIDE + i), b.count - i);
  }
}

#define ELEMENTS_KERNELS                        \
  {"elements.norms", VARIADIC, elements_norms}, \
  {"elements.network", VARIADIC, elements_network},
