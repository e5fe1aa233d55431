import { describe, expect, it } from 'vitest';
import {
  formatCount,
  formatLoss,
  formatSeconds,
  formatShare,
  formatTable,
} from '../../../src/cli/output';
import { sparkline } from '../../../src/cli/sparkline';

describe('numbers for people', () => {
  it.each([
    [undefined, '–'],
    [null, 'not finite'],
    [0, '0'],
    [0.123456, '0.1235'],
    [1234.56, '1235'],
    [1e-4, '1.00e-4'],
    [-2.5e7, '-2.50e+7'],
  ])('a loss of %s is %s', (loss, text) => {
    expect(formatLoss(loss)).toBe(text);
  });

  it.each([
    [0, '0.0 s'],
    [9.94, '9.9 s'],
    [9.96, '10 s'],
    [99.4, '99 s'],
    [125, '2 min 05 s'],
    [3600, '1 h 00 min'],
    [90_061, '25 h 01 min'],
  ])('%d seconds are %s', (seconds, text) => {
    expect(formatSeconds(seconds)).toBe(text);
  });

  it('shares are percent and counts have commas', () => {
    expect([formatShare(0.8465), formatShare(null), formatShare(undefined)]).toEqual([
      '84.7 %',
      '–',
      '–',
    ]);
    expect([formatCount(2), formatCount(118_282), formatCount(1e9)]).toEqual([
      '2',
      '118,282',
      '1,000,000,000',
    ]);
  });
});

describe('formatTable', () => {
  it('aligns columns, without lines and without trailing blanks', () => {
    const columns = [
      ['name', 'left'],
      ['loss', 'right'],
    ] as const;
    expect(
      formatTable(columns, [
        ['a', '10.5'],
        ['longer', '2'],
      ]),
    ).toBe('name    loss\na       10.5\nlonger     2');
  });
});

describe('sparkline', () => {
  it('draws from the smallest to the largest, logarithmically where all are positive', () => {
    expect(sparkline([1, 10, 100, 1000])).toBe('▁▃▆█');
    expect(sparkline([-1, 0, 1])).toBe('▁▅█');
  });

  it('marks what is not finite and stays flat where nothing changes', () => {
    expect(sparkline([2, null, 2])).toBe('▁·▁');
    expect(sparkline([])).toBe('');
    expect(sparkline([null])).toBe('·');
  });

  it('averages many into few', () => {
    const losses = Array.from({ length: 1000 }, (_, step) => Math.exp(-step / 100));
    const line = sparkline(losses, 10);
    expect(line).toHaveLength(10);
    expect([line[0], line.at(-1)]).toEqual(['█', '▁']);
  });
});
