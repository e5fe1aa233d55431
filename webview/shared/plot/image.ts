/** Pictures for files: one chart as plotly.js draws it anew at its own size, and any SVG as PNG. */
import { color } from '../theme';
import { plotly } from './plotly';

/** Pixels of a PNG for one of the screen. */
const PNG_SCALE = 2;

/**
 * The LinePlot in (or at) `element`, on the editor's background.
 * @returns SVG text, or the bytes of a PNG
 * @throws when there is no drawn chart in it
 */
export async function plotImage(
  element: HTMLElement,
  format: 'png' | 'svg',
): Promise<string | Uint8Array<ArrayBuffer>> {
  const figure = element.classList.contains('plot-figure')
    ? element
    : element.querySelector<HTMLElement>('.plot-figure');
  if (figure === null || !('data' in figure))
    throw new Error('plotImage: no chart has been drawn there');
  const { clientWidth: width, clientHeight: height } = figure;
  const url = await plotly().toImage(figure, { format: 'svg', width, height, scale: 1 });
  const svg = withBackground(decodeURIComponent(url.slice(url.indexOf(',') + 1)));
  return format === 'svg' ? svg : svgPng(svg);
}

function withBackground(svg: string): string {
  return svg.replace(
    /(<svg[^>]*>)/,
    `$1<rect width="100%" height="100%" fill="${color('--velo-bg')}"/>`,
  );
}

/** @param svg  with its size in pixels @returns the bytes of a PNG of twice that size */
export async function svgPng(svg: string): Promise<Uint8Array<ArrayBuffer>> {
  const image = new Image();
  const url = URL.createObjectURL(new Blob([svg], { type: 'image/svg+xml' }));
  try {
    image.src = url;
    await image.decode();
    const canvas = document.createElement('canvas');
    canvas.width = image.naturalWidth * PNG_SCALE;
    canvas.height = image.naturalHeight * PNG_SCALE;
    const context = canvas.getContext('2d');
    if (context === null) throw new Error('svgPng: no canvas');
    context.drawImage(image, 0, 0, canvas.width, canvas.height);
    return await canvasPng(canvas);
  } finally {
    URL.revokeObjectURL(url);
  }
}

async function canvasPng(canvas: HTMLCanvasElement): Promise<Uint8Array<ArrayBuffer>> {
  const blob = await new Promise<Blob | null>((resolve) => {
    canvas.toBlob(resolve, 'image/png');
  });
  if (blob === null) throw new Error('canvasPng: the picture is too large');
  return new Uint8Array(await blob.arrayBuffer());
}
