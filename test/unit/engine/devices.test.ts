import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import { build } from 'esbuild';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { UserError } from '../../../src/base/index';
import type { KernelRuntime } from '../../../src/core/index';
import { listDevices, pickDevice } from '../../../src/engine/devices/devices';
import { loadTensorflow } from '../../../src/engine/devices/loadTensorflow';

const ROOT = resolve(import.meta.dirname, '../../..');
let scratch: string;

beforeAll(() => {
  scratch = mkdtempSync(join(tmpdir(), 'velo-devices-'));
});

afterAll(() => {
  rmSync(scratch, { recursive: true, force: true });
});

afterEach(() => {
  vi.unstubAllEnvs();
});

function kernels(flavour: 'native' | 'wasm', isa: string): { readonly runtime: KernelRuntime } {
  return {
    runtime: {
      flavour,
      isa,
      ops: new Map(),
      allocate: () => {
        throw new Error('no arena in this test');
      },
    },
  };
}

const works = {
  loadNative: () => kernels('native', 'avx2'),
  loadWasm: () => kernels('wasm', 'simd128'),
  loadTensorflow: () => Promise.resolve({ processor: 'GPU' as const }),
};
const missing = { reason: 'there is no file x' };

describe('pickDevice', () => {
  it('takes native code first, with gradients on tfjs-wasm', async () => {
    const { device, why } = await pickDevice('auto', works);
    expect(device).toMatchObject({ name: 'native', backend: 'wasm', label: 'native avx2' });
    expect(device.kernels?.isa).toBe('avx2');
    expect(why).toBe('native: compiled plans on AVX2 kernels');
    expect(tf.getBackend()).toBe('wasm');
  });

  it('falls back to WebAssembly and says why', async () => {
    const { device, why } = await pickDevice('auto', { ...works, loadNative: () => missing });
    expect(device).toMatchObject({ name: 'wasm', backend: 'wasm', label: 'wasm simd128' });
    expect(why).toBe(
      'wasm: compiled plans on WebAssembly SIMD kernels; not native: there is no file x',
    );
  });

  it('ends at plain JavaScript, which has no kernels', async () => {
    const sources = { ...works, loadNative: () => missing, loadWasm: () => missing };
    const { device, why } = await pickDevice('auto', sources);
    expect(device).toEqual({
      name: 'cpu',
      backend: 'cpu',
      label: 'cpu',
      summary: 'plain JavaScript, slow',
    });
    expect(why).toBe(
      'cpu: plain JavaScript, slow; not native: there is no file x; not wasm: there is no file x',
    );
    expect(tf.getBackend()).toBe('cpu');
  });

  it('refuses a named device that does not work, with what to do', async () => {
    const attempt = pickDevice('native', { ...works, loadNative: () => missing });
    await expect(attempt).rejects.toThrow(UserError);
    await expect(attempt).rejects.toMatchObject({
      code: 'device',
      message: 'native: there is no file x',
      remedy: 'Build the kernels with "npm run build", or choose another device.',
    });
    const broken = {
      ...works,
      activateWasm: () =>
        Promise.reject(new UserError('device', 'tfjs backend wasm does not start')),
    };
    await expect(pickDevice('wasm', broken)).rejects.toMatchObject({
      message: 'wasm: tfjs backend wasm does not start',
      remedy: 'Choose the device cpu.',
    });
  });

  it('adds no listeners for unhandled errors to the process', async () => {
    await pickDevice('wasm', works);
    for (const event of ['uncaughtException', 'unhandledRejection'] as const) {
      const sources = process.listeners(event as 'uncaughtException').map(String);
      expect(sources.filter((text) => /ExitStatus|throw reason/.test(text))).toEqual([]);
    }
  });
});

describe('listDevices', () => {
  it('says of each device whether it works, or why not and what to do', async () => {
    const sources = {
      ...works,
      loadNative: () => missing,
      loadRelaxedWasm: () => missing,
      loadTensorflow: () => Promise.resolve({ reason: 'no package' }),
    };
    expect(await listDevices(sources)).toEqual([
      {
        name: 'native',
        available: false,
        text: 'there is no file x',
        remedy: 'Build the kernels with "npm run build", or choose another device.',
      },
      {
        name: 'wasm',
        available: true,
        text: 'compiled plans on WebAssembly SIMD kernels',
      },
      {
        name: 'wasm-relaxed',
        available: false,
        text: 'there is no file x',
        remedy: 'Build the kernels with "npm run build", or choose another device.',
      },
      { name: 'cpu', available: true, text: 'plain JavaScript, slow' },
      {
        name: 'tensorflow',
        available: false,
        text: 'no package',
        remedy:
          'Install @tensorflow/tfjs-node-gpu 4.22 in the project, or name its folder in VELO_TFJS_NODE.',
      },
    ]);
  });
});

