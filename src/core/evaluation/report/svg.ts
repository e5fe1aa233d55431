/** SVG as text: elements, paths, scales. Colours are classes of the page, so a chart follows light and dark. */

export type Attributes = Readonly<Record<string, string | number | undefined>>;

/** An element with escaped attributes; numbers are rounded to a tenth of a unit. Children are markup already. */
export function element(name: string, attributes: Attributes, ...children: string[]): string {
  const written = Object.entries(attributes)
    .filter(([, value]) => value !== undefined)
    .map(
      ([key, value]) =>
        ` ${key}="${typeof value === 'number' ? rounded(value) : escapeHtml(value!)}"`,
    );
  const open = `<${name}${written.join('')}`;
  return children.length === 0 ? `${open}/>` : `${open}>${children.join('')}</${name}>`;
}

/** Text that shows as it is in HTML and SVG, also inside attributes. */
export function escapeHtml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}

function rounded(value: number): string {
  return String(Math.round(value * 10) / 10);
}

export type Point = readonly [x: number, y: number];

/** A polyline's path data; a point that is not finite interrupts it. */
export function linePath(points: readonly Point[]): string {
  let pen = 'M';
  let path = '';
  for (const [x, y] of points) {
    if (Number.isFinite(x) && Number.isFinite(y)) {
      path += `${pen}${rounded(x)} ${rounded(y)}`;
      pen = 'L';
    } else {
      pen = 'M';
    }
  }
  return path;
}

/** Maps a domain linearly onto pixels. */
export function linearScale([low, high]: Point, [start, end]: Point): (value: number) => number {
  const width = high === low ? 1 : high - low;
  return (value) => start + ((value - low) / width) * (end - start);
}

/** A text element. @param anchor  which end of the text is at x */
export function label(
  text: string,
  [x, y]: Point,
  anchor: 'start' | 'middle' | 'end',
  className = 'tick',
): string {
  return element('text', { x, y, 'text-anchor': anchor, class: className }, escapeHtml(text));
}

/** A straight line. */
export function segment([x1, y1]: Point, [x2, y2]: Point, className: string): string {
  return element('line', { x1, y1, x2, y2, class: className });
}

/** A whole chart. @param description  one sentence for who can't see it */
export function chart(
  [width, height]: Point,
  description: string,
  className: string,
  ...children: string[]
): string {
  return element(
    'svg',
    {
      viewBox: `0 0 ${width} ${height}`,
      role: 'img',
      'aria-label': description,
      class: className,
    },
    ...children,
  );
}
