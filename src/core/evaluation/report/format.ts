/** Numbers as the report writes them, in text and on axes. */
import type { Interval } from '../bootstrap';
import type { Speedup } from '../speedup';

const SUPERSCRIPT = '⁰¹²³⁴⁵⁶⁷⁸⁹';

/** Three significant digits: plain from 0.001 to 100,000, else a power of ten; `–` for no value. */
export function numberText(value: number | undefined, digits = 3): string {
  if (value === undefined) return '–';
  if (Number.isNaN(value)) return 'NaN';
  if (!Number.isFinite(value)) return value > 0 ? '∞' : '−∞';
  if (value === 0) return '0';
  const size = Math.abs(value);
  const sign = value < 0 ? '−' : '';
  if (size < 0.001 || size >= 100_000) return sign + powerText(size, digits);
  if (size >= 1000) return sign + countText(Math.round(size));
  return sign + size.toPrecision(digits);
}

function powerText(size: number, digits: number): string {
  const [mantissa = '', exponent = ''] = size.toExponential(digits - 1).split('e');
  const power = exponent
    .replace('+', '')
    .replace('-', '⁻')
    .replace(/\d/g, (digit) => SUPERSCRIPT[Number(digit)]!);
  return `${mantissa}·10${power}`;
}

/** A whole number with commas: 1,000. */
export function countText(value: number): string {
  return value.toFixed(0).replace(/\B(?=(\d{3})+$)/g, ',');
}

/** A factor with its sign: 0.022×, 0.99×, 1.36×, 12×. */
export function factorText(factor: number): string {
  if (!Number.isFinite(factor)) return '–';
  if (factor === 0) return '0×';
  if (factor < 0.0995) return `${numberText(factor, 2)}×`;
  const rounded = factor.toFixed(2);
  return Number(rounded) >= 10 ? `${countText(factor)}×` : `${rounded}×`;
}

/** `1.36×`, `> 10×`, or what happened instead. */
export function speedupText(speedup: Speedup | undefined): string {
  switch (speedup?.kind) {
    case 'measured':
      return factorText(speedup.factor);
    case 'censored':
      return `> ${factorText(speedup.atLeast)}`;
    case 'worseThanStart':
      return '0× (above the first loss)';
    case 'diverged':
      return 'diverged';
    case 'noBaseline':
      return 'no baseline';
    case undefined:
      return '–';
  }
}

/** `[0.90, 1.40]` of factors, `[7.2, ∞)` where the upper end is not known; empty where there is none or all failed. */
export function intervalText(interval: Interval | undefined): string {
  if (interval === undefined || interval.high === 0) return '';
  const bound = (value: number): string => factorText(value).replace('×', '');
  const upper = interval.isOpen ? '∞)' : `${bound(interval.high)}]`;
  return `[${bound(interval.low)}, ${upper}`;
}

/** 700 ms, 3.7 s, 14 min 32 s, 2 h 05 min. */
export function durationText(seconds: number | undefined): string {
  if (seconds === undefined || !Number.isFinite(seconds)) return '–';
  if (seconds < 0.9995) return `${numberText(seconds * 1000, 3)} ms`;
  if (seconds < 59.95) return `${seconds.toPrecision(seconds < 10 ? 2 : 3)} s`;
  const whole = Math.round(seconds);
  const [hours, minutes] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60];
  return hours > 0
    ? `${hours} h ${String(minutes).padStart(2, '0')} min`
    : `${minutes} min ${String(whole % 60).padStart(2, '0')} s`;
}

/** Settings of an optimizer: `learningRate 0.001, beta1 0.9`; `–` without any. */
export function settingsText(
  settings: Readonly<Record<string, number | string | boolean>> | undefined,
): string {
  const entries = Object.entries(settings ?? {});
  if (entries.length === 0) return '–';
  return entries.map(([name, value]) => `${name} ${valueText(value)}`).join(', ');
}

/** Learning rates of a grid are short numbers: they are written as they were given. */
function valueText(value: number | string | boolean): string {
  return typeof value === 'number' && value > 0 && value < 0.001
    ? value.toExponential().replace('-', '−')
    : String(value);
}
