import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import {
  duplicatedConfig,
  formatJson,
  freeName,
  nameProblem,
  writeNewFile,
} from '../../../src/extension/config/configFiles';
import { newConfigText, parseSteps, suggestedName } from '../../../src/extension/config/newConfig';
import { parseRunConfigText } from '../../../src/protocol/index';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'velo-config-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});
const put = (name: string) => {
  writeFileSync(join(folder, `${name}.velo.json`), '{}');
};

it('finds the first free name', () => {
  expect(freeName('fashion', folder)).toBe('fashion');
  put('fashion');
  expect(freeName('fashion', folder)).toBe('fashion-2');
  put('fashion-2');
  expect(freeName('fashion', folder)).toBe('fashion-3');
  expect(freeName('fashion-2', folder)).toBe('fashion-3');
});

it('makes a file name of any words', () => {
  expect(freeName('../a b:c', folder)).toBe('a-b-c');
  expect(freeName('???', folder)).toBe('run');
});

it('says why a name cannot be taken', () => {
  put('taken');
  expect(nameProblem('taken', folder)).toMatch(/there already/);
  expect(nameProblem('a/b', folder)).toMatch(/cannot be called/);
  expect(nameProblem(' ', folder)).toMatch(/needed/);
  expect(nameProblem('x'.repeat(81), folder)).toMatch(/80/);
  expect(nameProblem('fine name', folder)).toBeUndefined();
});

it('never writes over a file', async () => {
  put('taken');
  const path = join(folder, 'taken.velo.json');
  await expect(writeNewFile(path, 'new')).rejects.toThrow(/could not be written/);
  expect(readFileSync(path, 'utf8')).toBe('{}');
});

const task = { family: 'imageMlp', dataset: 'digits8', hidden: [32], batchSize: 64 };

it('writes a new config that is right and short', () => {
  const text = newConfigText({
    task,
    optimizer: { source: 'shipped', name: 'velo-handmade-1', path: '/ext/w.safetensors' },
    numSteps: 300,
    folder,
  });
  expect(text).toContain('"hidden": [32]');
  const config = parseRunConfigText(text);
  expect(config.numSteps).toBe(300);
  expect(config.optimizer).toMatchObject({ name: 'velo', weights: 'velo-handmade-1' });
});

it('names own weights relative to the config, baselines by their name', () => {
  const optimizerOf = (source: 'own' | 'baseline', name: string, path?: string) =>
    (
      JSON.parse(
        newConfigText({
          task,
          optimizer: { source, name, ...(path === undefined ? {} : { path }) },
          numSteps: 1,
          folder,
        }),
      ) as { optimizer: unknown }
    ).optimizer;
  expect(optimizerOf('own', 'mine', join(folder, 'w', 'mine.safetensors'))).toEqual({
    name: 'velo',
    weights: './w/mine.safetensors',
  });
  expect(optimizerOf('own', 'far', '/elsewhere/far.safetensors')).toEqual({
    name: 'velo',
    weights: '/elsewhere/far.safetensors',
  });
  expect(optimizerOf('baseline', 'adam')).toEqual({ name: 'adam' });
});

it('duplicates a config under another name with relative paths', () => {
  const text = JSON.stringify({
    name: 'old',
    task: { family: 'imageMlp', dataset: join(folder, 'images'), hidden: [8, 8] },
    optimizer: { name: 'velo', weights: '/elsewhere/w.safetensors' },
  });
  const copy = duplicatedConfig(text, 'old-2', folder);
  expect(JSON.parse(copy)).toEqual({
    name: 'old-2',
    task: { family: 'imageMlp', dataset: './images', hidden: [8, 8] },
    optimizer: { name: 'velo', weights: '/elsewhere/w.safetensors' },
  });
});

it('breaks long lists over lines and keeps short ones on one', () => {
  expect(formatJson({ a: [1, 2], b: [] })).toBe('{\n  "a": [1, 2],\n  "b": []\n}\n');
  const long = formatJson({ a: Array.from({ length: 40 }, (_, index) => index + 1000) });
  expect(long.split('\n').length).toBe(45);
});

it('suggests a name and reads step counts as people type them', () => {
  const task = { name: 'fashion-mnist 128-128' };
  const named = (source: 'shipped' | 'baseline', name: string) =>
    suggestedName(task, { source, name });
  expect(named('shipped', 'velo-handmade-1')).toBe('fashion-mnist-128-128');
  expect(named('baseline', 'adam')).toBe('fashion-mnist-128-128-adam');
  expect(parseSteps('2,000')).toBe(2000);
  expect(parseSteps('0')).toMatch(/whole number/i);
  expect(parseSteps('many')).toMatch(/whole number/i);
});
