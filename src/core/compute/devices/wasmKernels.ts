/**
 * The C kernels as WebAssembly. Every arena is an instance of its own, so that its memory is exactly as large
 * as needed and goes when the session goes.
 */
import { UserError } from '../../../base/index';
import type { Arena, KernelRuntime } from '../kernelRuntime';
import { checkArenaSize, outOfMemory, repetitions } from './kernelStatus';
import type { WasmMemory, WasmModule } from './webAssembly';
import { instantiate } from './webAssembly';

export const PAGE_BYTES = 65536;
const MAX_PAGES = 65536;

/** What a module of the kernels exports. */
export interface KernelExports {
  readonly memory: WasmMemory;
  /** Address of a name that ends with a zero byte, 0 past the last op. */
  opName(op: number): number;
  /** Byte address of arena word 0. */
  arenaStart(): number;
  run(start: number, words: number, times: number): number;
}

/**
 * A runtime over a compiled module.
 * @param isa  what it was compiled for
 * @throws UserError('device') when it cannot be instantiated or isn't the kernels
 */
export function createWasmKernels(module: WasmModule, isa = 'simd128'): KernelRuntime {
  const kernels = kernelExports(module);
  return {
    flavour: 'wasm',
    isa,
    ops: readOps(kernels),
    allocate: (words) => createArena(kernelExports(module), words),
  };
}

/** @param memory  for a module that has none of its own */
export function kernelExports(module: WasmModule, memory?: WasmMemory): KernelExports {
  let exports: Readonly<Record<string, unknown>>;
  try {
    exports = { memory, ...instantiate(module, memory).exports };
  } catch (error) {
    throw new UserError('device', 'the WebAssembly kernels cannot be started here', {
      cause: error,
    });
  }
  for (const name of ['opName', 'arenaStart', 'run']) {
    if (typeof exports[name] === 'function') continue;
    throw new UserError(
      'device',
      `the WebAssembly module is not the kernels: no function "${name}"`,
    );
  }
  // Checked above; nothing in the language can state it.
  return exports as unknown as KernelExports;
}

export function readOps(kernels: KernelExports): Map<string, number> {
  const bytes = new Uint8Array(kernels.memory.buffer);
  const ops = new Map<string, number>();
  for (let op = 0; ; op++) {
    const start = kernels.opName(op);
    if (start === 0) return ops;
    const end = bytes.indexOf(0, start);
    ops.set(String.fromCharCode(...bytes.subarray(start, end)), op);
  }
}

function createArena(kernels: KernelExports, words: number): Arena {
  checkArenaSize(words);
  const { memory } = kernels;
  const start = kernels.arenaStart();
  const missing =
    Math.ceil((start + words * 4) / PAGE_BYTES) - memory.buffer.byteLength / PAGE_BYTES;
  try {
    if (missing > MAX_PAGES) throw new RangeError(`${missing} pages`);
    if (missing > 0) memory.grow(missing);
  } catch (error) {
    throw outOfMemory(words, error);
  }
  return arenaOver(kernels, words);
}

/** The arena of an instance whose memory is large enough. */
export function arenaOver(kernels: KernelExports, words: number): Arena {
  const { buffer } = kernels.memory;
  const start = kernels.arenaStart();
  const i32 = new Int32Array(buffer, start, words);
  return {
    f32: new Float32Array(buffer, start, words),
    i32,
    run: (at, length, times = 1) => {
      const status = kernels.run(at, length, times);
      return status === 0 ? times : repetitions(status, i32, at);
    },
  };
}
