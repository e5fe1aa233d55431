/**
 * A thousand settings of NAdamW, our own, for searches with a fixed budget: "the first k settings". Metz et al. 2020
 * (arXiv:2002.11887) propose such a list, learned from their tasks and in the order in which it helps; ours is a random
 * sample of a similar space in no order, so a result with it is never to be called theirs.
 *
 * Setting i comes from the stream (LIST_SEED, sweep, 0, i) alone. In the order in which they are drawn:
 *   α log-uniform in [1e-5, 0.1];  1 − β₁ log-uniform in [0.01, 0.5];  1 − β₂ log-uniform in [1e-4, 0.1];
 *   ε log-uniform in [1e-10, 1e-3];  Nesterov in half of them;
 *   decoupled decay in half of them, log-uniform in [1e-6, 0.1];  L2 term in a quarter, log-uniform in [1e-7, 1e-2];
 *   schedule: constant in a quarter, else warm-up, plateau and cosine, with a warm-up of 0 in half of these and uniform
 *   in [0, 0.1] in the others, a plateau until warm-up + u·(0.8 − warm-up), u = 0 in half and uniform in the others, and an
 *   end of 0 in half, else log-uniform in [1e-3, 0.3] of the peak.
 * Numbers have three significant digits, so that no engine's last digit of `exp` shows.
 */
import { UserError } from '../../../base/index';
import { createRng } from '../../compute/rng';
import type { Rng } from '../../compute/rng';
import type { ScheduleSpec } from '../schedules';
import type { NadamwOptions } from './nadamw';

export const NADAMW_SETTINGS = 1000;

/** Part of the list: another number is another list. */
const LIST_SEED = 83;

/**
 * The options of NAdamW that stand at `index` of the list; always the same ones.
 * @param index  0 … 999
 * @throws UserError('config') on another index
 */
export function nadamwSetting(index: number): Required<Omit<NadamwOptions, 'subtractL2'>> {
  if (!Number.isInteger(index) || index < 0 || index >= NADAMW_SETTINGS) {
    throw new UserError(
      'config',
      `nadamwSetting: index must be a whole number from 0 to ${NADAMW_SETTINGS - 1}, got ${index}`,
    );
  }
  const rng = createRng({ seed: LIST_SEED, purpose: 'sweep', member: index });
  // Evaluated in this order, which is part of the list.
  return {
    learningRate: logUniform(rng, 1e-5, 0.1),
    beta1: rounded(1 - logUniform(rng, 0.01, 0.5)),
    beta2: rounded(1 - logUniform(rng, 1e-4, 0.1), 5),
    epsilon: logUniform(rng, 1e-10, 1e-3),
    nesterov: chance(rng, 0.5),
    weightDecay: chance(rng, 0.5) ? logUniform(rng, 1e-6, 0.1) : 0,
    l2: chance(rng, 0.25) ? logUniform(rng, 1e-7, 1e-2) : 0,
    schedule: schedule(rng),
  };
}

function schedule(rng: Rng): ScheduleSpec {
  if (chance(rng, 0.25)) return { kind: 'constant' };
  const warmupFraction = chance(rng, 0.5) ? 0 : rounded(0.1 * rng.uniform());
  const plateau = chance(rng, 0.5) ? 0 : rng.uniform() * (0.8 - warmupFraction);
  const minMultiplier = chance(rng, 0.5) ? 0 : logUniform(rng, 1e-3, 0.3);
  const constantFraction = Math.max(warmupFraction, rounded(warmupFraction + plateau));
  return { kind: 'warmupCosine', warmupFraction, constantFraction, minMultiplier };
}

function chance(rng: Rng, probability: number): boolean {
  return rng.uniform() < probability;
}

function logUniform(rng: Rng, low: number, high: number): number {
  return rounded(low * Math.exp(rng.uniform() * Math.log(high / low)));
}

function rounded(value: number, digits = 3): number {
  return Number(value.toPrecision(digits));
}
