import { expect, it } from 'vitest';
import { fileNameOf, toCsv, toTsv } from '../../../../webview/shared/save';

it('writes CSV with quotes where they are needed and empty fields for no value', () => {
  expect(
    toCsv(
      ['step', 'a, "b"'],
      [
        [1, 0.25],
        [2, null],
        [3, 'x\ny'],
      ],
    ),
  ).toBe('step,"a, ""b"""\r\n1,0.25\r\n2,\r\n3,"x\ny"\r\n');
});

it('writes tab-separated lines for the clipboard', () => {
  expect(
    toTsv(
      ['step', 'name'],
      [
        [1, 'a\tb'],
        [2, undefined],
      ],
    ),
  ).toBe('step\tname\n1\ta b\n2\t\n');
});

it('makes file names that every file system takes', () => {
  expect(fileNameOf('fashion 784 / wide', 'loss')).toBe('fashion-784-wide-loss');
  expect(fileNameOf('../größe: μ')).toBe('größe-μ');
  expect(fileNameOf('???')).toBe('data');
});
