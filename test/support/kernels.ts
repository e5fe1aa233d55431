/** The compiled kernels for tests: every runtime that this machine can run. */
import type { KernelRuntime } from '../../src/core/index';
import { loadNativeKernels, loadWasmKernels } from '../../src/engine/devices/loadKernels';

/** WebAssembly, and the native build of each instruction set this machine has. */
export const kernelRuntimes: readonly KernelRuntime[] = [
  required(loadWasmKernels()),
  ...nativeRuntimes(),
];

function required({ runtime, reason }: ReturnType<typeof loadWasmKernels>): KernelRuntime {
  if (runtime === undefined) throw new Error(`build the kernels first: ${reason}`);
  return runtime;
}

function nativeRuntimes(): KernelRuntime[] {
  return ['avx512', 'avx2', 'sse4', 'neon'].flatMap(
    (isa) => loadNativeKernels(undefined, isa).runtime ?? [],
  );
}
