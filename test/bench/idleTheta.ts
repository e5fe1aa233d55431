/** Weights for benches of VeLO. */
import type { VeloTheta } from '../../src/core/index';
import { createRng, initTheta, releasedArchitecture } from '../../src/core/index';

/** Fresh weights whose steps have no length: ones that know nothing drive parameters to NaN within seconds. */
export function idleTheta(hidden: number, bank: number): VeloTheta {
  const rng = createRng({ seed: 1, purpose: 'theta' });
  const theta = initTheta(releasedArchitecture(hidden, bank), rng);
  for (const name of ['w', 'b']) theta.tensors[`rnn_params/step_size/${name}`]?.data.fill(0);
  return theta;
}
