/**
 * Persistent evolution strategies (Vicol, Metz, Sohl-Dickstein 2021, arXiv:2112.13835): pieces of K steps, each side goes on
 * where it stood, and the sum of the noise of all pieces of a trajectory stands for what moved its losses.
 * With B = A + e: gradient = (1/N) Σᵢ [begunᵢ·Bᵢ + freshᵢ·eᵢ]/(2σ); then A ← B, or, where the trajectory ended, the noise that
 * the one after it has seen. begun and fresh are the shaped differences of steps of the trajectory that the turn began in,
 * and of those that began in the turn.
 * Source: `truncated_pes.py` of google/learned_optimization
 */
import type { Estimator, NoiseSpace, PairTurn, Particle } from '../estimators';
import { judgeTurn } from './judge';
import { mean, noiseKey } from './pairs';
import {
  checkTruncatedOptions,
  divisorOf,
  isFinished,
  planSegments,
  problemsAfter,
  standAfter,
  startParticles,
} from './particles';
import type { TruncatedOptions } from './particles';

export interface PesOptions extends TruncatedOptions {
  /**
   * A quirk of the reference: the last step of a trajectory counts with those of the next one, weighed by the noise of its
   * turn alone, and that noise is carried on even where the next trajectory has seen none of it. False when left out.
   */
  readonly countsLastAsNew?: boolean;
}

/** @throws UserError('config') on an option out of range */
export function createPes(options: PesOptions): Estimator {
  checkTruncatedOptions(options);
  const { seed, sigma, shape, countsLastAsNew = false } = options;
  const judge = judgeTurn({ shape, ...divisorOf(options), countsLastAsNew });
  return {
    start: () => startParticles(options),
    plan: (state, iteration) =>
      planSegments(options, state, iteration).map((segments, pair) => ({
        ...{ pair, noise: noiseKey(seed, iteration, pair), segments, shared: false },
      })),
    estimate({ particles, problems }, turns, outcomes, space) {
      const judged = turns.map((turn, i) => judge(turn, outcomes[i]!));
      const gradient = new Float32Array(space.size);
      const scale = 1 / (2 * sigma * turns.length);
      const next = turns.map((turn, i): Particle => {
        const { begun, fresh } = judged[i]!;
        const noise = noiseSince(particles[i]!, turn, space);
        addScaled(gradient, noise, begun * scale);
        if (fresh !== 0) space.add(gradient, turn.noise, fresh * scale);
        const stand = standAfter(particles[i]!, turn.segments, options);
        const carried = carriedNoise(turn, noise, countsLastAsNew, space);
        return carried === undefined ? stand : { ...stand, accumulated: carried };
      });
      return {
        gradient,
        state: { particles: next, problems: problemsAfter(problems, turns) },
        loss: mean(judged.map(({ loss }) => loss)),
        differences: Float32Array.from(judged, ({ difference }) => difference),
      };
    },
  };
}

/** B = A + e. */
function noiseSince(
  { accumulated }: Particle,
  { noise }: PairTurn,
  space: NoiseSpace,
): Float32Array {
  const sum = accumulated?.slice() ?? new Float32Array(space.size);
  space.add(sum, noise, 1);
  return sum;
}

/** The next A; undefined for zeros. */
function carriedNoise(
  { segments, noise }: PairTurn,
  since: Float32Array,
  countsLastAsNew: boolean,
  space: NoiseSpace,
): Float32Array | undefined {
  if (!segments.some(isFinished)) return since;
  // A last segment that goes on is one of a trajectory that began in this turn.
  if (isFinished(segments.at(-1)!) && !countsLastAsNew) return undefined;
  const own = new Float32Array(space.size);
  space.add(own, noise, 1);
  return own;
}

function addScaled(target: Float32Array, source: Float32Array, scale: number): void {
  if (scale === 0) return;
  for (let i = 0; i < target.length; i++) target[i]! += scale * source[i]!;
}
