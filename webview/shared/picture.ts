/**
 * The charts of the panel as one picture, just as they stand: plots as vectors, heat-maps as images, words as text.
 * Controls are left out.
 */
import { plotImage, svgPng } from './plot';
import { color, cssText } from './theme';

const LEFT_OUT = '.section-tools, .icon, .icon-button, .plot-figure, .hidden-text, select, dialog';

/**
 * @param areas  elements that are drawn below each other as they stand on the page
 * @returns SVG text
 */
export async function pictureSvg(areas: readonly HTMLElement[]): Promise<string> {
  const boxes = areas.map((area) => area.getBoundingClientRect());
  const left = Math.min(...boxes.map((box) => box.left));
  const top = Math.min(...boxes.map((box) => box.top));
  const width = Math.ceil(Math.max(...boxes.map((box) => box.right)) - left);
  const height = Math.ceil(Math.max(...boxes.map((box) => box.bottom)) - top);
  const origin = { left, top };
  const parts = await Promise.all(areas.map((area) => partsOf(area, origin)));
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}">`,
    `<rect width="100%" height="100%" fill="${color('--velo-bg')}"/>`,
    ...parts.flat(),
    '</svg>',
  ].join('\n');
}

/** @returns the bytes of a PNG */
export async function picturePng(areas: readonly HTMLElement[]): Promise<Uint8Array<ArrayBuffer>> {
  return svgPng(await pictureSvg(areas));
}

interface Origin {
  readonly left: number;
  readonly top: number;
}

async function partsOf(area: HTMLElement, origin: Origin): Promise<string[]> {
  const figures = visible<HTMLElement>(area, '.plot-figure');
  const plots = await Promise.all(figures.map((figure) => plotPart(figure, origin)));
  const canvases = visible<HTMLCanvasElement>(area, 'canvas')
    .filter((canvas) => canvas.closest('.section-tools') === null)
    .map((canvas) => canvasPart(canvas, origin));
  const cursors = visible<HTMLElement>(area, '.track-cursor').map((line) =>
    cursorPart(line, origin),
  );
  const swatches = visible<SVGSVGElement>(area, 'svg.swatch').map((swatch) =>
    swatchPart(swatch, origin),
  );
  return [...canvases, ...plots, ...cursors, ...swatches, ...textParts(area, origin)];
}

function visible<T extends Element>(area: HTMLElement, selector: string): T[] {
  return [...area.querySelectorAll<T>(selector)].filter(
    (element) => element.getBoundingClientRect().width > 0,
  );
}

async function plotPart(figure: HTMLElement, origin: Origin): Promise<string> {
  const svg = String(await plotImage(figure, 'svg'));
  const { x, y } = placeOf(figure, origin);
  return (
    svg
      .slice(svg.indexOf('<svg'))
      .replace('<svg', `<svg x="${x}" y="${y}"`)
      // Its background would hide what lies below; the picture has one of its own.
      .replace(/<rect width="100%" height="100%"[^>]*\/>/, '')
  );
}

function canvasPart(canvas: HTMLCanvasElement, origin: Origin): string {
  const { x, y } = placeOf(canvas, origin);
  const { width, height } = canvas.getBoundingClientRect();
  return `<image x="${x}" y="${y}" width="${width}" height="${height}" href="${canvas.toDataURL('image/png')}"/>`;
}

function cursorPart(line: HTMLElement, origin: Origin): string {
  const { x, y } = placeOf(line, origin);
  const { height } = line.getBoundingClientRect();
  return `<rect x="${x}" y="${y}" width="1" height="${height}" fill="${color('--velo-fg')}"/>`;
}

function swatchPart(swatch: SVGSVGElement, origin: Origin): string {
  const { x, y } = placeOf(swatch, origin);
  return `<svg x="${x}" y="${y}" width="16" height="8" color="${getComputedStyle(swatch).color}">${swatch.innerHTML}</svg>`;
}

/** Each run of text on the page where it stands, with its size, weight and colour. */
function textParts(area: HTMLElement, origin: Origin): string[] {
  const family = escaped(cssText('--vscode-font-family') || 'sans-serif');
  const walker = document.createTreeWalker(area, NodeFilter.SHOW_TEXT);
  const parts: string[] = [];
  for (let node = walker.nextNode(); node !== null; node = walker.nextNode()) {
    const parent = node.parentElement;
    const text = node.textContent?.trim() ?? '';
    if (parent === null || text === '' || parent.closest(LEFT_OUT) !== null) continue;
    const range = document.createRange();
    range.selectNodeContents(node);
    const box = range.getBoundingClientRect();
    if (box.width === 0) continue;
    const { fontSize, fontWeight, color: fill } = getComputedStyle(parent);
    const x = box.left - origin.left;
    const y = box.top - origin.top + box.height / 2;
    parts.push(
      `<text x="${x}" y="${y}" dominant-baseline="central" font-family="${family}" font-size="${fontSize}" font-weight="${fontWeight}" fill="${fill}">${escaped(text)}</text>`,
    );
  }
  return parts;
}

function placeOf(element: Element, origin: Origin): { readonly x: number; readonly y: number } {
  const { left, top } = element.getBoundingClientRect();
  return { x: left - origin.left, y: top - origin.top };
}

function escaped(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}
