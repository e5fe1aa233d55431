/** Native kernels that several threads run together. */
import { UserError } from '../../base/index';
import type { KernelRuntime } from '../../core/index';
import { openCrew } from './crew';
import { loadNativeKernels } from './loadKernels';

/**
 * The kernels of an instruction set for a crew of their own; `close` ends it.
 * @param threads  ≥ 2
 * @param script  the program of a worker thread
 * @throws UserError('device') where the kernels cannot be loaded, Error where a thread does not start
 */
export async function openCrewKernels(
  isa: string,
  threads: number,
  script?: string,
): Promise<KernelRuntime> {
  const crew = await openCrew(isa, threads, script);
  const { runtime, reason } = loadNativeKernels(undefined, isa, crew);
  if (runtime !== undefined) {
    return {
      ...runtime,
      close: () => {
        crew.close();
      },
    };
  }
  crew.close();
  throw new UserError('device', `native: ${reason}`);
}
