/** A chart as a picture for a file: what plotly.js drew, with the SVG that lies over it (`.annotations`) on top; or an SVG alone. */
import { color, cssText } from '../theme';
import { plotImage, svgPng } from './image';

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
  return format === 'svg' ? svg : svgPng(svg);
}

function withAnnotations(svg: string, annotations: Element | null): string {
  if (annotations === null) return svg;
  return svg.replace(/<\/svg>\s*$/, `${contentOf(annotations)}</svg>`);
}

/** A chart that is an SVG of its own, on the editor's background. */
export async function svgPicture(
  chart: SVGSVGElement,
  format: 'png' | 'svg',
): Promise<string | Uint8Array<ArrayBuffer>> {
  const { clientWidth: width, clientHeight: height } = chart;
  const svg = [
    `<svg xmlns="${SVG}" width="${width}" height="${height}">`,
    `<rect width="100%" height="100%" fill="${color('--velo-bg')}"/>`,
    `${contentOf(chart)}</svg>`,
  ].join('');
  return format === 'svg' ? svg : svgPng(svg);
}

const SVG = 'http://www.w3.org/2000/svg';

function contentOf(drawn: Element): string {
  const group = document.createElementNS(SVG, 'g');
  group.setAttribute('font-family', cssText('--vscode-font-family').replaceAll('"', "'"));
  group.append(...[...drawn.children].map((child) => child.cloneNode(true)));
  // What the page says beside the chart, and a file has to say inside.
  for (const hidden of group.querySelectorAll('[data-picture-only]'))
    hidden.removeAttribute('display');
  return new XMLSerializer().serializeToString(group);
}
