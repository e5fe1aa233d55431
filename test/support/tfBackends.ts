/** The tfjs backends that every checkout has, for `describe.each`. */
import { activateCpu, activateWasm } from '../../src/engine/devices/tfjsBackends';

export const TF_BACKENDS = ['cpu', 'wasm'] as const;
export type TfBackend = (typeof TF_BACKENDS)[number];

export async function useBackend(backend: TfBackend): Promise<void> {
  await (backend === 'cpu' ? activateCpu() : activateWasm());
}
