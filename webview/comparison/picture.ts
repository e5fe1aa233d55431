/** The chart as a picture for a file: what plotly.js drew, with the names at the lines' ends on top. */
import { canvasPng, plotImage } from '../shared/plot';
import { cssText } from '../shared/theme';

const PNG_SCALE = 2;

/**
 * @param frame  the element that holds the chart
 * @returns SVG text, or the bytes of a PNG
 */
export async function chartPicture(
  frame: HTMLElement,
  format: 'png' | 'svg',
): Promise<string | Uint8Array<ArrayBuffer>> {
  const plot = await plotImage(frame, 'svg');
  const svg = withAnnotations(String(plot), frame.querySelector('.annotations'));
  return format === 'svg' ? svg : toPng(svg, frame);
}

function withAnnotations(svg: string, annotations: Element | null): string {
  if (annotations === null) return svg;
  const group = document.createElementNS('http://www.w3.org/2000/svg', 'g');
  group.setAttribute('font-family', cssText('--vscode-font-family').replaceAll('"', "'"));
  group.append(...[...annotations.children].map((child) => child.cloneNode(true)));
  const text = new XMLSerializer().serializeToString(group);
  return svg.replace(/<\/svg>\s*$/, `${text}</svg>`);
}

async function toPng(svg: string, frame: HTMLElement): Promise<Uint8Array<ArrayBuffer>> {
  const image = new Image();
  image.src = `data:image/svg+xml,${encodeURIComponent(svg)}`;
  await image.decode();
  const canvas = document.createElement('canvas');
  canvas.width = frame.clientWidth * PNG_SCALE;
  canvas.height = frame.clientHeight * PNG_SCALE;
  canvas.getContext('2d')?.drawImage(image, 0, 0, canvas.width, canvas.height);
  return canvasPng(canvas);
}
