/**
 * Finds and loads the compiled kernels of `dist/kernels`: the WebAssembly module and the native addon. What
 * cannot be loaded comes back as a reason, not as an exception: there is always another device.
 */
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { UserError, invariant, messageOf } from '../../base/index';
import type {
  Crew,
  KernelRuntime,
  NativeBinding,
  NativeVariant,
  WasmModule,
} from '../../core/index';
import {
  compileWasm,
  createNativeKernels,
  createWasmKernels,
  isLoadableWasm,
} from '../../core/index';

/** A runtime, or one clause on why there is none. */
export type LoadedKernels =
  | { readonly runtime: KernelRuntime; readonly reason?: undefined }
  | { readonly runtime?: undefined; readonly reason: string };

const WASM_FILE = 'velo.wasm';
const RELAXED_FILE = 'velo-relaxed.wasm';
const SHARED_FILE = 'velo-shared.wasm';

/** The kernels as WebAssembly. @param directory  where they are; by default `kernelDirectory()` */
export function loadWasmKernels(directory = kernelDirectory()): LoadedKernels {
  const file = resolve(directory, WASM_FILE);
  return attempt(file, () => createWasmKernels(compileWasm(readFileSync(file))));
}

/**
 * The kernels as WebAssembly with relaxed SIMD: faster, and the last digits of a number depend on the processor.
 * @param directory  where they are; by default `kernelDirectory()`
 */
export function loadRelaxedWasmKernels(directory = kernelDirectory()): LoadedKernels {
  const file = resolve(directory, RELAXED_FILE);
  if (!existsSync(file)) return { reason: `there is no file ${file}` };
  const bytes = readFileSync(file);
  if (!isLoadableWasm(bytes)) {
    return {
      reason: `Node ${process.versions.node} has no relaxed SIMD, which comes with Node 22`,
    };
  }
  return attempt(file, () => createWasmKernels(compileWasm(bytes), 'relaxed'));
}

/** The kernels as WebAssembly over memory that threads share. @throws UserError('device') where there is no file */
export function loadSharedModule(directory = kernelDirectory()): WasmModule {
  const file = resolve(directory, SHARED_FILE);
  if (!existsSync(file)) throw new UserError('device', `wasm: there is no file ${file}`);
  return compileWasm(readFileSync(file));
}

/**
 * The kernels as a native addon for this platform.
 * @param directory  where they are; by default `kernelDirectory()`
 * @param isa  instruction set; by default the best that this machine has
 * @param crew  that works on every arena together
 */
export function loadNativeKernels(
  directory = kernelDirectory(),
  isa?: string,
  crew?: Crew,
): LoadedKernels {
  const file = addonFile(directory);
  return attempt(file, () => createNativeKernels(loadBinding(file), isa, crew));
}

/** One build of the addon, as it is. @throws where it cannot be loaded */
export function loadNativeVariant(isa: string): NativeVariant {
  const found = loadBinding(addonFile(kernelDirectory())).variants.find((one) => one.isa === isa);
  invariant(found !== undefined, `the addon has no build for ${isa}`);
  return found;
}

function addonFile(directory: string): string {
  return resolve(directory, `velo-${process.platform}-${process.arch}.node`);
}

function loadBinding(file: string): NativeBinding {
  // The addon is our own build; its shape is fixed by addon.c.
  return createRequire(file)(file) as NativeBinding;
}

/**
 * The directory of the compiled kernels: `kernels` beside the bundle, or `dist/kernels` of the project when
 * running from source. Whether they are there is for the loader to say.
 */
function kernelDirectory(): string {
  // Both the bundle and the test runner give every module a __dirname.
  const bundled = join(__dirname, 'kernels');
  return existsSync(join(bundled, WASM_FILE))
    ? bundled
    : resolve(__dirname, '..', '..', '..', 'dist', 'kernels');
}

function attempt(file: string, load: () => KernelRuntime): LoadedKernels {
  if (!existsSync(file)) return { reason: `there is no file ${file}` };
  try {
    return { runtime: load() };
  } catch (error) {
    return { reason: `${file} cannot be loaded: ${messageOf(error)}` };
  }
}
