/*
 * Convolutions, NHWC with filters [KH, KW, C, OC], and their gradients, as matrix products on the images themselves
 * (conv_bands.h, conv_blocks.h). The input's gradient is a convolution of dy for each phase of the strides: rows of
 * dx that are strideH apart see the same taps. Padding counts as zeros: an infinite weight over it gives NaN.
 *
 * args of all: out, in, other, workspace, workspaceWords, N, H, W, C, OH, OW, OC, KH, KW, strideH, strideW, dilationH,
 * dilationW, padTop, padLeft; then of conv.forward and conv.forwardRelu: bias [OC] or -1; of conv.filter: firstRow, rows,
 * the rows of the [KH KW C, OC] matrix that it computes.
 * The workspace holds the packed filter (rows, columns rounded up to 32; not for conv.filter), the runs (3 words a
 * tap), a band and 64 words for rounding up. Least band: conv_band_words of one row of windows, for conv.filter that
 * or min(CONV_BAND, all rows of all images) if more; plan/convWorkspace.ts computes it. Bits do not depend on the size.
 */
#include "conv_bands.h"
#include "conv_blocks.h"

enum { CONV_PACK = 32 };
_Static_assert(CONV_PACK % CONV_COLUMNS == 0, "the packed filter must hold whole panels");

/* The parts of a workspace. */
typedef struct {
  float *packed, *band;
  ConvRun *runs;
  long bandWords;
} ConvWork;

/* Divides the workspace; rows and columns of the packed filter. */
static ConvWork conv_work(const ConvShape *s, long rows, long columns) {
  long packed = rows * ((columns + CONV_PACK - 1) / CONV_PACK * CONV_PACK);
  long runs = (3 * s->KH * s->KW + 15) / 16 * 16;
  float *band = s->workspace + packed + runs;
  return (ConvWork){s->workspace, band, (ConvRun *)(s->workspace + packed), s->words - packed - runs};
}

/* The windows of the convolution over its input. */
static ConvSource conv_input_windows(const ConvShape *s) {
  return (ConvSource){
      .at = s->in, .images = s->N, .height = s->H, .width = s->W, .channels = s->C,
      .top = s->padTop, .left = s->padLeft, .stepH = s->strideH, .stepW = s->strideW,
      .spanH = (s->KH - 1) * s->dilationH + 1, .spanW = (s->KW - 1) * s->dilationW + 1,
      .windowsH = s->OH, .windowsW = s->OW};
}

INLINE long conv_floor_div(long a, long b) { return a >= 0 ? a / b : -((b - 1 - a) / b); }

/* The first and the last row (or column) of dy that row 0 (of all phases) of dx depends on. */
INLINE long conv_first(long pad, long window, long dilation, long stride) {
  return conv_floor_div(pad - (window - 1) * dilation, stride);
}
INLINE long conv_last(long pad, long stride) { return conv_floor_div(pad + stride - 1, stride); }

/* The windows over dy that the input's gradient is made from: one for every strideH rows and strideW columns. */
static ConvSource conv_output_windows(const ConvShape *s) {
  long top = -conv_first(s->padTop, s->KH, s->dilationH, s->strideH);
  long left = -conv_first(s->padLeft, s->KW, s->dilationW, s->strideW);
  return (ConvSource){
      .at = s->in, .images = s->N, .height = s->OH, .width = s->OW, .channels = s->OC,
      .top = top, .left = left, .stepH = 1, .stepW = 1,
      .spanH = conv_last(s->padTop, s->strideH) + top + 1, .spanW = conv_last(s->padLeft, s->strideW) + left + 1,
      .windowsH = (s->H + s->strideH - 1) / s->strideH, .windowsW = (s->W + s->strideW - 1) / s->strideW};
}

static int conv_forward_runs(const ConvShape *s, long line, ConvRun *runs) {
  int count = 0;
  for (long h = 0; h < s->KH; h++)
    for (long w = 0; w < s->KW; w++) {
      long offset = h * s->dilationH * line + w * s->dilationW * s->C;
      count = conv_add_run(runs, count, offset, (h * s->KW + w) * s->C, s->C);
    }
  return count;
}

