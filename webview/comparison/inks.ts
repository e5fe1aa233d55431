/** Inks as colours of the theme, and texts fitted to their place. */
import { color, cssText, paletteColor, seriesColor, withAlpha } from '../shared/theme';
import type { Ink } from './looks';

const GREY_OPACITY = 0.45;

export function inkColor(ink: Ink): string {
  switch (ink.kind) {
    case 'series':
      return seriesColor(ink.index);
    case 'ramp':
      return paletteColor('--velo-ramp', ink.share);
    case 'baseline':
      return color('--velo-baseline');
    case 'bad':
      return color('--velo-bad');
    case 'grey':
      return withAlpha('--velo-fg', GREY_OPACITY);
  }
}

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
