import { expect, it } from 'vitest';
import { mixStops } from '../../../../webview/shared/palette';

const at = (table: Uint8Array, index: number) => [...table.slice(index * 4, index * 4 + 4)];

it('goes through its stops', () => {
  const table = mixStops([
    [0x1f, 0x1f, 0x1f],
    [0x2c, 0x5a, 0x8f],
    [0xea, 0xf7, 0xb8],
  ]);
  expect(at(table, 0)).toEqual([0x1f, 0x1f, 0x1f, 255]);
  expect(at(table, 255)).toEqual([0xea, 0xf7, 0xb8, 255]);
  const [red, green, blue] = at(table, 127);
  expect(Math.abs(red! - 0x2c)).toBeLessThan(3);
  expect(Math.abs(green! - 0x5a)).toBeLessThan(3);
  expect(Math.abs(blue! - 0x8f)).toBeLessThan(3);
});

it('mixes by lightness as it is seen: grey between black and white is darker than 128', () => {
  expect(
    at(
      mixStops([
        [0, 0, 0],
        [255, 255, 255],
      ]),
      128,
    ),
  ).toEqual([100, 100, 100, 255]);
});
