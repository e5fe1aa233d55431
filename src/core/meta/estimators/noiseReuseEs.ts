/**
 * Noise-reuse evolution strategies (Li et al. 2023, arXiv:2304.12180): pieces of K steps, each side goes on where it stood, and
 * a trajectory keeps its noise from its beginning to its end.
 * gradient = Σᵢ Σₜ (L⁺ᵢₜ − L⁻ᵢₜ)·eᵢ/(2σ) over the number of steps of all pairs. Turns stop where a trajectory ends, since the
 * next one has other noise.
 * Source: `research/hysteresis` of google/learned_optimization, ES with noise shared along a trajectory
 */
import type { Estimator, Particle } from '../estimators';
import { judgeTurn } from './judge';
import { addNoise, noiseKey } from './pairs';
import {
  checkTruncatedOptions,
  isFinished,
  planSegments,
  problemsAfter,
  standAfter,
  startParticles,
} from './particles';
import type { TruncatedOptions } from './particles';

export type NoiseReuseEsOptions = Omit<TruncatedOptions, 'ends'>;

/** @throws UserError('config') on an option out of range */
export function createNoiseReuseEs(given: NoiseReuseEsOptions): Estimator {
  const options: TruncatedOptions = { ...given, ends: 'stop' };
  checkTruncatedOptions(options);
  const { seed, sigma } = options;
  const judge = judgeTurn({ shape: options.shape, countsLastAsNew: false });
  return {
    start: () => startParticles(options),
    plan: (state, iteration) =>
      planSegments(options, state, iteration).map((segments, pair) => {
        const noise = state.particles[pair]!.noise ?? noiseKey(seed, iteration, pair);
        return { pair, noise, segments, shared: false };
      }),
    estimate({ particles, problems }, turns, outcomes, space) {
      const judged = turns.map((turn, i) => judge(turn, outcomes[i]!));
      const steps = judged.reduce((sum, { count }) => sum + count, 0);
      const gradient = new Float32Array(space.size);
      const weighted = judged.map(({ begun, count }, i) => ({
        noise: turns[i]!.noise,
        weight: begun * count,
      }));
      addNoise(gradient, weighted, { sigma, count: steps }, space);
      return {
        gradient,
        state: {
          particles: turns.map(({ segments, noise }, i): Particle => {
            const stand = standAfter(particles[i]!, segments, options);
            return isFinished(segments[0]!) ? stand : { ...stand, noise };
          }),
          problems: problemsAfter(problems, turns),
        },
        loss: judged.reduce((sum, { loss, count }) => sum + loss * count, 0) / steps,
        differences: Float32Array.from(judged, ({ difference }) => difference),
      };
    },
  };
}
