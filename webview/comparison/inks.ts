/** Inks as colours of the theme. */
import { color, paletteColor, seriesColor, withAlpha } from '../shared/theme';
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
