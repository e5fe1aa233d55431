import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadTable } from '../../../src/engine/tables';
import { BUNDLED_TABLE_NAMES } from '../../../src/protocol/index';

const DATA_DIR = join(import.meta.dirname, '..', '..', '..', 'media', 'data');
const load = (name: string) => loadTable(name, { dataDir: DATA_DIR });

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'velo-tables-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function written(content: string | Uint8Array): Promise<string> {
  const file = join(folder, 'mine.csv');
  await writeFile(file, content);
  return file;
}

describe('the bundled tables', () => {
  it.each([
    { name: 'letter', rows: 20_000, features: 16, classes: 26, first: 2 },
    { name: 'iris', rows: 150, features: 4, classes: 3, first: 5.1 },
    { name: 'wine', rows: 178, features: 13, classes: 3, first: 14.23 },
    { name: 'breast-cancer', rows: 569, features: 30, classes: 2, first: 17.99 },
  ])('hold $name', async ({ name, rows, features, classes, first }) => {
    const table = await load(name);
    expect(table).toMatchObject({ name, features, classes });
    expect(table.labels).toHaveLength(rows);
    expect(table.values).toHaveLength(rows * features);
    expect(table.values[0]).toBeCloseTo(first, 5);
    expect(BUNDLED_TABLE_NAMES).toContain(name);
  });

  it('know the letter of the first row, a T', async () => {
    expect((await load('letter')).labels[0]).toBe('T'.charCodeAt(0) - 'A'.charCodeAt(0));
  });
});

describe("a person's own table", () => {
  it.each<[string, string | Uint8Array]>([
    ['with a header', 'height,weight,kind\n1,2,cat\n3,4.5,"dog, big"\n'],
    ['without', '1,2,cat\r\n3,4.5,"dog, big"\r\n'],
    ['packed', gzipSync('1, 2, cat\n\n3, 4.5, "dog, big"')],
  ])('loads %s', async (_, content) => {
    const table = await load(await written(content));
    expect([...table.values]).toEqual([1, 2, 3, 4.5]);
    expect([...table.labels]).toEqual([0, 1]);
  });

  it.each([
    ['', 'has no rows, expected numbers and a label in each'],
    ['1,2,cat\n1,,dog\n', 'row 2 must have 2 finite numbers, got (1, NaN)'],
    ['1,2,cat\n1,dog\n', 'row 2 must have 2 finite numbers, got 1 of them'],
    ['1,"2,cat\n', 'is not a CSV file: Quote Not Closed'],
  ])('refuses %j', async (content, message) => {
    const file = await written(content);
    await expect(load(file)).rejects.toThrow(message);
    await expect(load(file)).rejects.toMatchObject({ code: 'data' });
  });

  it('says which file is missing', async () => {
    await expect(load('/nowhere.csv')).rejects.toThrow('/nowhere.csv does not exist');
  });
});