/* The taps of one phase, last tap first as conv_pack_flipped has them. */
static int conv_input_runs(const ConvShape *s, const ConvSource *dy, long phaseH, long phaseW, long line, ConvRun *runs) {
  int count = 0;
  for (long h = s->KH - 1, tap = 0; h >= 0; h--)
    for (long w = s->KW - 1; w >= 0; w--, tap++) {
      long y = phaseH + s->padTop - h * s->dilationH, x = phaseW + s->padLeft - w * s->dilationW;
      if (y % s->strideH != 0 || x % s->strideW != 0) continue;
      long offset = (y / s->strideH + dy->top) * line + (x / s->strideW + dy->left) * s->OC;
      count = conv_add_run(runs, count, offset, tap * s->OC, s->OC);
    }
  return count;
}

/* Panels of the filter matrix [rows][columns]; columns that do not exist are 0. */
static void conv_pack(const float *filter, long rows, long columns, float *out) {
  for (long j = 0; j < columns; j += CONV_COLUMNS)
    for (long k = 0; k < rows; k++)
      for (long i = j; i < j + CONV_COLUMNS; i++, out++) *out = i < columns ? filter[k * columns + i] : 0.0f;
}

/* Panels of [taps from the last to the first][OC] rows, C columns. */
static void conv_pack_flipped(const float *filter, long taps, long C, long OC, float *out) {
  for (long j = 0; j < C; j += CONV_COLUMNS)
    for (long tap = taps - 1; tap >= 0; tap--) {
      const float *from = filter + (tap * C + j) * OC;
      long columns = C - j < CONV_COLUMNS ? C - j : CONV_COLUMNS;
      for (long k = 0; k < OC; k++)
        for (long i = 0; i < CONV_COLUMNS; i++, out++) *out = i < columns ? from[i * OC + k] : 0.0f;
    }
}

/* Where results go: images of height x width, every stepH-th row and stepW-th column from the phase on. */
typedef struct {
  long height, width, channels, stepH, stepW, phaseH, phaseW;
} ConvTarget;

/* Lists a band's windows, the last one several times. */
static long conv_list_pixels(const ConvView *view, const ConvBand *band, const ConvTarget *t, ConvPixel *pixels) {
  long count = 0;
  for (long image = 0; image < band->images; image++)
    for (long row = 0; row < band->rows; row++) {
      long y = t->phaseH + (band->firstRow + row) * t->stepH;
      if (y >= t->height) break;
      long from = image * view->image + row * view->row;
      long to = ((band->firstImage + image) * t->height + y) * t->width;
      for (long x = t->phaseW; x < t->width; x += t->stepW, from += view->pixel)
        pixels[count++] = (ConvPixel){(int32_t)from, (int32_t)((to + x) * t->channels)};
    }
  if (count > 0)
    for (long i = 0; i < CONV_ROWS - 1; i++) pixels[count + i] = pixels[count - 1];
  return count;
}

/* All panels of one band and phase. `rows` of the filter matrix. */
static void conv_multiply(ConvProduct product, const ConvPixel *pixels, long count, long rows, long columns) {
  for (long j = 0; j < columns; j += CONV_COLUMNS) {
    product.columns = columns - j;
    conv_product(&product, pixels, count);
    product.panel += rows * CONV_COLUMNS;
    product.out += CONV_COLUMNS;
    if (product.bias) product.bias += CONV_COLUMNS;
  }
}

/* Words of a band's table, before its strip. */
INLINE long conv_table_words(const ConvSource *s, const ConvBand *full) {
  return (2 * full->images * full->rows * s->windowsW + CONV_TABLE_SPARE + 15) / 16 * 16;
}

INLINE void conv_forward_with(float *base, const int32_t *args, int relu) {
  ConvShape s = conv_shape(base, args);
  ConvSource source = conv_input_windows(&s);
  long rows = s.KH * s.KW * s.C;
  ConvWork work = conv_work(&s, rows, s.OC);
  conv_pack(s.other, rows, s.OC, work.packed);
  ConvTarget target = {s.OH, s.OW, s.OC, 1, 1, 0, 0};
  ConvBand full = conv_full_band(&source, work.bandWords - CONV_TABLE_SPARE - 16), band = {0};
  float *strip = work.band + conv_table_words(&source, &full);
  while (conv_next_band(&source, &full, &band)) {
    ConvView view = conv_view(&source, &band, strip);
    long count = conv_list_pixels(&view, &band, &target, (ConvPixel *)work.band);
    ConvProduct product = {view.at, work.packed, work.runs, conv_forward_runs(&s, view.line, work.runs), s.out, 0,
                           args[20] < 0 ? 0 : base + args[20], relu};
    conv_multiply(product, (ConvPixel *)work.band, count, rows, s.OC);
  }
}

