/*
 * Depthwise convolutions (filter [KH, KW, C, M], output channel c * M + m) and their gradients: arguments as in conv.c;
 * the workspace holds 2 words a tap. M = 1 is vectorised over the channels, a few neighbouring pixels at a time, which
 * share the loads of the filter; larger M is plain loops.
 */
#include "conv_bands.h"
#include "windows.h"

enum { DEPTHWISE_PIXELS = 4 };

/* One tap that a pixel reads: distance from the pixel's first word, first word of the filter. */
typedef struct {
  int32_t offset, filter;
} DepthwiseTap;

/* Pixels of a row that read the same taps. */
typedef struct {
  const DepthwiseTap *taps;
  int count;
  const float *in, *filter;
  long inStep;
  float *out;
  long outStep, channels, multiplier;
} DepthwiseRow;

INLINE void depthwise_block(int pixels, const DepthwiseRow *r) {
  for (long c = 0; c < r->channels; c += VL) {
    vf sum[DEPTHWISE_PIXELS];
    UNROLL for (int i = 0; i < pixels; i++) sum[i] = splat(0.0f);
    for (int t = 0; t < r->count; t++) {
      vf weight = load(r->filter + r->taps[t].filter + c);
      const float *x = r->in + r->taps[t].offset + c;
      UNROLL for (int i = 0; i < pixels; i++) sum[i] = fma(load(x + i * r->inStep), weight, sum[i]);
    }
    UNROLL for (int i = 0; i < pixels; i++) store_rest(r->out + i * r->outStep + c, sum[i], r->channels - c);
  }
}

/* M > 1, forward: one pixel. */
static void depthwise_spread(const DepthwiseRow *r) {
  for (long c = 0; c < r->channels; c++)
    for (long m = c * r->multiplier; m < (c + 1) * r->multiplier; m++) {
      float sum = 0.0f;
      for (int t = 0; t < r->count; t++) sum += r->in[r->taps[t].offset + c] * r->filter[r->taps[t].filter + m];
      r->out[m] = sum;
    }
}

/* M > 1, gradient of the input: one pixel. */
static void depthwise_gather(const DepthwiseRow *r) {
  for (long c = 0; c < r->channels; c++) {
    float sum = 0.0f;
    for (int t = 0; t < r->count; t++)
      for (long m = c * r->multiplier; m < (c + 1) * r->multiplier; m++)
        sum += r->in[r->taps[t].offset + m] * r->filter[r->taps[t].filter + m];
    r->out[c] = sum;
  }
}

/* Taps of an output pixel whose window starts at (y, x). */
static int depthwise_forward_taps(const ConvShape *s, long y, long x, DepthwiseTap *taps) {
  Taps rows = taps_inside(y, s->KH, s->dilationH, s->H), columns = taps_inside(x, s->KW, s->dilationW, s->W);
  int count = 0;
  for (long h = rows.from; h < rows.to; h++)
    for (long w = columns.from; w < columns.to; w++) {
      long offset = (h * s->dilationH * s->W + w * s->dilationW) * s->C;
      taps[count++] = (DepthwiseTap){(int32_t)offset, (int32_t)((h * s->KW + w) * s->OC)};
    }
  return count;
}

/* One row of y. The pixels whose windows lie inside in width share their taps. */
static void depthwise_forward_row(const ConvShape *s, const float *image, long oh, float *out) {
  DepthwiseTap *taps = (DepthwiseTap *)s->workspace;
  DepthwiseRow row = {.taps = taps, .filter = s->other, .inStep = s->strideW * s->C, .outStep = s->OC,
                      .channels = s->C, .multiplier = s->OC / s->C};
  long y = oh * s->strideH - s->padTop, reach = (s->KW - 1) * s->dilationW;
  long pixels = 1;
  for (long ow = 0; ow < s->OW; ow += pixels) {
    long x = ow * s->strideW - s->padLeft, last = x + (DEPTHWISE_PIXELS - 1) * s->strideW + reach;
    int wide = row.multiplier == 1 && x >= 0 && last < s->W && ow + DEPTHWISE_PIXELS <= s->OW;
    /* A wide block behind a wide block finds its taps listed. */
    if (!wide || pixels == 1) row.count = depthwise_forward_taps(s, y, x, taps);
    pixels = wide ? DEPTHWISE_PIXELS : 1;
    row.in = image + (y * s->W + x) * s->C;
    row.out = out + ow * s->OC;
    if (wide) depthwise_block(DEPTHWISE_PIXELS, &row);
    else if (row.multiplier == 1) depthwise_block(1, &row);
    else depthwise_spread(&row);
  }
}

static void depthwise_forward(float *base, const int32_t *args) {
  ConvShape s = conv_shape(base, args);
  for (long n = 0; n < s.N; n++)
    for (long oh = 0; oh < s.OH; oh++)
      depthwise_forward_row(&s, s.in + n * s.H * s.W * s.C, oh, s.out + (n * s.OH + oh) * s.OW * s.OC);
}

/* Taps of the input pixel at (y, x) counted from the padding's corner, relative to the image of dy. */
static int depthwise_input_taps(const ConvShape *s, long y, long x, DepthwiseTap *taps) {
  int count = 0;
  for (long h = 0; h < s->KH; h++) {
    long oh = y - h * s->dilationH;
    if (oh < 0 || oh % s->strideH != 0 || oh / s->strideH >= s->OH) continue;
    for (long w = 0; w < s->KW; w++) {
      long ow = x - w * s->dilationW;
      if (ow < 0 || ow % s->strideW != 0 || ow / s->strideW >= s->OW) continue;
      long offset = (oh / s->strideH * s->OW + ow / s->strideW) * s->OC;
      taps[count++] = (DepthwiseTap){(int32_t)offset, (int32_t)((h * s->KW + w) * s->OC)};
    }
  }
  return count;
}

