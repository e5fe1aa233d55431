/** How wide texts are, and texts fitted to their place. */
import { cssText } from './theme';

let context: CanvasRenderingContext2D | null = null;

/** Width of an 11 px text in the theme's font, in pixels. */
export function textWidth(text: string): number {
  context ??= document.createElement('canvas').getContext('2d');
  if (context === null) return text.length * 6;
  context.font = `11px ${cssText('--vscode-font-family')}`;
  return context.measureText(text).width;
}

/** The text, or its beginning and `…` where it is wider than `width`. */
export function fitText(text: string, width: number): string {
  if (textWidth(text) <= width) return text;
  let end = text.length - 1;
  while (end > 1 && textWidth(`${text.slice(0, end)}…`) > width) end--;
  return `${text.slice(0, end).trimEnd()}…`;
}
