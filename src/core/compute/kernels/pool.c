/*
 * Pooling, NHWC, vectorised over the channels. Values and gradients are tfjs-cpu's, whose maximum never takes a NaN: a
 * window without any number above -infinity gives -infinity and passes no gradient on. Taps on the padding do not
 * exist; an average without taps is NaN.
 *
 * args: out, x, N, H, W, C, OH, OW, windowH, windowW, strideH, strideW, dilationH, dilationW, padTop, padLeft, dy, 0, 0.
 * pool.max, pool.avg: out = y. pool.maxGrad: out = dx. pool.avgGrad: out = dx, x = dy.
 */
#include "windows.h"

typedef struct {
  float *out;
  const float *in, *dy;
  long N, H, W, C, OH, OW, windowH, windowW, strideH, strideW, dilationH, dilationW, padTop, padLeft;
} PoolShape;

INLINE PoolShape pool_shape(float *base, const int32_t *args) {
  return (PoolShape){
      .out = base + args[0], .in = base + args[1], .dy = base + args[16],
      .N = args[2], .H = args[3], .W = args[4], .C = args[5], .OH = args[6], .OW = args[7],
      .windowH = args[8], .windowW = args[9], .strideH = args[10], .strideW = args[11],
      .dilationH = args[12], .dilationW = args[13], .padTop = args[14], .padLeft = args[15]};
}

/* The part of a window inside its image: word of its first tap, words between taps, number of taps. */
typedef struct {
  long first, row, column, rows, columns;
} PoolWindow;

INLINE PoolWindow pool_window(const PoolShape *s, long n, long oh, long ow) {
  long y = oh * s->strideH - s->padTop, x = ow * s->strideW - s->padLeft;
  Taps rows = taps_inside(y, s->windowH, s->dilationH, s->H);
  Taps columns = taps_inside(x, s->windowW, s->dilationW, s->W);
  y += rows.from * s->dilationH;
  x += columns.from * s->dilationW;
  return (PoolWindow){((n * s->H + y) * s->W + x) * s->C, s->dilationH * s->W * s->C, s->dilationW * s->C,
                      rows.to - rows.from, columns.to - columns.from};
}

/* Vectors of channels that are taken at once, so that the loops over the taps cost less. */
enum { POOL_VECTORS = VL == 16 ? 2 : 4 };

/* Takes one tap into the result so far. */
typedef vf PoolTake(vf result, vf value);
INLINE vf pool_take_larger(vf most, vf value) { return select(value > most, value, most); }
INLINE vf pool_take_sum(vf sum, vf value) { return sum + value; }

/* One window, `vectors` vectors of its channels. */
INLINE void pool_block(int vectors, const float *x, const PoolWindow *w, float start, PoolTake *take, int average,
                       vf result[POOL_VECTORS]) {
  UNROLL for (int v = 0; v < vectors; v++) result[v] = splat(start);
  for (long i = 0; i < w->rows; i++, x += w->row) {
    const float *at = x;
    for (long j = w->columns; j > 0; j--, at += w->column)
      UNROLL for (int v = 0; v < vectors; v++) result[v] = take(result[v], load(at + v * VL));
  }
  if (average)
    UNROLL for (int v = 0; v < vectors; v++) result[v] = result[v] / splat((float)(w->rows * w->columns));
}

/* Every window of y, all channels of each; an average is divided by the number of its taps. */
INLINE void pool_forward(const PoolShape *s, float start, PoolTake *take, int average) {
  float *out = s->out;
  for (long n = 0; n < s->N; n++)
    for (long oh = 0; oh < s->OH; oh++)
      for (long ow = 0; ow < s->OW; ow++, out += s->C) {
        PoolWindow window = pool_window(s, n, oh, ow);
        const float *x = s->in + window.first;
        vf result[POOL_VECTORS];
        long c = 0;
        for (; c + POOL_VECTORS * VL <= s->C; c += POOL_VECTORS * VL) {
          pool_block(POOL_VECTORS, x + c, &window, start, take, average, result);
          UNROLL for (int v = 0; v < POOL_VECTORS; v++) store(out + c + v * VL, result[v]);
        }
        for (; c < s->C; c += VL) {
          pool_block(1, x + c, &window, start, take, average, result);
          store_rest(out + c, result[0], s->C - c);
        }
      }
}