/* Every strideW-th pixel of a row of dx, from `phase` on: they read the same taps but for the edges. */
static void depthwise_input_row(const ConvShape *s, const float *dy, long ih, long phase, float *out) {
  DepthwiseTap *taps = (DepthwiseTap *)s->workspace;
  DepthwiseRow row = {.taps = taps, .in = dy, .filter = s->other, .inStep = s->OC, .outStep = s->strideW * s->C,
                      .channels = s->C, .multiplier = s->OC / s->C};
  long step = s->strideW, pixels = 1;
  for (long iw = phase; iw < s->W; iw += pixels * step) {
    long x = iw + s->padLeft, last = x / step + DEPTHWISE_PIXELS - 1;
    int wide = row.multiplier == 1 && x >= (s->KW - 1) * s->dilationW && last < s->OW &&
               iw + (DEPTHWISE_PIXELS - 1) * step < s->W;
    row.count = depthwise_input_taps(s, ih + s->padTop, x, taps);
    pixels = wide ? DEPTHWISE_PIXELS : 1;
    row.out = out + iw * s->C;
    if (wide) depthwise_block(DEPTHWISE_PIXELS, &row);
    else if (row.multiplier == 1) depthwise_block(1, &row);
    else depthwise_gather(&row);
  }
}

static void depthwise_input(float *base, const int32_t *args) {
  ConvShape s = conv_shape(base, args);
  for (long n = 0; n < s.N; n++)
    for (long ih = 0; ih < s.H; ih++)
      for (long phase = 0; phase < s.strideW; phase++)
        depthwise_input_row(&s, s.in + n * s.OH * s.OW * s.OC, ih, phase, s.out + (n * s.H + ih) * s.W * s.C);
}

/* The windows of one image whose tap (h, w) lies inside it, and where that tap's sums begin. */
typedef struct {
  const float *x, *dy;
  long rows, columns, xRow, xColumn, dyRow, dyColumn;
} DepthwiseSum;

static DepthwiseSum depthwise_sum_of(const ConvShape *s, long n, long h, long w) {
  long y = h * s->dilationH - s->padTop, x = w * s->dilationW - s->padLeft;
  Taps rows = taps_inside(y, s->OH, s->strideH, s->H), columns = taps_inside(x, s->OW, s->strideW, s->W);
  y += rows.from * s->strideH;
  x += columns.from * s->strideW;
  return (DepthwiseSum){
      .x = s->in + ((n * s->H + y) * s->W + x) * s->C,
      .dy = s->other + ((n * s->OH + rows.from) * s->OW + columns.from) * s->OC,
      .rows = rows.to - rows.from, .columns = columns.to - columns.from,
      .xRow = s->strideH * s->W * s->C, .xColumn = s->strideW * s->C, .dyRow = s->OW * s->OC, .dyColumn = s->OC};
}

/* VL channels from c on, M = 1; several sums at once, so that none waits for the one before. */
static vf depthwise_sum_vector(const DepthwiseSum *s, long c) {
  vf sum[DEPTHWISE_PIXELS];
  UNROLL for (int i = 0; i < DEPTHWISE_PIXELS; i++) sum[i] = splat(0.0f);
  for (long row = 0; row < s->rows; row++) {
    const float *x = s->x + row * s->xRow + c, *dy = s->dy + row * s->dyRow + c;
    long left = s->columns;
    for (; left >= DEPTHWISE_PIXELS; left -= DEPTHWISE_PIXELS) {
      UNROLL for (int i = 0; i < DEPTHWISE_PIXELS; i++)
        sum[i] = fma(load(x + i * s->xColumn), load(dy + i * s->dyColumn), sum[i]);
      x += DEPTHWISE_PIXELS * s->xColumn;
      dy += DEPTHWISE_PIXELS * s->dyColumn;
    }
    for (; left > 0; left--, x += s->xColumn, dy += s->dyColumn) sum[0] = fma(load(x), load(dy), sum[0]);
  }
  return (sum[0] + sum[1]) + (sum[2] + sum[3]);
}

static float depthwise_sum_channel(const DepthwiseSum *s, long c, long m) {
  float sum = 0.0f;
  for (long row = 0; row < s->rows; row++)
    for (long column = 0; column < s->columns; column++)
      sum += s->x[row * s->xRow + column * s->xColumn + c] * s->dy[row * s->dyRow + column * s->dyColumn + m];
  return sum;
}

static void depthwise_filter(float *base, const int32_t *args) {
  ConvShape s = conv_shape(base, args);
  long multiplier = s.OC / s.C;
  conv_zero(s.out, s.KH * s.KW * s.OC);
  for (long n = 0; n < s.N; n++)
    for (long tap = 0; tap < s.KH * s.KW; tap++) {
      DepthwiseSum sum = depthwise_sum_of(&s, n, tap / s.KW, tap % s.KW);
      float *out = s.out + tap * s.OC;
      if (multiplier == 1)
        for (long c = 0; c < s.C; c += VL)
          store_masked(out + c, load(out + c) + depthwise_sum_vector(&sum, c), tail_mask(s.C - c));
      else
        for (long m = 0; m < s.OC; m++) out[m] += depthwise_sum_channel(&sum, m / multiplier, m);
    }
}

#define DEPTHWISE_KERNELS                       \
  {"depthwise.forward", 20, depthwise_forward}, \
  {"depthwise.input", 20, depthwise_input},     \
  {"depthwise.filter", 20, depthwise_filter},
