/** A picture of some images of each class, as a PNG file. */
import { encode } from 'fast-png';
import type { ImageSet, Labels } from '../../core/index';
import type { DataContent } from './content';

const COLUMNS = 10;
const MAX_ROWS = 20;
/** Small images are enlarged by a whole number to about this side. */
const CELL = 32;
/** Pixels between images. */
const GAP = 2;

/** A row for each of the first classes with its first images; undefined for data without images. */
export function thumbnailOf(content: DataContent): Uint8Array | undefined {
  if (content.kind !== 'images') return undefined;
  const { train, classes } = content;
  const rows = Array.from({ length: Math.min(classes, MAX_ROWS) }, (_, label) =>
    firstOf(train.labels, label),
  );
  const zoom = Math.max(1, Math.floor(CELL / Math.max(train.width, train.height)));
  const [cellWidth, cellHeight] = [train.width * zoom + GAP, train.height * zoom + GAP];
  const width = COLUMNS * cellWidth + GAP;
  const height = rows.length * cellHeight + GAP;
  const { channels } = train;
  const data = new Uint8Array(width * height * channels).fill(255);
  rows.forEach((indices, row) => {
    indices.forEach((index, column) => {
      const at = { left: GAP + column * cellWidth, top: GAP + row * cellHeight, zoom };
      drawImage({ data, width }, train, index, at);
    });
  });
  return encode({ width, height, channels, depth: 8, data });
}

function firstOf(labels: Labels, label: number): number[] {
  const found: number[] = [];
  for (
    let i = labels.indexOf(label);
    i >= 0 && found.length < COLUMNS;
    i = labels.indexOf(label, i + 1)
  ) {
    found.push(i);
  }
  return found;
}

function drawImage(
  canvas: { readonly data: Uint8Array; readonly width: number },
  { height, width, channels, pixels }: ImageSet,
  index: number,
  { left, top, zoom }: { readonly left: number; readonly top: number; readonly zoom: number },
): void {
  const start = index * height * width * channels;
  for (let y = 0; y < height * zoom; y++) {
    for (let x = 0; x < width * zoom; x++) {
      const from = start + (Math.floor(y / zoom) * width + Math.floor(x / zoom)) * channels;
      const to = ((top + y) * canvas.width + left + x) * channels;
      for (let c = 0; c < channels; c++) canvas.data[to + c] = pixels[from + c]!;
    }
  }
}
