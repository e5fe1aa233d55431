import { expect, it } from 'vitest';
import { formatCount, formatNumber, formatSeconds } from '../../../src/extension/format';

it.each([
  [0.33812, '0.338'],
  [12.345, '12.3'],
  [1234.5, '1,230'],
  [0, '0'],
  [-0.338, '−0.338'],
  [0.00062, '6.2·10⁻⁴'],
  [2.5e7, '2.5·10⁷'],
  [Number.NaN, 'NaN'],
  [Infinity, '∞'],
  [null, '–'],
])('shows %s as %s', (value, text) => {
  expect(formatNumber(value)).toBe(text);
});

it.each([
  [0.7, '700 ms'],
  [3.71, '3.7 s'],
  [59.99, '1 min 0 s'],
  [872, '14 min 32 s'],
  [7500, '2 h 05 min'],
])('shows %s seconds as %s', (seconds, text) => {
  expect(formatSeconds(seconds)).toBe(text);
});

it('puts commas into counts', () => {
  expect(formatCount(1_234_567)).toBe('1,234,567');
});
