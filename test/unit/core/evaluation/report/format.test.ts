import { describe, expect, it } from 'vitest';
import {
  countText,
  durationText,
  factorText,
  intervalText,
  numberText,
  settingsText,
  speedupText,
} from '../../../../../src/core/evaluation/report/format';

describe('numbers of the report', () => {
  it.each([
    [0, '0'],
    [0.0331, '0.0331'],
    [1.6, '1.60'],
    [-0.3381, '−0.338'],
    [1234.4, '1,234'],
    [0.00062, '6.20·10⁻⁴'],
    [123456789, '1.23·10⁸'],
    [NaN, 'NaN'],
    [-Infinity, '−∞'],
    [undefined, '–'],
  ])('writes %d as %s', (value, text) => {
    expect(numberText(value)).toBe(text);
  });

  it.each([
    [0.0221, '0.022×'],
    [0.0996, '0.10×'],
    [0.987, '0.99×'],
    [1.357, '1.36×'],
    [9.994, '9.99×'],
    [9.996, '10×'],
    [12.4, '12×'],
    [0, '0×'],
    [NaN, '–'],
  ])('writes the factor %d as %s', (factor, text) => {
    expect(factorText(factor)).toBe(text);
  });

  it.each([
    [0.7, '700 ms'],
    [3.66, '3.7 s'],
    [42.04, '42.0 s'],
    [872, '14 min 32 s'],
    [59.97, '1 min 00 s'],
    [7500, '2 h 05 min'],
    [NaN, '–'],
  ])('writes %d seconds as %s', (seconds, text) => {
    expect(durationText(seconds)).toBe(text);
  });

  it('writes counts with commas and settings as they were given', () => {
    expect(countText(1234567)).toBe('1,234,567');
    expect(settingsText({ learningRate: 1e-5, beta1: 0.9, nesterov: true })).toBe(
      'learningRate 1e−5, beta1 0.9, nesterov true',
    );
    expect(settingsText({})).toBe('–');
  });

  it('never writes a failure or a bound as a measurement', () => {
    expect(speedupText({ kind: 'censored', atLeast: 10, steps: 1 })).toBe('> 10×');
    expect(speedupText({ kind: 'worseThanStart' })).toBe('0× (above the first loss)');
    expect(speedupText({ kind: 'diverged' })).toBe('diverged');
    expect(speedupText({ kind: 'noBaseline' })).toBe('no baseline');
    expect(intervalText({ low: 7.2, high: 10, isOpen: true })).toBe('[7.20, ∞)');
    expect(intervalText({ low: 0.9, high: 1.4, isOpen: false })).toBe('[0.90, 1.40]');
    expect(intervalText({ low: 0, high: 0, isOpen: false })).toBe('');
  });
});
