import { describe, expect, it } from 'vitest';
import { type HeatmapOptions, drawHeatmap } from '../../../../webview/shared/canvas/heatmap';

const BAD = 0xff00_00ff;

/** Runs it on a context that only keeps the picture; pixels as palette entries, -1 nothing, -2 bad. */
function draw(
  options: Partial<HeatmapOptions> & Pick<HeatmapOptions, 'value' | 'edges' | 'rows'>,
  ratio = 1,
) {
  const palette = new Uint8Array(1024);
  new Uint32Array(palette.buffer).set(Array.from({ length: 256 }, (_, i) => 1000 + i));
  let put:
    | {
        image: { width: number; height: number; data: Uint8ClampedArray<ArrayBuffer> };
        x: number;
        y: number;
      }
    | undefined;
  const context = {
    getTransform: () => ({ a: ratio }),
    createImageData: (width: number, height: number) => ({
      width,
      height,
      data: new Uint8ClampedArray(width * height * 4),
    }),
    putImageData: (image: NonNullable<typeof put>['image'], x: number, y: number) => {
      put = { image, x, y };
    },
  };
  drawHeatmap(context as unknown as CanvasRenderingContext2D, {
    x: 0,
    y: 0,
    width: 4,
    height: 2,
    palette,
    reduce: 'max',
    bad: 'rgba(255,0,0,1)',
    ...options,
  });
  if (put === undefined) return undefined;
  const { image, x, y } = put;
  const pixels = [...new Uint32Array(image.data.buffer)].map((pixel) =>
    pixel === 0 ? -1 : pixel === BAD ? -2 : pixel - 1000,
  );
  return {
    x,
    y,
    rows: Array.from({ length: image.height }, (_, row) =>
      pixels.slice(row * image.width, (row + 1) * image.width),
    ),
  };
}

describe('drawHeatmap', () => {
  it('gives each cell its pixels, columns as wide as their edges say', () => {
    const result = draw({
      edges: [0, 1, 4],
      rows: 2,
      value: (column, row) => (column + 2 * row) / 255,
    });
    expect(result?.rows).toEqual([
      [0, 1, 1, 1],
      [2, 3, 3, 3],
    ]);
  });

  it('shows the largest of the cells that share a pixel, in both directions', () => {
    const result = draw({
      width: 1,
      height: 1,
      edges: [0, 0.25, 0.5, 1],
      rows: 3,
      value: (column, row) => (column === 1 && row === 2 ? 200 : 5) / 255,
    });
    expect(result?.rows).toEqual([[200]]);
  });

  it('shows the one furthest from the middle when diverging', () => {
    const result = draw({
      width: 1,
      height: 1,
      edges: [0, 0.5, 1],
      rows: 1,
      reduce: 'extreme',
      value: (column) => [10, 200][column]! / 255,
    });
    expect(result?.rows).toEqual([[10]]);
  });

  it('hatches what is not a number and leaves free what was not recorded', () => {
    const result = draw({
      width: 8,
      height: 1,
      edges: [0, 4, 8],
      rows: 1,
      value: (column) => (column === 0 ? NaN : undefined),
    });
    expect(result?.rows).toEqual([[-2, -2, -1, -1, -1, -1, -1, -1]]);
  });

  it('draws in pixels of the device', () => {
    const result = draw(
      { x: 3, y: 1, width: 1, height: 1, edges: [3, 4], rows: 1, value: () => 1 },
      2,
    );
    expect(result).toEqual({
      x: 6,
      y: 2,
      rows: [
        [255, 255],
        [255, 255],
      ],
    });
  });

  it('appends columns without touching those before', () => {
    const result = draw({
      edges: [0, 2, 3, 4],
      firstColumn: 1,
      rows: 1,
      height: 1,
      value: (column) => column / 255,
    });
    expect(result).toEqual({ x: 2, y: 0, rows: [[1, 2]] });
  });

  it('leaves out columns outside of the area when zoomed', () => {
    const result = draw({
      edges: [-8, -4, 2, 9, 20],
      rows: 1,
      height: 1,
      value: (column) => column / 255,
    });
    expect(result?.rows).toEqual([[1, 1, 2, 2]]);
  });

  it('draws nothing at width 0', () => {
    expect(draw({ width: 0, edges: [0, 1], rows: 1, value: () => 1 })).toBeUndefined();
  });
});
