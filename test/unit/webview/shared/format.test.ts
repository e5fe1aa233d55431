import { describe, expect, it } from 'vitest';
import {
  count,
  duration,
  integer,
  num,
  percent,
  powerOfTen,
  shape,
  tickLabel,
  times,
} from '../../../../webview/shared/format';

/** Thin spaces as plain ones, to read the table below. */
const plain = (text: string) => text.replaceAll('\u2009', ' ');

describe('num', () => {
  it.each([
    [0.41071, '0.411'],
    [-0.3382, '−0.338'],
    [12, '12.0'],
    [0.001, '0.00100'],
    [999.6, '1,000'],
    [31_415.9, '31,416'],
    [99_999.9, '1.0·10⁵'],
    [123_456, '1.2·10⁵'],
    [0.00062, '6.2·10⁻⁴'],
    [0.00099999, '0.00100'],
    [-9.96e-8, '−1.0·10⁻⁷'],
    [0, '0'],
    [NaN, 'NaN'],
    [-Infinity, '−∞'],
    [null, '–'],
    [undefined, '–'],
  ])('writes %s as %s', (x, text) => {
    expect(num(x)).toBe(text);
  });

  it('takes the number of digits', () => {
    expect(num(0.41071, 4)).toBe('0.4107');
    expect(num(3, 1)).toBe('3');
  });
});

it('writes whole numbers with commas and large counts with a unit', () => {
  expect(integer(-1000)).toBe('−1,000');
  expect(integer(null)).toBe('–');
  expect(count(100_000)).toBe('100,000');
  expect(plain(count(123_456))).toBe('123 k');
  expect(plain(count(1_240_000))).toBe('1.24 M');
  expect(plain(count(2.5e9))).toBe('2.50 G');
});

it.each([
  [0, '0 ms'],
  [0.7, '700 ms'],
  [0.9996, '1.0 s'],
  [3.7, '3.7 s'],
  [42, '42 s'],
  [59.7, '1 min 00 s'],
  [872, '14 min 32 s'],
  [7500, '2 h 05 min'],
  [3599.6, '1 h 00 min'],
  [NaN, '–'],
])('writes %s seconds as %s', (seconds, text) => {
  expect(plain(duration(seconds))).toBe(text);
});

it('writes shares, ratios, shapes and ticks', () => {
  expect(plain(percent(0.866))).toBe('87 %');
  expect(percent(null)).toBe('–');
  expect([0.4, 0.99, 1.364, 12.2, 9.996].map(times)).toEqual([
    '0.40×',
    '0.99×',
    '1.36×',
    '12×',
    '10×',
  ]);
  expect([shape([784, 128]), shape([])]).toEqual(['784×128', '1']);
  expect([0.2, 1, 1000, -0.5, 1e-4, 2e-5, 0, 1e6].map(tickLabel)).toEqual([
    '0.2',
    '1',
    '1,000',
    '−0.5',
    '10⁻⁴',
    '2·10⁻⁵',
    '0',
    '10⁶',
  ]);
  expect(powerOfTen(-12)).toBe('10⁻¹²');
});
