/*
 * What a convolution reads, band by band. A band is some whole images, or some rows of one image, that fit the second
 * cache. Where a window hangs over an edge the band is copied with its zeros around it (a strip), so that the
 * products need no conditions: every tap of a pixel is then at a fixed distance from the pixel's first tap, and no im2col
 * matrix is needed. Without padding the band is read in place.
 */
#ifndef VELO_CONV_BANDS_H
#define VELO_CONV_BANDS_H

#include "simd.h"

/* The arguments of conv.* and depthwise.*. */
typedef struct {
  float *out, *workspace;
  const float *in, *other;
  long words;
  long N, H, W, C, OH, OW, OC, KH, KW, strideH, strideW, dilationH, dilationW, padTop, padLeft;
} ConvShape;

INLINE ConvShape conv_shape(float *base, const int32_t *args) {
  return (ConvShape){
      .out = base + args[0], .in = base + args[1], .other = base + args[2], .workspace = base + args[3], .words = args[4],
      .N = args[5], .H = args[6], .W = args[7], .C = args[8], .OH = args[9], .OW = args[10], .OC = args[11],
      .KH = args[12], .KW = args[13], .strideH = args[14], .strideW = args[15],
      .dilationH = args[16], .dilationW = args[17], .padTop = args[18], .padLeft = args[19]};
}

/* A band's words, half of a second cache of 512 KB; a band of a single row may have more. */
enum { CONV_BAND = 65536, CONV_TABLE_SPARE = 32 };

/* Images and the windows over them: window (t, u) starts at row t * stepH - top, column u * stepW - left. */
typedef struct {
  const float *at;
  long images, height, width, channels;
  long top, left, stepH, stepW;
  /* Rows and columns that a window reaches over; numbers of windows. */
  long spanH, spanW, windowsH, windowsW;
} ConvSource;

typedef struct {
  long firstImage, images, firstRow, rows;
} ConvBand;

/* Where a band's windows start: at + image * i + row * t + pixel * u; `line` from a source row to the next. */
typedef struct {
  const float *at;
  long image, row, pixel, line;
} ConvView;

INLINE long conv_strip_width(const ConvSource *s) { return (s->windowsW - 1) * s->stepW + s->spanW; }
INLINE long conv_strip_height(const ConvSource *s, long rows) { return (rows - 1) * s->stepH + s->spanH; }

/* Words of `rows` rows of windows: the strip and a table of two words per window. */
INLINE long conv_band_words(const ConvSource *s, long rows) {
  return conv_strip_height(s, rows) * conv_strip_width(s) * s->channels + 2 * rows * s->windowsW;
}

/* The images and rows of a full band when `words` may be used. */
static ConvBand conv_full_band(const ConvSource *s, long words) {
  if (words > CONV_BAND) words = CONV_BAND;
  ConvBand band = {0, 1, 0, s->windowsH};
  long image = conv_band_words(s, s->windowsH);
  if (image <= words) {
    band.images = image * s->images <= words ? s->images : words / image;
    return band;
  }
  long row = conv_band_words(s, 1), further = conv_band_words(s, 2) - row;
  band.rows = row < words ? 1 + (words - row) / further : 1;
  return band;
}

/* Goes to the next band; false behind the last one. */
static int conv_next_band(const ConvSource *s, const ConvBand *full, ConvBand *band) {
  band->firstRow += band->rows;
  if (band->firstRow >= s->windowsH) {
    band->firstRow = 0;
    band->firstImage += band->images;
  }
  long images = s->images - band->firstImage, rows = s->windowsH - band->firstRow;
  band->images = full->images < images ? full->images : images;
  band->rows = full->rows < rows ? full->rows : rows;
  return images > 0 && rows > 0 && s->windowsW > 0;
}

INLINE int conv_in_place(const ConvSource *s) {
  return s->top <= 0 && s->left <= 0 && conv_strip_height(s, s->windowsH) - s->top <= s->height &&
         conv_strip_width(s) - s->left <= s->width;
}

INLINE void conv_copy(float *out, const float *in, long count) {
  long i = 0;
  for (; i + VL <= count; i += VL) store(out + i, load(in + i));
  for (; i < count; i++) out[i] = in[i];
}

INLINE void conv_zero(float *out, long count) {
  long i = 0;
  for (; i + VL <= count; i += VL) store(out + i, splat(0.0f));
  for (; i < count; i++) out[i] = 0.0f;
}

INLINE long conv_limit(long x, long low, long high) { return x < low ? low : x > high ? high : x; }

/* Copies the source rows of one image that a band needs, zeros where there is none. */
static void conv_fill_strip(const ConvSource *s, const float *image, long firstRow, long rows, float *out) {
  long channels = s->channels, width = conv_strip_width(s), height = conv_strip_height(s, rows);
  long from = conv_limit(s->left, 0, width), to = conv_limit(s->left + s->width, from, width);
  for (long i = 0; i < height; i++, out += width * channels) {
    long y = firstRow * s->stepH - s->top + i;
    if (y < 0 || y >= s->height) {
      conv_zero(out, width * channels);
      continue;
    }
    conv_zero(out, from * channels);
    conv_copy(out + from * channels, image + (y * s->width + from - s->left) * channels, (to - from) * channels);
    conv_zero(out + to * channels, (width - to) * channels);
  }
}

/* The band, copied into `strip` where it cannot be read in place. */
static ConvView conv_view(const ConvSource *s, const ConvBand *band, float *strip) {
  long pixel = s->stepW * s->channels, size = s->height * s->width * s->channels;
  const float *first = s->at + band->firstImage * size;
  if (conv_in_place(s)) {
    long line = s->width * s->channels;
    const float *at = first + (band->firstRow * s->stepH - s->top) * line - s->left * s->channels;
    return (ConvView){at, size, s->stepH * line, pixel, line};
  }
  long line = conv_strip_width(s) * s->channels, image = conv_strip_height(s, band->rows) * line;
  for (long i = 0; i < band->images; i++)
    conv_fill_strip(s, first + i * size, band->firstRow, band->rows, strip + i * image);
  return (ConvView){strip, image, s->stepH * line, pixel, line};
}

#endif
