/** Lengths in inline styles: Preact writes numbers as they are, so a pixel count needs its unit. */

/** `px(12)` → `'12px'`. */
export function px(length: number): string {
  return `${length}px`;
}

/** `style={sizePx(width, height)}` */
export function sizePx(width: number, height: number): { width: string; height: string } {
  return { width: px(width), height: px(height) };
}
