import { describe, expect, it } from 'vitest';
import { createOuterOptimizer } from '../../../../../src/core/meta/outer/createOuterOptimizer';

describe('outer Adam', () => {
  it('takes its first two steps as the formulas say', () => {
    const adam = createOuterOptimizer({
      kind: 'adam',
      ...{ beta1: 0.9, beta2: 0.99, epsilon: 0.1, epsRoot: 0.04 },
    });
    const u = Float64Array.of(1);
    const step = { iteration: 0, learningRate: 0.5, loss: 0 };
    const first = adam.update(adam.start(u), u, Float32Array.of(2), step);
    // m̂ = 2, v̂ = 4.
    expect(first.change[0]).toBeCloseTo((-0.5 * 2) / (Math.sqrt(4.04) + 0.1), 12);
    const second = adam.update(first.state, u, Float32Array.of(-1), step);
    const mHat = (0.9 * 0.2 - 0.1) / (1 - 0.81);
    const vHat = (0.99 * 0.04 + 0.01) / (1 - 0.9801);
    expect(second.change[0]).toBeCloseTo((-0.5 * mHat) / (Math.sqrt(vHat + 0.04) + 0.1), 12);
    expect(first.state['updates']).toEqual(Float64Array.of(1));
  });

  it('refuses a decay outside of its range', () => {
    expect(() => createOuterOptimizer({ kind: 'adam', beta2: 1 })).toThrow(
      'beta2 must be in [0, 1), got 1',
    );
  });
});
