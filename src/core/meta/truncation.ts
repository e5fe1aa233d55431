/** How long inner trainings are: T of each inner problem. */
import { UserError } from '../../base/index';
import type { Rng } from '../compute/rng';
import { checkCount, checkFrom } from './checks';

/** Inner steps of one problem. @param iteration  outer, from 0. @param rng  of the problem alone */
export type LengthSchedule = (iteration: number, rng: Rng) => number;

/** Log-uniform lengths from min to max while the outer iteration is below `until`; without it, for ever. */
export interface LengthStage {
  readonly until?: number;
  readonly min: number;
  readonly max: number;
}

export type LengthSpec = { readonly jitter?: number } & (
  | { readonly kind: 'constant'; readonly steps: number }
  | { readonly kind: 'logUniform'; readonly min: number; readonly max: number }
  | {
      readonly kind: 'powerLaw';
      readonly min: number;
      readonly max: number;
      readonly exponent: number;
    }
  /** In the order of `until`; the last one goes on beyond its own. */
  | { readonly kind: 'staged'; readonly stages: readonly LengthStage[] }
);

/**
 * The schedule that a specification means. With jitter j > 0 a length L becomes round(L·(1 + j·n)), n standard normal, and
 * is at least 1.
 * @throws UserError('config') on a number out of range
 */
export function createLengthSchedule(spec: LengthSpec): LengthSchedule {
  const schedule = plainSchedule(spec);
  const { jitter = 0 } = spec;
  checkFrom('jitter', jitter, 0);
  if (jitter === 0) return schedule;
  return (iteration, rng) => {
    const length = schedule(iteration, rng);
    return Math.max(1, Math.round(length * (1 + jitter * rng.normal())));
  };
}

function plainSchedule(spec: LengthSpec): LengthSchedule {
  switch (spec.kind) {
    case 'constant': {
      const steps = checkCount('the length', spec.steps);
      return () => steps;
    }
    case 'logUniform':
      return logUniformLength(spec.min, spec.max);
    case 'powerLaw':
      return powerLawLength(spec.min, spec.max, spec.exponent);
    case 'staged':
      return stagedLength(spec.stages);
  }
}

/**
 * ⌊min·(max/min)^U⌋ with U uniform in [0, 1): short trainings are as frequent as long ones by factor.
 * @throws UserError('config') unless both are integers with 1 ≤ min ≤ max
 * Source: `truncation_schedule.py` of google/learned_optimization, LogUniformLengthSchedule
 */
export function logUniformLength(min: number, max: number): LengthSchedule {
  checkRange(min, max);
  // By rounding, the power may fall short of its ends.
  return (_, rng) => Math.max(min, Math.floor(min * (max / min) ** rng.uniform()));
}

/**
 * Lengths whose density falls as T^-exponent: 1 is log-uniform. A training of T steps costs T and tells one number, so
 * that more short ones tell more for the same time.
 * @throws UserError('config') unless both are integers with 1 ≤ min ≤ max and the exponent is above 1
 */
export function powerLawLength(min: number, max: number, exponent: number): LengthSchedule {
  checkRange(min, max);
  const power = 1 - checkFrom('exponent of lengths', exponent, 1.01);
  const [from, to] = [min ** power, max ** power];
  return (_, rng) => {
    const length = Math.floor((from + (to - from) * rng.uniform()) ** (1 / power));
    return Math.min(max, Math.max(min, length));
  };
}

function checkRange(min: number, max: number): void {
  checkCount('the shortest length', min);
  checkCount('the longest length', max);
  if (max < min) {
    throw new UserError('config', `the longest length must be at least ${min}, got ${max}`);
  }
}

function stagedLength(stages: readonly LengthStage[]): LengthSchedule {
  const parts = stages.map(({ until = Infinity, min, max }) => ({
    until,
    schedule: logUniformLength(min, max),
  }));
  const last = parts.at(-1);
  if (last === undefined) throw new UserError('config', 'staged lengths need at least one stage');
  parts.slice(1).forEach(({ until }, i) => {
    const before = parts[i]!.until;
    if (until > before) return;
    throw new UserError(
      'config',
      `until must grow from one stage of lengths to the next, got ${before} and ${until}`,
    );
  });
  return (iteration, rng) => {
    const part = parts.find(({ until }) => iteration < until) ?? last;
    return part.schedule(iteration, rng);
  };
}
