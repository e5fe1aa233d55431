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

/**
 * The text in lines of at most `width` pixels, broken at spaces and hyphens, inside of names like `weightDecay`, and anywhere in a
 * part that is wider. Joined, the lines are the text.
 */
export function brokenText(text: string, width: number): string[] {
  const parts = text.match(/[^\s-]+?(?:-|\s+|(?=[A-Z][a-z])|$)/g) ?? [text];
  const fits = (line: string) => textWidth(line.trimEnd()) <= width;
  const lines: string[] = [];
  let line = '';
  const add = (piece: string) => {
    if (line !== '' && !fits(line + piece)) {
      lines.push(line);
      line = '';
    }
    line += piece;
  };
  for (const part of parts) {
    // A part that is too wide begins a line of its own.
    if (fits(part)) add(part);
    else {
      if (line !== '') lines.push(line);
      line = '';
      for (const letter of Array.from(part)) add(letter);
    }
  }
  return [...lines, line];
}

/** The text, or its beginning and `…` where it is wider than `width`. */
export function fitText(text: string, width: number): string {
  if (textWidth(text) <= width) return text;
  let end = text.length - 1;
  while (end > 1 && textWidth(`${text.slice(0, end)}…`) > width) end--;
  return `${text.slice(0, end).trimEnd()}…`;
}