describe('the wasm device', () => {
  it('computes the products and gradients that plain JavaScript computes', async () => {
    const gradient = (): number[] =>
      tf.tidy(() => {
        const x = tf.tensor2d([1, 2, 3, 4, 5, 6], [2, 3]);
        const w = tf.tensor2d([0.5, -1, 2, 0.25, 1, -0.5], [3, 2]);
        const loss = (v: tf.Tensor) => tf.sum(tf.square(tf.matMul(x, v as tf.Tensor2D)));
        return [...tf.grad(loss)(w).dataSync()];
      });
    // y = x·w = [[7.5, −2], [18, −5.75]] and the gradient is 2·xᵀ·y.
    const expected = [159, -50, 210, -65.5, 261, -81];
    for (const name of ['wasm', 'cpu'] as const) {
      await pickDevice(name, works);
      expect(gradient(), name).toEqual(expected);
    }
  });

  it('works from a bundle with its files beside it, silently', async () => {
    const dist = join(scratch, 'dist');
    mkdirSync(dist);
    const entry = join(scratch, 'entry.ts');
    const path = (file: string): string => JSON.stringify(join(ROOT, 'src', file));
    writeFileSync(
      entry,
      `import { pickDevice } from ${path('engine/devices/devices')};
       import * as tf from ${JSON.stringify(join(ROOT, 'node_modules/@tensorflow/tfjs-core'))};
       const runtime = { flavour: 'wasm', isa: 'simd128', ops: new Map(), allocate() {} };
       const missing = { reason: 'none' };
       async function main() {
         for (const name of ['wasm', 'cpu']) {
           const { device } = await pickDevice(name, { loadNative: () => missing, loadWasm: () => ({ runtime }) });
           const sum = tf.sum(tf.matMul(tf.ones([2, 3]), tf.ones([3, 4]))).dataSync()[0];
           console.log(device.backend, tf.getBackend(), sum);
         }
       }
       main();`,
    );
    await build({
      entryPoints: [entry],
      outfile: join(dist, 'cli.cjs'),
      bundle: true,
      platform: 'node',
      target: 'node20',
      format: 'cjs',
      logLevel: 'error',
      logOverride: { 'empty-import-meta': 'silent' },
    });
    const wasm = join(ROOT, 'node_modules/@tensorflow/tfjs-backend-wasm/dist');
    for (const file of readdirSync(wasm).filter((name) => name.endsWith('.wasm'))) {
      cpSync(join(wasm, file), join(dist, file));
    }
    const output = execFileSync(process.execPath, [join(dist, 'cli.cjs')], {
      cwd: scratch,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    expect(output).toBe('wasm wasm 24\ncpu cpu 24\n');
  });
});

describe('loadTensorflow', () => {
  it('says where it has looked when there is no package', async () => {
    const projectDir = join(scratch, 'empty');
    mkdirSync(projectDir);
    expect(await loadTensorflow({ projectDir })).toEqual({
      reason: `no installed package @tensorflow/tfjs-node-gpu or @tensorflow/tfjs-node is to be seen from ${projectDir}`,
    });
    expect(await loadTensorflow({ projectDir, path: 'nowhere' })).toEqual({
      reason:
        `${join(projectDir, 'nowhere')} neither is nor has one of ` +
        '@tensorflow/tfjs-node-gpu, @tensorflow/tfjs-node',
    });
  });

  it('refuses another version, found through the environment', async () => {
    const directory = fakePackage('old', '3.21.1', '');
    vi.stubEnv('VELO_TFJS_NODE', directory);
    expect(await loadTensorflow({ projectDir: scratch })).toEqual({
      reason: `${directory} is version 3.21.1, expected 4.22`,
    });
  });

  it('reports the first line of what went wrong while loading', async () => {
    const directory = fakePackage('broken', '4.22.0', 'throw new Error("no addon\\nlong story");');
    expect(await loadTensorflow({ path: directory })).toEqual({
      reason: `${directory} cannot be loaded: no addon`,
    });
  });

  it('finds a package that the project has installed', async () => {
    const project = join(scratch, 'project');
    const directory = fakePackage(
      'project/node_modules/@tensorflow/tfjs-node',
      '4.22.0',
      'throw new Error(String(process.env.TF_CPP_MIN_LOG_LEVEL) + require("util").isNullOrUndefined(null));',
    );
    const expected = { reason: `${directory} cannot be loaded: 3true` };
    expect(await loadTensorflow({ projectDir: project })).toEqual(expected);
    expect(await loadTensorflow({ path: project })).toEqual(expected);
  });
});

function fakePackage(name: string, version: string, code: string): string {
  const directory = join(scratch, name);
  mkdirSync(directory, { recursive: true });
  const manifest = { name: '@tensorflow/tfjs-node', version, main: 'index.js' };
  writeFileSync(join(directory, 'package.json'), JSON.stringify(manifest));
  writeFileSync(join(directory, 'index.js'), code);
  return directory;
}
