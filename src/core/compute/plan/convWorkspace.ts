/** How much scratch memory the kernels conv.* and depthwise.* need: the rules of kernels/conv.c and conv_bands.h. */

/** A 2D convolution, NHWC; also what the kernels take as arguments, in this order. */
export interface ConvGeometry {
  readonly batch: number;
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  readonly outHeight: number;
  readonly outWidth: number;
  readonly outChannels: number;
  readonly filterHeight: number;
  readonly filterWidth: number;
  readonly strideHeight: number;
  readonly strideWidth: number;
  readonly dilationHeight: number;
  readonly dilationWidth: number;
  readonly padTop: number;
  readonly padLeft: number;
}

export type ConvDirection = 'forward' | 'input' | 'filter';

/** CONV_BAND, CONV_PACK and the words for rounding up. */
const BAND = 65_536;
const PACK = 32;
const SPARE = 64;

/** Windows over images, see ConvSource. */
interface Windows {
  readonly channels: number;
  readonly step: readonly [number, number];
  readonly span: readonly [number, number];
  readonly count: readonly [number, number];
}

/**
 * Words wanted for one of the three kernels, or for the largest of them; enough for depthwise.* of the same geometry
 * too. With more nothing gets faster.
 */
export function convWorkspace(geometry: ConvGeometry, direction?: ConvDirection): number {
  return words(geometry, direction, (windows) => wantedBand(windows, geometry.batch));
}

/** Words without which the kernels must not be called: they would write past the workspace. */
export function leastConvWorkspace(geometry: ConvGeometry, direction?: ConvDirection): number {
  return words(geometry, direction, (windows) => bandWords(windows, 1));
}

function words(
  g: ConvGeometry,
  direction: ConvDirection | undefined,
  band: (windows: Windows) => number,
): number {
  const taps = g.filterHeight * g.filterWidth;
  const runs = roundUp(3 * taps, 16) + SPARE;
  const input = inputWindows(g);
  const output = outputWindows(g);
  const needs: Record<ConvDirection, number> = {
    forward: taps * g.channels * roundUp(g.outChannels, PACK) + runs + band(input),
    input: taps * g.outChannels * roundUp(g.channels, PACK) + runs + band(output),
    // Always a full band: the order of its sums follows from the bands.
    filter: runs + wantedBand(input, g.batch),
  };
  return direction === undefined ? Math.max(...Object.values(needs)) : needs[direction];
}

function roundUp(count: number, to: number): number {
  return Math.ceil(count / to) * to;
}

/** conv_band_words */
function bandWords({ channels, step, span, count }: Windows, rows: number): number {
  const height = (rows - 1) * step[0] + span[0];
  const width = (count[1] - 1) * step[1] + span[1];
  return height * width * channels + 2 * rows * count[1];
}

function wantedBand(windows: Windows, batch: number): number {
  const all = batch * bandWords(windows, windows.count[0]);
  return Math.max(bandWords(windows, 1), Math.min(BAND, all));
}

/** conv_input_windows */
function inputWindows(g: ConvGeometry): Windows {
  return {
    channels: g.channels,
    step: [g.strideHeight, g.strideWidth],
    span: [(g.filterHeight - 1) * g.dilationHeight + 1, (g.filterWidth - 1) * g.dilationWidth + 1],
    count: [g.outHeight, g.outWidth],
  };
}

/** conv_output_windows */
function outputWindows(g: ConvGeometry): Windows {
  return {
    channels: g.outChannels,
    step: [1, 1],
    span: [
      reach(g.padTop, g.filterHeight, g.dilationHeight, g.strideHeight),
      reach(g.padLeft, g.filterWidth, g.dilationWidth, g.strideWidth),
    ],
    count: [Math.ceil(g.height / g.strideHeight), Math.ceil(g.width / g.strideWidth)],
  };
}

function reach(pad: number, window: number, dilation: number, stride: number): number {
  const first = Math.floor((pad - (window - 1) * dilation) / stride);
  return Math.floor((pad + stride - 1) / stride) - first + 1;
}
