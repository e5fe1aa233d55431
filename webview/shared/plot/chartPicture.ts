/** A chart as a picture for a file: what plotly.js drew, with the SVG that lies over it (`.annotations`) on top. */
import { cssText } from '../theme';
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
  const group = document.createElementNS('http://www.w3.org/2000/svg', 'g');
  group.setAttribute('font-family', cssText('--vscode-font-family').replaceAll('"', "'"));
  group.append(...[...annotations.children].map((child) => child.cloneNode(true)));
  // What the page says beside the chart, and a file has to say inside.
  for (const hidden of group.querySelectorAll('[data-picture-only]'))
    hidden.removeAttribute('display');
  const text = new XMLSerializer().serializeToString(group);
  return svg.replace(/<\/svg>\s*$/, `${text}</svg>`);
}
