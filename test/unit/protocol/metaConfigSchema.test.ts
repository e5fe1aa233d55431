import { readFileSync } from 'node:fs';
import { format } from 'prettier';
import { describe, expect, it } from 'vitest';
import { TASK_MIXES } from '../../../src/core/index';
import {
  BUNDLED_MIXES,
  isMetaConfigText,
  metaConfigJsonSchema,
  parseRunConfigText,
} from '../../../src/protocol/index';

const schemaFile = (name: string): Record<string, unknown> => {
  const file = new URL(`../../../media/schema/${name}`, import.meta.url);
  return JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>;
};

describe('the JSON schema of meta-trainings', () => {
  it('is what media/schema holds (refresh with vitest -u)', async () => {
    const text = await format(JSON.stringify(metaConfigJsonSchema()), {
      parser: 'json',
      printWidth: 100,
    });
    await expect(text).toMatchFileSnapshot('../../../media/schema/velo-metatrain.schema.json');
  });

  it('is chosen by the kind, among two that are there', () => {
    const { if: condition, then, else: otherwise } = schemaFile('velo-config.schema.json');
    expect(condition).toEqual({
      properties: { kind: { const: 'metatrain' } },
      required: ['kind'],
    });
    for (const branch of [then, otherwise]) {
      const { $ref } = branch as { $ref: string };
      expect(schemaFile($ref)).toHaveProperty('title');
    }
  });
});

describe('a text that ends in .velo.json', () => {
  it.each([
    ['{ "kind": "metatrain" }', true],
    ['// first\n{ "kind": "metatrain", "budget": }', true],
    ['{ "task": { "kind": "metatrain" } }', false],
    ['{ "kind": "run" }', false],
    ['', false],
    ['[', false],
  ])('means a meta-training by its kind: %s', (text, expected) => {
    expect(isMetaConfigText(text)).toBe(expected);
  });

  it('is not read as a run where it is a meta-training', () => {
    expect(() =>
      parseRunConfigText('{ "kind": "metatrain" }', { fileName: 'm.velo.json' }),
    ).toThrow('m.velo.json is the config of a meta-training, not of a run');
  });
});

it('names the distributions that there are', () => {
  expect([...BUNDLED_MIXES]).toEqual(TASK_MIXES.map(({ name }) => name));
});
