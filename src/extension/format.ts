/** Numbers and times as people read them in trees, tooltips and the status bar; not for files. */

const whole = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 });

/** `1,000` */
export function formatCount(value: number): string {
  return whole.format(value);
}

/** Three significant digits: `0.338`, `6.2·10⁻⁴`; an en dash for no value. */
export function formatNumber(value: number | null | undefined): string {
  if (value === null || value === undefined) return '–';
  if (Number.isNaN(value)) return 'NaN';
  if (!Number.isFinite(value)) return value < 0 ? '−∞' : '∞';
  const size = Math.abs(value);
  if (value === 0) return '0';
  if (size >= 0.001 && size < 100_000) return signed(plain(value));
  const [digits = '', exponent = ''] = value.toExponential(1).split('e');
  return signed(`${digits}·10${superscript(Number(exponent))}`);
}

/** `700 ms`, `3.7 s`, `14 min 32 s`, `2 h 05 min` */
export function formatSeconds(seconds: number): string {
  if (seconds < 1) return `${Math.round(seconds * 1000)} ms`;
  if (seconds < 59.95) return `${seconds.toFixed(1)} s`;
  const total = Math.round(seconds);
  const minutes = Math.floor(total / 60);
  if (minutes < 60) return `${minutes} min ${total % 60} s`;
  return `${Math.floor(minutes / 60)} h ${String(minutes % 60).padStart(2, '0')} min`;
}

function plain(value: number): string {
  const rounded = Number(value.toPrecision(3));
  if (Math.abs(rounded) >= 1000) return formatCount(rounded);
  return value.toPrecision(3);
}

function signed(text: string): string {
  return text.replace(/^-/, '−');
}

const RAISED = '⁰¹²³⁴⁵⁶⁷⁸⁹';

function superscript(value: number): string {
  const digits = String(Math.abs(value)).replace(/\d/g, (digit) => RAISED.charAt(Number(digit)));
  return `${value < 0 ? '⁻' : ''}${digits}`;
}
