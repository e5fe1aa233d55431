/** What comes between an estimate and an outer optimizer: a clip, the mean over several estimates, frozen numbers. */
import { invariant } from '../../../base/index';
import { checkCount, checkPositive } from '../checks';
import type { OuterGradient, OuterOptimizer } from '../outerOptimizer';

/** Each number of the gradient is at most ±limit. @throws UserError('config') on a limit that is not above 0 */
export function withClip(inner: OuterOptimizer, limit: number): OuterOptimizer {
  checkPositive('clip', limit);
  return {
    ...inner,
    update: (state, u, gradient, step) => inner.update(state, u, clipped(gradient, limit), step),
  };
}

function clipped(gradient: OuterGradient, limit: number): OuterGradient {
  return gradient.map((value) => Math.min(Math.max(value, -limit), limit));
}

/**
 * One update for every `count` gradients, with the mean of the gradients and of the losses; nothing moves in between. The
 * learning rate is that of the last of them. State besides the inner one: `accumulated/gradient` f64[size],
 * `accumulated/loss`, `accumulated/count` f64[1], 0 after an update.
 * @throws UserError('config') on a count that is no integer of at least 1
 */
export function withAccumulation(inner: OuterOptimizer, count: number): OuterOptimizer {
  checkCount('accumulate', count);
  if (count === 1) return inner;
  const nothing = (size: number) => ({
    'accumulated/gradient': new Float64Array(size),
    'accumulated/loss': new Float64Array(1),
    'accumulated/count': new Float64Array(1),
  });
  return {
    ...inner,
    start: (u) => ({ ...inner.start(u), ...nothing(u.length) }),
    update(state, u, gradient, step) {
      const sum = state['accumulated/gradient']!.map((value, i) => value + gradient[i]!);
      const loss = state['accumulated/loss']![0]! + step.loss;
      const seen = state['accumulated/count']![0]! + 1;
      if (seen < count) {
        const sums = {
          'accumulated/gradient': sum,
          'accumulated/loss': Float64Array.of(loss),
          'accumulated/count': Float64Array.of(seen),
        };
        return { change: new Float64Array(u.length), state: { ...state, ...sums } };
      }
      const mean = sum.map((value) => value / count);
      const result = inner.update(state, u, mean, { ...step, loss: loss / count });
      return { ...result, state: { ...result.state, ...nothing(u.length) } };
    },
  };
}

/**
 * Frozen numbers have gradient 0 and stay where they are. (The reference's Celo freezes gradients alone, so that its weight
 * decay still shrinks what is frozen.)
 * @param frozen  u8[size], not 0: stays
 */
export function withFrozen(inner: OuterOptimizer, frozen: Uint8Array): OuterOptimizer {
  const thawed = <A extends OuterGradient>(values: A): A =>
    values.map((value, i) => (frozen[i] === 0 ? value : 0)) as A;
  return {
    ...inner,
    update(state, u, gradient, step) {
      invariant(frozen.length === u.length, `a mask of ${u.length} numbers, got ${frozen.length}`);
      const result = inner.update(state, u, thawed(gradient), step);
      return { ...result, change: thawed(result.change) };
    },
  };
}
