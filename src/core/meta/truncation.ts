/** How long inner trainings are: T of each inner problem. */
import type { Rng } from '../compute/rng';

/** Inner steps of one problem. @param iteration  outer, from 0. @param rng  of the problem alone */
export type LengthSchedule = (iteration: number, rng: Rng) => number;
