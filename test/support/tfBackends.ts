/** The tfjs backends that every checkout has, for `describe.each`. */
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import '@tensorflow/tfjs-backend-wasm';

export const TF_BACKENDS = ['cpu', 'wasm'] as const;
export type TfBackend = (typeof TF_BACKENDS)[number];

export async function useBackend(backend: TfBackend): Promise<void> {
  if (!(await tf.setBackend(backend))) throw new Error(`tfjs has no backend "${backend}" here`);
}
