/**
 * Particles of the estimators that cut inner trainings into pieces: each is in one inner problem at a time, K steps an
 * outer iteration, and begins the next problem when that one's T steps are made.
 */
import { createRng } from '../../compute/rng';
import { checkCount } from '../checks';
import type { EstimatorState, PairTurn, Particle, Segment } from '../estimators';
import { checkPairOptions, lengthOf } from './pairs';
import type { PairOptions } from './pairs';

export interface TruncatedOptions extends PairOptions {
  /** K: inner steps of a particle in an outer iteration, ≥ 1; ≥ 2 where turns cross ends. */
  readonly truncation: number;
  /**
   * What a turn does where its problem ends: `cross`, as published, spends a step on the change and goes on with the next
   * problem; `stop` leaves the rest of its steps unplayed.
   */
  readonly ends: 'cross' | 'stop';
  /**
   * Whether the first problem of each particle begins anywhere in its length, so that particles are out of step: steps
   * before that place are made with theta itself and count for nothing.
   */
  readonly staggered?: boolean;
}

/** What of that says how particles go through problems. */
export type ParticleOptions = Omit<TruncatedOptions, 'sigma' | 'shape'>;

/** In no problem: the next turn begins one. */
const NOWHERE: Particle = { problem: -1, length: 0, step: 0 };

/** @throws UserError('config') on a number out of range */
export function checkTruncatedOptions(options: TruncatedOptions): void {
  checkPairOptions(options);
  checkCount('truncation', options.truncation, options.ends === 'cross' ? 2 : 1);
}

export function startParticles({ pairs }: ParticleOptions): EstimatorState {
  return { particles: Array.from({ length: pairs }, () => NOWHERE), problems: 0 };
}

/** The segments of each particle's turn, at least one; new problems are counted in the order of the particles. */
export function planSegments(
  options: ParticleOptions,
  { particles, problems }: EstimatorState,
  iteration: number,
): Segment[][] {
  let begun = problems;
  const staggered = problems === 0 && options.staggered === true;
  const begin = (): Segment => {
    const problem = begun++;
    const length = lengthOf(options, problem, { iteration });
    const start = { problem, length, from: 0, steps: 0, wantsFinal: false };
    if (!staggered) return start;
    const lead = leadOf(options.seed, problem, length);
    return { ...start, from: lead, lead };
  };
  return particles.map((particle) => segmentsOf(options, particle, begin));
}

function segmentsOf(
  { truncation, ends }: ParticleOptions,
  particle: Particle,
  begin: () => Segment,
): Segment[] {
  const segments: Segment[] = [];
  let left = truncation - changesDue(particle, ends);
  let at = isAtEnd(particle) ? begin() : goOn(particle);
  for (;;) {
    const steps = Math.min(left, at.length - at.from);
    segments.push({ ...at, steps });
    left -= steps + 1;
    if (left <= 0 || ends === 'stop') return segments;
    at = begin();
  }
}

function goOn({ problem, length, step }: Particle): Segment {
  return { problem, length, from: step, steps: 0, wantsFinal: false };
}

/** Uniform in 0 … T-1, from a stream of the problem's own. */
function leadOf(seed: number, problem: number, length: number): number {
  return createRng({ seed, purpose: 'truncation', step: problem, member: 1 }).integer(length);
}

/** Whether the particle's next step is one of another problem. */
function isAtEnd({ length, step }: Particle): boolean {
  return step === length;
}

/** 1 where the step of a change to the next problem had no room in the turn before. */
function changesDue(particle: Particle, ends: TruncatedOptions['ends']): number {
  return ends === 'cross' && particle.problem >= 0 && isAtEnd(particle) ? 1 : 0;
}

/** Whether a segment makes its problem's last step. */
export function isFinished({ from, steps, length }: Segment): boolean {
  return from + steps === length;
}

/** Where a particle stands after a turn, its noise apart. */
export function standAfter(
  before: Particle,
  segments: readonly Segment[],
  { truncation, ends }: ParticleOptions,
): Particle {
  const last = segments.at(-1)!;
  const { problem, length, from, steps } = last;
  const played = segments.reduce((sum, segment) => sum + segment.steps, 0);
  const spent = changesDue(before, ends) + played + segments.length - 1;
  if (ends === 'cross' && isFinished(last) && spent < truncation) return NOWHERE;
  return { problem, length, step: from + steps };
}

/** Problems begun after the turns of an outer iteration. */
export function problemsAfter(
  problems: number,
  turns: readonly Pick<PairTurn, 'segments'>[],
): number {
  const played = turns.flatMap(({ segments }) => segments);
  return played.reduce((most, { problem }) => Math.max(most, problem + 1), problems);
}

/**
 * What sums over a turn's steps are divided by: its steps, or K where it stops at ends, so that every step of a trajectory
 * weighs the same.
 */
export function divisorOf({ ends, truncation }: TruncatedOptions): { readonly divisor?: number } {
  return ends === 'stop' ? { divisor: truncation } : {};
}
