/** How long inner trainings are: T of each inner problem. */
import { UserError } from '../../base/index';
import type { Rng } from '../compute/rng';
import { checkCount } from './checks';

/** Inner steps of one problem. @param iteration  outer, from 0. @param rng  of the problem alone */
export type LengthSchedule = (iteration: number, rng: Rng) => number;

/**
 * ⌊min·(max/min)^U⌋ with U uniform in [0, 1): short trainings are as frequent as long ones by factor.
 * @throws UserError('config') unless both are integers with 1 ≤ min ≤ max
 * Source: `truncation_schedule.py` of google/learned_optimization, LogUniformLengthSchedule
 */
export function logUniformLength(min: number, max: number): LengthSchedule {
  checkCount('the shortest length', min);
  checkCount('the longest length', max);
  if (max < min) {
    throw new UserError('config', `the longest length must be at least ${min}, got ${max}`);
  }
  // By rounding, the power may fall short of its ends.
  return (_, rng) => Math.max(min, Math.floor(min * (max / min) ** rng.uniform()));
}