static void conv_forward(float *base, const int32_t *args) { conv_forward_with(base, args, 0); }
static void conv_forward_relu(float *base, const int32_t *args) { conv_forward_with(base, args, 1); }

static void conv_input(float *base, const int32_t *args) {
  ConvShape s = conv_shape(base, args);
  ConvSource source = conv_output_windows(&s);
  long rows = s.KH * s.KW * s.OC;
  ConvWork work = conv_work(&s, rows, s.C);
  conv_pack_flipped(s.other, s.KH * s.KW, s.C, s.OC, work.packed);
  ConvBand full = conv_full_band(&source, work.bandWords - CONV_TABLE_SPARE - 16), band = {0};
  float *strip = work.band + conv_table_words(&source, &full);
  ConvPixel *pixels = (ConvPixel *)work.band;
  while (conv_next_band(&source, &full, &band)) {
    ConvView view = conv_view(&source, &band, strip);
    for (long h = 0; h < s.strideH; h++)
      for (long w = 0; w < s.strideW; w++) {
        ConvTarget target = {s.H, s.W, s.C, s.strideH, s.strideW, h, w};
        long count = conv_list_pixels(&view, &band, &target, pixels);
        int runs = conv_input_runs(&s, &source, h, w, view.line, work.runs);
        ConvProduct product = {view.at, work.packed, work.runs, runs, s.out, 0, 0, 0};
        conv_multiply(product, pixels, count, rows, s.C);
      }
  }
}

/* Adds what one run gives, in blocks of about the same size. */
static void conv_sum_run(const ConvSum *sum, const ConvRun *run, long column, float *out) {
  long blocks = (run->length + CONV_ROWS - 1) / CONV_ROWS;
  for (long block = 0; block < blocks; block++) {
    long start = block * run->length / blocks, rows = (block + 1) * run->length / blocks - start;
    conv_sum((int)rows, sum, run->offset + start, column, out + (run->row + start) * sum->stride + column,
             sum->stride - column);
  }
}

/* Leaves `rows` rows of the filter matrix, counted from the first of them on. */
static int conv_limit_runs(ConvRun *runs, int count, long first, long rows) {
  int kept = 0;
  for (int r = 0; r < count; r++) {
    ConvRun run = runs[r];
    long from = conv_limit(run.row, first, first + rows), to = conv_limit(run.row + run.length, first, first + rows);
    if (from < to)
      runs[kept++] = (ConvRun){(int32_t)(run.offset + from - run.row), (int32_t)(from - first), (int32_t)(to - from)};
  }
  return kept;
}

/* dfilter: sums within a band, then over bands. */
static void conv_filter(float *base, const int32_t *args) {
  ConvShape s = conv_shape(base, args);
  ConvSource source = conv_input_windows(&s);
  ConvWork work = conv_work(&s, 0, 0);
  long first = args[20], rows = args[21];
  conv_zero(s.out, rows * s.OC);
  /* Not what the workspace has: the order of the sums must not depend on it. */
  ConvBand full = conv_full_band(&source, CONV_BAND), band = {0};
  ConvTarget target = {s.OH, s.OW, s.OC, 1, 1, 0, 0};
  ConvPixel *pixels = (ConvPixel *)work.band;
  float *strip = work.band + conv_table_words(&source, &full);
  while (conv_next_band(&source, &full, &band)) {
    ConvView view = conv_view(&source, &band, strip);
    long count = conv_list_pixels(&view, &band, &target, pixels);
    ConvSum sum = {view.at, pixels, count, s.other + pixels[0].to, s.OC};
    int runs = conv_limit_runs(work.runs, conv_forward_runs(&s, view.line, work.runs), first, rows);
    for (long j = 0; j < s.OC; j += CONV_COLUMNS)
      for (int r = 0; r < runs; r++) conv_sum_run(&sum, work.runs + r, j, s.out);
  }
}

#include "depthwise.c"

#define CONV_KERNELS                           \
  {"conv.forward", 21, conv_forward},          \
  {"conv.forwardRelu", 21, conv_forward_relu}, \
  {"conv.input", 20, conv_input},              \
  {"conv.filter", 22, conv_filter},            \
  DEPTHWISE_KERNELS
