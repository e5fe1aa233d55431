/**
 * The few parts of the WebAssembly API that running kernels needs. It is the same in Node and in browsers but
 * belongs to no ECMAScript library, so its types are stated here.
 */

/** A compiled module: opaque, made by whoever loads the bytes. */
export type WasmModule = object;

export interface WasmMemory {
  /** Shared where the memory was made so. */
  readonly buffer: ArrayBuffer;
  /** Adds pages of 64 KiB; throws RangeError when they cannot be had. */
  grow(pages: number): number;
}

export interface WasmInstance {
  readonly exports: Readonly<Record<string, unknown>>;
}

interface WebAssemblyApi {
  readonly validate: (bytes: Uint8Array) => boolean;
  readonly Module: new (bytes: Uint8Array) => WasmModule;
  readonly Instance: new (module: WasmModule, imports?: WasmImports) => WasmInstance;
  readonly Memory: new (limits: {
    readonly initial: number;
    readonly maximum: number;
    readonly shared: true;
  }) => WasmMemory;
}

type WasmImports = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

declare const WebAssembly: WebAssemblyApi;

/** Whether this runtime knows every instruction of a module. */
export function isLoadableWasm(bytes: Uint8Array): boolean {
  return WebAssembly.validate(bytes);
}

/** Compiles a module. @throws whatever the engine throws for bytes that aren't one */
export function compileWasm(bytes: Uint8Array): WasmModule {
  return new WebAssembly.Module(bytes);
}

/**
 * A fresh instance.
 * @param memory  for a module that has none of its own
 * @throws whatever the engine throws for a module with other imports
 */
export function instantiate(module: WasmModule, memory?: WasmMemory): WasmInstance {
  return new WebAssembly.Instance(module, memory === undefined ? {} : { env: { memory } });
}

/** Memory for several threads. @throws RangeError when it cannot be had */
export function sharedMemory(pages: number, maximum: number): WasmMemory {
  return new WebAssembly.Memory({ initial: pages, maximum, shared: true });
}
