/**
 * The few parts of the WebAssembly API that running kernels needs. It is the same in Node and in browsers but
 * belongs to no ECMAScript library, so its types are stated here.
 */

/** A compiled module: opaque, made by whoever loads the bytes. */
export type WasmModule = object;

export interface WasmMemory {
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
  readonly Instance: new (module: WasmModule) => WasmInstance;
}

declare const WebAssembly: WebAssemblyApi;

/** Whether this runtime knows every instruction of a module. */
export function isLoadableWasm(bytes: Uint8Array): boolean {
  return WebAssembly.validate(bytes);
}

/** Compiles a module. @throws whatever the engine throws for bytes that aren't one */
export function compileWasm(bytes: Uint8Array): WasmModule {
  return new WebAssembly.Module(bytes);
}

/** A fresh instance with memory of its own. @throws whatever the engine throws for a module with imports */
export function instantiate(module: WasmModule): WasmInstance {
  return new WebAssembly.Instance(module);
}
