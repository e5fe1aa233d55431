/** One chart as a picture: plotly.js draws it anew at its own size. */
import { color } from '../theme';
import { plotly } from './plotly';

/** Pixels of a PNG for one of the screen. */
const PNG_SCALE = 2;

/**
 * The LinePlot in (or at) `element`.
 * @returns SVG text, or the bytes of a PNG on the editor's background
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
  const url = await plotly().toImage(figure, {
    format,
    width,
    height,
    scale: format === 'png' ? PNG_SCALE : 1,
  });
  const body = url.slice(url.indexOf(',') + 1);
  if (format === 'svg') return withBackground(decodeURIComponent(body));
  return onBackground(url);
}

function withBackground(svg: string): string {
  return svg.replace(
    /(<svg[^>]*>)/,
    `$1<rect width="100%" height="100%" fill="${color('--velo-bg')}"/>`,
  );
}

async function onBackground(url: string): Promise<Uint8Array<ArrayBuffer>> {
  const image = new Image();
  image.src = url;
  await image.decode();
  const canvas = document.createElement('canvas');
  canvas.width = image.naturalWidth;
  canvas.height = image.naturalHeight;
  const context = canvas.getContext('2d');
  if (context === null) throw new Error('plotImage: no canvas');
  context.fillStyle = color('--velo-bg');
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.drawImage(image, 0, 0);
  return canvasPng(canvas);
}

/** The bytes of a canvas as PNG. */
export async function canvasPng(canvas: HTMLCanvasElement): Promise<Uint8Array<ArrayBuffer>> {
  const blob = await new Promise<Blob | null>((resolve) => {
    canvas.toBlob(resolve, 'image/png');
  });
  if (blob === null) throw new Error('canvasPng: the picture is too large');
  return new Uint8Array(await blob.arrayBuffer());
}