/* What tfjs copies: there even NaN comes through the maximum. */
INLINE int pool_is_copy(const PoolShape *s) {
  return s->windowH == 1 && s->windowW == 1 && s->OH == s->H && s->OW == s->W;
}

static void pool_copy(const PoolShape *s) {
  long count = s->N * s->H * s->W * s->C;
  for (long i = 0; i < count; i += VL) store_rest(s->out + i, load(s->in + i), count - i);
}

static void pool_max(float *base, const int32_t *args) {
  PoolShape s = pool_shape(base, args);
  if (pool_is_copy(&s)) pool_copy(&s);
  else pool_forward(&s, -__builtin_inff(), pool_take_larger, 0);
}

static void pool_avg(float *base, const int32_t *args) {
  PoolShape s = pool_shape(base, args);
  if (pool_is_copy(&s)) pool_copy(&s);
  else pool_forward(&s, 0.0f, pool_take_sum, 1);
}

/* Adds dy to the place of the first maximum of each channel. */
INLINE void pool_add_to_largest(float *dx, const float *x, vf dy, const PoolWindow *w, vi lanes) {
  vf most = splat(-__builtin_inff());
  vi place = (vi)(-1);
  int32_t at = 0;
  for (long i = 0; i < w->rows; i++)
    for (long j = 0; j < w->columns; j++, at++) {
      vf value = load(x + i * w->row + j * w->column);
      vi more = value > most;
      most = select(more, value, most);
      place = more ? (vi)(at) : place;
    }
  at = 0;
  for (long i = 0; i < w->rows; i++)
    for (long j = 0; j < w->columns; j++, at++) {
      float *to = dx + i * w->row + j * w->column;
      store_masked(to, load(to) + dy, lanes & (place == (vi)(at)));
    }
}

INLINE void pool_add_to_all(float *dx, const float *x, vf dy, const PoolWindow *w, vi lanes) {
  (void)x;
  for (long i = 0; i < w->rows; i++)
    for (long j = 0; j < w->columns; j++) {
      float *to = dx + i * w->row + j * w->column;
      store_masked(to, load(to) + dy, lanes);
    }
}

typedef void PoolAdd(float *dx, const float *x, vf dy, const PoolWindow *w, vi lanes);

/* Hands every window's dy, times `scale`, on to dx. */
INLINE void pool_backward(const PoolShape *s, const float *dy, float scale, PoolAdd *add) {
  long count = s->N * s->H * s->W * s->C;
  for (long i = 0; i < count; i += VL) store_masked(s->out + i, splat(0.0f), tail_mask(count - i));
  for (long n = 0; n < s->N; n++)
    for (long oh = 0; oh < s->OH; oh++)
      for (long ow = 0; ow < s->OW; ow++, dy += s->C) {
        PoolWindow window = pool_window(s, n, oh, ow);
        for (long c = 0; c < s->C; c += VL) {
          long first = window.first + c;
          add(s->out + first, s->in + first, load(dy + c) * splat(scale), &window, tail_mask(s->C - c));
        }
      }
}

static void pool_max_grad(float *base, const int32_t *args) {
  PoolShape s = pool_shape(base, args);
  pool_backward(&s, s.dy, 1.0f, pool_add_to_largest);
}

static void pool_avg_grad(float *base, const int32_t *args) {
  PoolShape s = pool_shape(base, args);
  pool_backward(&s, s.in, 1.0f / (float)(s.windowH * s.windowW), pool_add_to_all);
}

#define POOL_KERNELS                     \
  {"pool.max", 19, pool_max},            \
  {"pool.avg", 19, pool_avg},            \
  {"pool.maxGrad", 19, pool_max_grad},   \
  {"pool.avgGrad", 19, pool_avg_grad},
