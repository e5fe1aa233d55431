/** The cache: whole or not at all, checked when it is read, where the system or the person wants it. */
import * as fs from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { dataCacheFolder, listCached, readCached } from '../../../../src/engine/data/cache';
import { loadImageDataset } from '../../../../src/engine/datasets';
import { dataDirectory } from '../../../../src/storage/index';
import { encodeCifar } from '../../../support/dataFiles';
import { workbench } from './workbench';

const bench = workbench();
afterEach(() => {
  vi.unstubAllEnvs();
});

async function addOwn(): Promise<string> {
  bench.put(
    'x.bin',
    encodeCifar(20, (n) => [n % 10]),
  );
  await bench.add('x.bin');
  return join(bench.cache(), 'own');
}

describe('the place of the cache', () => {
  it('is VELO_DATA_DIR where it is set, else the cache folder of the system', () => {
    vi.stubEnv('VELO_DATA_DIR', '/some/where');
    expect(dataCacheFolder()).toBe('/some/where');
    vi.stubEnv('VELO_DATA_DIR', '');
    expect(dataCacheFolder()).toMatch(/velo-lab.data$/i);
  });
});

describe('a data set in the cache', () => {
  it('is found by its name, like a bundled one', async () => {
    await addOwn();
    vi.stubEnv('VELO_DATA_DIR', bench.cache());
    const dataset = await loadImageDataset('own', { dataDir: dataDirectory() });
    expect(dataset).toMatchObject({ name: 'own', classes: 10 });
    expect(dataset.train).toMatchObject({ count: 20, height: 32, width: 32, channels: 3 });
    expect(dataset.test).toBeUndefined();
  });

  it('that is no images is refused by name', async () => {
    bench.put('a.txt', 'Some words, and more.\n'.repeat(100));
    await bench.add('a.txt');
    vi.stubEnv('VELO_DATA_DIR', bench.cache());
    await expect(loadImageDataset('own', { dataDir: dataDirectory() })).rejects.toThrow(
      /^data set "own" is a text, expected images$/,
    );
  });

  it('that has come to harm is refused with file and finding', async () => {
    const folder = await addOwn();
    const labels = join(folder, 'train-labels.u8');
    const good = fs.readFileSync(labels);
    fs.writeFileSync(labels, good.subarray(1));
    await expect(readCached(bench.cache(), 'own')).rejects.toThrow(
      `${labels} has 19 bytes, expected 20`,
    );
    fs.writeFileSync(labels, Buffer.from(good).fill(3, 0, 1));
    await expect(readCached(bench.cache(), 'own')).rejects.toThrow(
      /train-labels\.u8 has the sha256 [0-9a-f]{64}, expected [0-9a-f]{64}$/,
    );
    fs.rmSync(labels);
    await expect(readCached(bench.cache(), 'own')).rejects.toThrow(`${labels} does not exist`);
    fs.writeFileSync(join(folder, 'card.json'), '{"format": 2}');
    expect(() => listCached(bench.cache())).toThrow(
      /card\.json is not a data card: format: .*, expected one of format 1$/,
    );
    fs.writeFileSync(join(folder, 'card.json'), '{"for');
    expect(() => listCached(bench.cache())).toThrow(
      /card\.json is not a data card: it is no JSON, expected one of format 1$/,
    );
  });

  it('leaves nothing of writers that were killed, and passes over them', async () => {
    const dead = join(bench.cache(), '.partial-999999999-other');
    const alive = join(bench.cache(), `.partial-${process.ppid}-other`);
    for (const folder of [dead, alive]) fs.mkdirSync(folder, { recursive: true });
    fs.writeFileSync(join(dead, 'card.json'), '{');
    expect(listCached(bench.cache())).toEqual([]);
    await addOwn();
    expect(fs.readdirSync(bench.cache()).sort()).toEqual([`.partial-${process.ppid}-other`, 'own']);
    expect(listCached(bench.cache()).map(({ name }) => name)).toEqual(['own']);
  });

  it('cannot be written where there is a file in the way', async () => {
    bench.put(
      'x.bin',
      encodeCifar(20, (n) => [n % 10]),
    );
    fs.writeFileSync(bench.cache(), 'a file');
    await expect(bench.add('x.bin')).rejects.toThrow(
      /^cannot (create|read) .*cache: (it exists already|a part of the path is a file, not a folder)$/,
    );
  });
});
