/**
 * Heat-maps of many cells: one device pixel shows one colour, nearest and never smoothed. Columns may have unequal
 * widths; where several cells share a pixel, the largest (or most extreme) value wins, never the mean.
 */

export interface HeatmapOptions {
  /** The area, in CSS pixels of the canvas. */
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  /** CSS pixels of the columns' edges, rising; column i lies between edges[i] and edges[i + 1]. */
  readonly edges: ArrayLike<number>;
  /** First column to draw; what lies left of it stays as it is. For appending. Default 0. */
  readonly firstColumn?: number | undefined;
  readonly rows: number;
  /** Share of the palette in [0, 1]; NaN: hatched; undefined: nothing recorded. Row 0 is at the top. */
  readonly value: (column: number, row: number) => number | undefined;
  /** 256 RGBA entries, from `palette()`. */
  readonly palette: Uint8Array;
  /** Largest value (sequential), or the one furthest from the middle (diverging). */
  readonly reduce: 'max' | 'extreme';
  /** Colour of what is not a number, resolved: `color('--velo-bad')`. */
  readonly bad: string;
}

const NOTHING = -1;
const NOT_A_NUMBER = -2;

/** Draws it; the context may be scaled by the device pixel ratio, as `useCanvas` does. */
export function drawHeatmap(context: CanvasRenderingContext2D, options: HeatmapOptions): void {
  const ratio = context.getTransform().a;
  const { x, y, width, height, edges, firstColumn = 0 } = options;
  const left = Math.max(x, firstColumn > 0 ? (edges[firstColumn] ?? x) : x);
  const startPixel = Math.round(left * ratio);
  const columns = Math.round((x + width) * ratio) - startPixel;
  const lines = Math.round(height * ratio);
  if (columns <= 0 || lines <= 0) return;
  const image = context.createImageData(columns, lines);
  const spans = columnSpans(
    edges,
    firstColumn,
    columns,
    (edge) => Math.round(edge * ratio) - startPixel,
  );
  paint(image, spans, options, hatch(options.bad, ratio));
  context.putImageData(image, startPixel, Math.round(y * ratio));
}

/** Pixel columns that show the same cells: `[from, to)` pixels, `[first, last]` columns. */
interface Span {
  readonly from: number;
  readonly to: number;
  readonly first: number;
  readonly last: number;
}

function columnSpans(
  edges: ArrayLike<number>,
  firstColumn: number,
  pixels: number,
  toPixel: (edge: number) => number,
): Span[] {
  const spans: Span[] = [];
  for (let column = firstColumn; column + 1 < edges.length; column++) {
    const from = Math.max(0, toPixel(edges[column]!));
    const to = Math.min(pixels, Math.max(from + 1, toPixel(edges[column + 1]!)));
    if (from >= pixels || toPixel(edges[column + 1]!) < 0) continue;
    const before = spans.at(-1);
    if (before === undefined || from >= before.to)
      spans.push({ from, to, first: column, last: column });
    else {
      spans[spans.length - 1] = { ...before, last: column };
      if (to > before.to) spans.push({ from: before.to, to, first: column, last: column });
    }
  }
  return spans;
}

function paint(
  image: ImageData,
  spans: readonly Span[],
  { rows, value, palette, reduce }: HeatmapOptions,
  hatchAt: (x: number, y: number) => number,
): void {
  const pixels = new Uint32Array(image.data.buffer);
  const colors = new Uint32Array(palette.buffer, palette.byteOffset, 256);
  const { width, height } = image;
  for (const span of spans) {
    let shownRow = -1;
    let entry = NOTHING;
    for (let line = 0; line < height; line++) {
      const top = Math.floor((line * rows) / height);
      const bottom = Math.max(top + 1, Math.floor(((line + 1) * rows) / height));
      if (top !== shownRow || bottom - top > 1) {
        entry = entryOf(span, top, bottom, value, reduce === 'extreme');
        shownRow = top;
      }
      if (entry === NOTHING) continue;
      const offset = line * width;
      if (entry !== NOT_A_NUMBER) pixels.fill(colors[entry]!, offset + span.from, offset + span.to);
      else for (let i = span.from; i < span.to; i++) pixels[offset + i] = hatchAt(i, line);
    }
  }
}

/** Palette entry of the cells that share a pixel. One that is not a number outweighs all others. */
function entryOf(
  { first, last }: Span,
  top: number,
  bottom: number,
  value: HeatmapOptions['value'],
  extreme: boolean,
): number {
  let best: number | undefined;
  for (let column = first; column <= last; column++)
    for (let row = top; row < bottom; row++) {
      const candidate = value(column, row);
      if (candidate === undefined) continue;
      if (Number.isNaN(candidate)) return NOT_A_NUMBER;
      if (best === undefined || weight(candidate, extreme) > weight(best, extreme))
        best = candidate;
    }
  if (best === undefined) return NOTHING;
  return Math.round(Math.min(1, Math.max(0, best)) * 255);
}

function weight(value: number, extreme: boolean): number {
  return extreme ? Math.abs(value - 0.5) : value;
}

/** Diagonal stripes as pixels (little-endian RGBA): the colour, and nothing between. */
function hatch(bad: string, ratio: number): (x: number, y: number) => number {
  const [red = 0, green = 0, blue = 0] = (bad.match(/[\d.]+/g) ?? []).map(Number);
  const pixel = ((255 << 24) | (blue << 16) | (green << 8) | red) >>> 0;
  const period = Math.max(4, Math.round(4 * ratio));
  return (x, y) => ((x + y) % period < period / 2 ? pixel : 0);
}
