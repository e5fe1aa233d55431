/** The outer learning rate from one outer iteration to the next. */
import { checkCount, checkPositive, checkShare } from '../checks';

export interface OuterScheduleSpec {
  /** Rate after the warm-up, > 0. */
  readonly learningRate: number;
  /** Outer iterations in which the rate climbs in equal steps, the first of them at 1/n; 0: none. */
  readonly warmupIterations?: number;
  /** Share of the rate that a cosine goes down to, in [0, 1]; 1: the rate stays. */
  readonly floor?: number;
}

/** Rate of an outer iteration (from 0). @param progress  of the whole meta-training, by steps or by time: [0, 1] */
export type OuterSchedule = (iteration: number, progress: number) => number;

/**
 * rate·min(1, (iteration + 1)/warmup)·(floor + (1 − floor)·(1 + cos(π·progress))/2); progress beyond its range counts as
 * its end. Warm-up 0 and floor 1, a constant rate, when left out.
 * @throws UserError('config') on a number out of range
 */
export function createOuterSchedule(spec: OuterScheduleSpec): OuterSchedule {
  const { learningRate, warmupIterations = 0, floor = 1 } = spec;
  checkPositive('learningRate', learningRate);
  checkCount('warmupIterations', warmupIterations, 0);
  checkShare('floor', floor, true);
  return (iteration, progress) => {
    const warm = warmupIterations > 0 ? Math.min(1, (iteration + 1) / warmupIterations) : 1;
    const done = Math.min(Math.max(progress, 0), 1);
    return learningRate * warm * (floor + (1 - floor) * 0.5 * (1 + Math.cos(Math.PI * done)));
  };
}
