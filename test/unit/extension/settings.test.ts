import { expect, it } from 'vitest';
import { readSetting } from '../../../src/extension/settings';

const from = (value: unknown) => ({ get: () => value });

it('takes a usable value', () => {
  expect(readSetting(from(4), 'engine.maxRunning')).toBe(4);
  expect(readSetting(from('/usr/bin/node'), 'engine.nodePath')).toBe('/usr/bin/node');
  expect(readSetting(from(false), 'run.openPanel')).toBe(false);
});

it.each([0, 65, 1.5, '3', null, undefined])('takes the default instead of %s runs', (value) => {
  expect(readSetting(from(value), 'engine.maxRunning')).toBe(1);
});
