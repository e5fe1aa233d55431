/** The C kernels as WebAssembly over memory that several threads share: each has an instance and a stack of its own. */
import { invariant } from '../../../base/index';
import type { KernelRuntime } from '../kernelRuntime';
import type { Span } from '../span';
import { crewed } from './crew';
import type { Crew } from './crew';
import { checkArenaSize, outOfMemory } from './kernelStatus';
import type { WasmMemory, WasmModule } from './webAssembly';
import { sharedMemory } from './webAssembly';
import type { KernelExports } from './wasmKernels';
import { PAGE_BYTES, arenaOver, kernelExports, readOps } from './wasmKernels';

/** As STACKS and STACK_BYTES in run.c. */
const STACKS = 8;
const STACK_BYTES = 65536;
/** As the module's own limit says. */
const MAX_PAGES = 65535;
/** Enough for data and stacks. */
const FIRST_PAGES = 32;

/**
 * @param module  that imports its memory
 * @param crew  whose helpers run `joinShared`
 * @throws UserError('device') when it cannot be instantiated or isn't the kernels
 */
export function createSharedWasmKernels(module: WasmModule, crew: Crew): KernelRuntime {
  invariant(crew.threads <= STACKS + 1, `a stack for each of ${crew.threads} threads`);
  const first = kernelExports(module, sharedMemory(FIRST_PAGES, MAX_PAGES));
  const start = first.arenaStart();
  return {
    flavour: 'wasm',
    isa: 'simd128',
    ops: readOps(first),
    threads: crew.threads,
    allocate: (words) => {
      const memory = memoryFor(start, words);
      const kernels = kernelExports(module, memory);
      return crewed(arenaOver(kernels, words), crew, memory, (...program) =>
        kernels.run(...program),
      );
    },
  };
}

/** Runs programs of an arena in another thread. @param helper  from 0 */
export function joinShared(
  module: WasmModule,
  memory: WasmMemory,
  helper: number,
): (program: Span, times: number) => void {
  const kernels = kernelExports(module, memory) as KernelExports & {
    readonly __stack_pointer: { value: number };
  };
  // Stacks grow down.
  kernels.__stack_pointer.value = kernels.arenaStart() - helper * STACK_BYTES;
  return ({ place, words }, times) => {
    kernels.run(place, words, times);
  };
}

function memoryFor(start: number, words: number): WasmMemory {
  checkArenaSize(words);
  const pages = Math.ceil((start + words * 4) / PAGE_BYTES);
  try {
    return sharedMemory(pages, Math.max(pages, MAX_PAGES));
  } catch (error) {
    throw outOfMemory(words, error);
  }
}
