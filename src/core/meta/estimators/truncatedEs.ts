/**
 * Truncated evolution strategies: pieces of K steps, at each of which both sides begin where the positive one stood.
 * gradient = (1/N) Σᵢ shape(mean over steps of L⁺ − L⁻)·eᵢ/(2σ). What theta did to a piece's beginning is left out, so the
 * estimate is biased, and it scatters little.
 * Source: `truncated_es.py` of google/learned_optimization
 */
import type { Estimator } from '../estimators';
import { judgeTurn } from './judge';
import { addNoise, mean, noiseKey } from './pairs';
import {
  checkTruncatedOptions,
  divisorOf,
  planSegments,
  problemsAfter,
  standAfter,
  startParticles,
} from './particles';
import type { TruncatedOptions } from './particles';

/** @throws UserError('config') on an option out of range */
export function createTruncatedEs(options: TruncatedOptions): Estimator {
  checkTruncatedOptions(options);
  const { seed, sigma, shape } = options;
  const judge = judgeTurn({ shape, ...divisorOf(options), countsLastAsNew: false });
  return {
    start: () => startParticles(options),
    plan: (state, iteration) =>
      planSegments(options, state, iteration).map((segments, pair) => ({
        ...{ pair, noise: noiseKey(seed, iteration, pair), segments, shared: true },
      })),
    estimate({ particles, problems }, turns, outcomes, space) {
      const judged = turns.map((turn, i) => judge(turn, outcomes[i]!));
      const gradient = new Float32Array(space.size);
      const weighted = judged.map(({ begun, fresh }, i) => ({
        noise: turns[i]!.noise,
        weight: begun + fresh,
      }));
      addNoise(gradient, weighted, { sigma, count: turns.length }, space);
      return {
        gradient,
        state: {
          particles: turns.map(({ segments }, i) => standAfter(particles[i]!, segments, options)),
          problems: problemsAfter(problems, turns),
        },
        loss: mean(judged.map(({ loss }) => loss)),
        differences: Float32Array.from(judged, ({ difference }) => difference),
      };
    },
  };
}
