/** Kernels that several threads run together. */
import { UserError } from '../../base/index';
import { createSharedWasmKernels } from '../../core/index';
import type { KernelRuntime } from '../../core/index';
import { openCrew } from './crew';
import type { HelperKernels, OpenCrew } from './crew';
import { loadNativeKernels, loadSharedModule } from './loadKernels';

/** Which kernels there are for several threads: native ones of an instruction set, and strict WebAssembly. */
export type CrewKind = Pick<KernelRuntime, 'flavour' | 'isa'>;

export function canHaveCrew({ flavour, isa }: CrewKind): boolean {
  return flavour === 'native' || isa === 'simd128';
}

/**
 * Kernels with a crew of their own, which `close` ends.
 * @param kind  as `canHaveCrew` says
 * @param threads  ≥ 2
 * @param script  the program of a worker thread
 * @throws UserError('device') where the kernels cannot be loaded, Error where a thread does not start
 */
export async function openCrewKernels(
  kind: CrewKind,
  threads: number,
  script?: string,
): Promise<KernelRuntime> {
  const kernels = helperKernels(kind);
  const crew = await openCrew(kernels, threads, script);
  try {
    return { ...runtimeOf(kernels, crew), close: crew.close };
  } catch (thrown) {
    crew.close();
    throw thrown;
  }
}

function helperKernels({ flavour, isa }: CrewKind): HelperKernels {
  return flavour === 'native' ? { flavour, isa } : { flavour, module: loadSharedModule() };
}

function runtimeOf(kernels: HelperKernels, crew: OpenCrew): KernelRuntime {
  if (kernels.flavour === 'wasm') return createSharedWasmKernels(kernels.module, crew);
  const { runtime, reason } = loadNativeKernels(undefined, kernels.isa, crew);
  if (runtime === undefined) throw new UserError('device', `native: ${reason}`);
  return runtime;
}
