/** Images of a sample on a canvas: small ones stay made of pixels, large ones are made smaller smoothly. */
import type { TaskSampleEntry } from '../../../src/protocol/live/index';

export type ImagesSample = Extract<TaskSampleEntry, { kind: 'images' }>;

/** Pixels between images. */
const GAP = 2;

export interface SheetLayout {
  readonly columns: number;
  readonly rows: number;
  /** Side of a cell in pixels. */
  readonly cell: number;
}

/** Two rows of cells of about 40 pixels that fill a width, no more than eight columns. */
export function stripLayout(width: number): SheetLayout {
  const columns = Math.min(8, Math.max(3, Math.round((width + GAP) / (40 + GAP))));
  return { columns, rows: 2, cell: Math.floor((width - GAP * (columns - 1)) / columns) };
}

export function layoutHeight({ rows, cell }: SheetLayout): number {
  return rows * cell + (rows - 1) * GAP;
}

/** Draws the first images of a sample into a layout's cells, row by row. */
export function drawSheet(
  context: CanvasRenderingContext2D,
  sample: ImagesSample,
  { columns, rows, cell }: SheetLayout,
): void {
  const shown = Math.min(sample.labels.length, columns * rows);
  for (let index = 0; index < shown; index++) {
    const x = (index % columns) * (cell + GAP);
    const y = Math.floor(index / columns) * (cell + GAP);
    drawImage(context, sample, { index, x, y, cell });
  }
}

interface Place {
  readonly index: number;
  readonly x: number;
  readonly y: number;
  readonly cell: number;
}

/** Draws one image into a square, in the middle where it is not square itself. */
export function drawImage(
  context: CanvasRenderingContext2D,
  sample: ImagesSample,
  { index, x, y, cell }: Place,
): void {
  const { width, height } = sample;
  const bitmap = new OffscreenCanvas(width, height);
  bitmap.getContext('2d')?.putImageData(imageData(sample, index), 0, 0);
  const scale = cell / Math.max(width, height);
  context.imageSmoothingEnabled = scale * window.devicePixelRatio < 1;
  context.drawImage(
    bitmap,
    x + (cell - width * scale) / 2,
    y + (cell - height * scale) / 2,
    width * scale,
    height * scale,
  );
}

function imageData({ width, height, channels, pixels }: ImagesSample, index: number): ImageData {
  const data = new Uint8ClampedArray(4 * width * height);
  const start = index * width * height * channels;
  for (let i = 0; i < width * height; i++) {
    const from = start + i * channels;
    for (let c = 0; c < 3; c++) data[4 * i + c] = pixels[from + (channels === 3 ? c : 0)]!;
    data[4 * i + 3] = 255;
  }
  return new ImageData(data, width, height);
}
