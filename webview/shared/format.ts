/**
 * Numbers, counts, durations and shapes as words for people: three significant digits, a true minus, a thin space
 * before units, `–` where there is no value. For files (CSV, JSON) numbers are written as they are, not by these.
 */

const MINUS = '\u2212';
const THIN_SPACE = '\u2009';
const NO_VALUE = '–';
const SUPERSCRIPTS = '⁰¹²³⁴⁵⁶⁷⁸⁹';

/** What the formatters take: `null` and `undefined` mean that there is no value. */
export type Maybe = number | null | undefined;

/**
 * A measured number: plain for 0.001 ≤ |x| < 100,000, else `6.2·10⁻⁴`.
 * @param digits  significant digits of the plain form; the other form has at most 2
 */
export function num(x: Maybe, digits = 3): string {
  if (x === null || x === undefined) return NO_VALUE;
  if (Number.isNaN(x)) return 'NaN';
  if (x === 0) return '0';
  const sign = x < 0 ? MINUS : '';
  const size = Math.abs(x);
  if (size === Infinity) return `${sign}∞`;
  const rounded = Number(size.toPrecision(digits));
  if (rounded < 1e-3 || rounded >= 1e5) return sign + scientific(size, Math.min(digits, 2));
  return sign + (rounded >= 1000 ? group(Math.round(size)) : plain(rounded, digits));
}

function plain(size: number, digits: number): string {
  if (size >= 1000) return group(Math.round(size));
  const decimals = digits - 1 - Math.floor(Math.log10(size));
  return size.toFixed(Math.max(0, decimals));
}

function scientific(size: number, digits: number): string {
  const [mantissa = '', exponent = ''] = size.toExponential(digits - 1).split('e');
  return `${mantissa}·10${superscript(Number(exponent))}`;
}

/** `10⁻³`: a power of ten, for ticks. */
export function powerOfTen(exponent: number): string {
  return `10${superscript(exponent)}`;
}

function superscript(exponent: number): string {
  const digits = String(Math.abs(exponent)).replace(/\d/g, (digit) => SUPERSCRIPTS[Number(digit)]!);
  return exponent < 0 ? `⁻${digits}` : digits;
}

/** A tick's label: as short as it stays exact (`0.2`, `1`, `20`, `1,000`, `10⁻⁴`). */
export function tickLabel(x: number): string {
  if (x === 0) return '0';
  const size = Math.abs(x);
  const sign = x < 0 ? MINUS : '';
  if (size >= 1e-3 && size < 1e5) {
    const short = Number(size.toPrecision(6));
    return sign + (short >= 1000 ? group(short) : String(short));
  }
  const [mantissa = '', exponent = ''] = Number(size.toPrecision(3)).toExponential().split('e');
  const power = powerOfTen(Number(exponent));
  return sign + (mantissa === '1' ? power : `${mantissa}·${power}`);
}

/** A whole number with commas: `1,000`. */
export function integer(x: Maybe): string {
  if (x === null || x === undefined) return NO_VALUE;
  if (Number.isNaN(x)) return 'NaN';
  return (x < 0 ? MINUS : '') + group(Math.abs(Math.round(x)));
}

/** Made once: toLocaleString makes one at each call. */
const GROUPED = new Intl.NumberFormat('en-US');

function group(x: number): string {
  return GROUPED.format(x);
}

/** A count of parameters or elements: whole up to 100,000, then `1.24 M`. */
export function count(x: Maybe): string {
  if (x === null || x === undefined || !(Math.abs(x) > 1e5)) return integer(x);
  for (const [unit, value] of [
    ['G', 1e9],
    ['M', 1e6],
  ] as const)
    if (Math.abs(x) >= value) return `${plain(x / value, 3)}${THIN_SPACE}${unit}`;
  return `${plain(x / 1e3, 3)}${THIN_SPACE}k`;
}

/** A time span: `700 ms`, `3.7 s`, `42 s`, `14 min 32 s`, `2 h 05 min`. Not negative. */
export function duration(seconds: Maybe): string {
  if (seconds === null || seconds === undefined || Number.isNaN(seconds)) return NO_VALUE;
  if (seconds === Infinity) return '∞';
  if (seconds < 0.9995) return `${Math.round(seconds * 1000)}${THIN_SPACE}ms`;
  if (seconds < 9.95) return `${seconds.toFixed(1)}${THIN_SPACE}s`;
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole}${THIN_SPACE}s`;
  if (whole < 3600) return pair(Math.floor(whole / 60), 'min', whole % 60, 's');
  const minutes = Math.round(seconds / 60);
  return pair(Math.floor(minutes / 60), 'h', minutes % 60, 'min');
}

function pair(large: number, largeUnit: string, small: number, smallUnit: string): string {
  const padded = String(small).padStart(2, '0');
  return `${large}${THIN_SPACE}${largeUnit} ${padded}${THIN_SPACE}${smallUnit}`;
}

/** A share in [0, 1] as whole percent: `87 %`. */
export function percent(share: Maybe): string {
  if (share === null || share === undefined || Number.isNaN(share)) return NO_VALUE;
  return `${integer(share * 100)}${THIN_SPACE}%`;
}

/** A ratio: `0.99×`, `1.36×`, `12×`. */
export function times(x: Maybe): string {
  if (x === null || x === undefined || Number.isNaN(x)) return NO_VALUE;
  if (x >= 9.995) return `${integer(x)}×`;
  return `${x >= 0.9995 ? x.toFixed(2) : x.toPrecision(2)}×`;
}

/** Sizes of an array: `784×128`; of a scalar: `1`. */
export function shape(sizes: readonly number[]): string {
  return sizes.length === 0 ? '1' : sizes.join('×');
}

/** A message as a sentence that others can follow: `the disk is full` → `The disk is full.` */
export function sentence(message: string): string {
  // A path or a file's name at the beginning stays as it is.
  const text = /^[a-z]+ /.test(message)
    ? message.charAt(0).toUpperCase() + message.slice(1)
    : message;
  return /[.!?]$/.test(text) ? text : `${text}.`;
}
