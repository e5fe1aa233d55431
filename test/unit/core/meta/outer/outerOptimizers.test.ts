import { beforeAll, describe, expect, it } from 'vitest';
import { createRng } from '../../../../../src/core/compute/rng';
import { averageTheta } from '../../../../../src/core/meta/outer/average';
import { createOuterOptimizer } from '../../../../../src/core/meta/outer/createOuterOptimizer';
import type { OuterOptimizerConfig } from '../../../../../src/core/meta/outer/createOuterOptimizer';
import type { OuterOptimizer, OuterState } from '../../../../../src/core/meta/outerOptimizer';
import { kernelRuntimes } from '../../../../support/kernels';
import { useBackend } from '../../../../support/tfBackends';
import { randomTheta, runVelo } from '../../../../support/veloStep';

beforeAll(async () => {
  await useBackend('cpu');
});

const kernels = kernelRuntimes[0]!;
const TENSORS = [
  { name: 'a', shape: [2, 3] },
  { name: 'b', shape: [1] },
];
const SIZE = 7;
const VELO = {
  kind: 'velo',
  theta: randomTheta(4),
  numSteps: 12,
  tensors: TENSORS,
  kernels,
} as const;

function gradientOf(iteration: number): Float32Array {
  const out = new Float32Array(SIZE);
  createRng({ seed: 2, purpose: 'noise', step: iteration }).fillNormal(out, 0, 1);
  return out;
}

interface Stand {
  readonly u: Float64Array;
  readonly state: OuterState;
}

const START = Float64Array.from({ length: SIZE }, (_, i) => 0.3 * i - 1);

function advance(optimizer: OuterOptimizer, { u, state }: Stand, from: number, to: number): Stand {
  let stand = { u, state };
  for (let iteration = from; iteration < to; iteration++) {
    const step = { iteration, learningRate: 0.1, loss: 2 - 0.1 * iteration };
    const result = optimizer.update(stand.state, stand.u, gradientOf(iteration), step);
    stand = { u: stand.u.map((value, i) => value + result.change[i]!), state: result.state };
  }
  return stand;
}

function started(optimizer: OuterOptimizer): Stand {
  return { u: START, state: optimizer.start(START) };
}

/** As a checkpoint would hold it. */
function stored({ u, state }: Stand): Stand {
  const copies = Object.entries(state).map(([name, data]) => [name, data.slice()] as const);
  return { u: u.slice(), state: Object.fromEntries(copies) };
}

const frozen = Uint8Array.of(0, 1, 0, 0, 1, 0, 0);

describe.each<[string, OuterOptimizerConfig]>([
  ['Adam', { kind: 'adam', beta2: 0.99 }],
  ['AdamW', { kind: 'adamw', weightDecay: 0.1 }],
  ['descent with momentum', { kind: 'sgd', momentum: 0.8 }],
  ['VeLO', VELO],
])('outer %s', (_, config) => {
  const wrapped = { ...config, clip: 0.5, accumulate: 3, frozen };

  it('goes on from any checkpoint as if it had not been stopped', () => {
    const whole = advance(
      createOuterOptimizer(wrapped),
      started(createOuterOptimizer(wrapped)),
      0,
      8,
    );
    const begun = createOuterOptimizer(wrapped);
    const half = stored(advance(begun, started(begun), 0, 5));
    // An optimizer that has done other things in between.
    const other = createOuterOptimizer(wrapped);
    advance(other, started(other), 0, 2);
    expect(advance(other, half, 5, 8)).toEqual(whole);
    expect(whole.u).not.toEqual(half.u);
  });

  it('leaves what it is given as it is', () => {
    const optimizer = createOuterOptimizer(wrapped);
    const stand = started(optimizer);
    const before = stored(stand);
    advance(optimizer, stand, 0, 4);
    expect(stand).toEqual(before);
  });

  it('moves nothing that is frozen, and all else', () => {
    const optimizer = createOuterOptimizer({ ...config, frozen });
    const { u } = advance(optimizer, started(optimizer), 0, 3);
    frozen.forEach((stays, i) => {
      expect(u[i] === START[i]).toBe(stays === 1);
    });
  });

  it('moves after every third gradient, by the mean of clipped ones', () => {
    const accumulating = createOuterOptimizer({ ...config, clip: 0.5, accumulate: 3 });
    const still = advance(accumulating, started(accumulating), 0, 2);
    expect(still.u).toEqual(START);
    const moved = advance(accumulating, still, 2, 3);
    const clipped = [0, 1, 2].map((i) =>
      Array.from(gradientOf(i), (value) => Math.min(Math.max(value, -0.5), 0.5)),
    );
    const mean = Float64Array.from(START, (__, i) =>
      clipped.reduce((sum, gradient) => sum + gradient[i]! / 3, 0),
    );
    const numSteps = Math.ceil(VELO.numSteps / 3);
    const plain = createOuterOptimizer(config.kind === 'velo' ? { ...config, numSteps } : config);
    const step = { iteration: 2, learningRate: 0.1, loss: 1.9 };
    const { change } = plain.update(plain.start(START), START, mean, step);
    moved.u.forEach((value, i) => {
      expect(value).toBeCloseTo(START[i]! + change[i]!, 10);
    });
    expect(moved.u).not.toEqual(START);
  });
});

describe('the steps of outer optimizers', () => {
  it('of AdamW are those of Adam and a decay', () => {
    const adam = createOuterOptimizer({ kind: 'adam' });
    const adamw = createOuterOptimizer({ kind: 'adamw', weightDecay: 0.5 });
    const [plain, decayed] = [adam, adamw].map((o) => advance(o, started(o), 0, 1).u);
    decayed!.forEach((value, i) => {
      expect(value).toBeCloseTo(plain![i]! - 0.1 * 0.5 * START[i]!, 12);
    });
  });

  it('of momentum are the sum of decayed gradients', () => {
    const sgd = createOuterOptimizer({ kind: 'sgd', momentum: 0.8 });
    const { u } = advance(sgd, started(sgd), 0, 2);
    u.forEach((value, i) => {
      const [g0, g1] = [gradientOf(0)[i]!, gradientOf(1)[i]!];
      expect(value).toBeCloseTo(START[i]! - 0.1 * (g0 + 0.8 * g0 + g1), 12);
    });
  });

  it('of VeLO are those of a training with the tensors of theta', () => {
    const velo = createOuterOptimizer(VELO);
    const step = (iteration: number) => ({ iteration, learningRate: 1, loss: 2 - 0.1 * iteration });
    let stand = started(velo);
    const named = (flat: ArrayLike<number>) => ({
      a: { shape: [2, 3], data: Float32Array.from(flat).slice(0, 6) },
      b: { shape: [1], data: Float32Array.from(flat).slice(6) },
    });
    const steps = [0, 1, 2].map((i) => ({ loss: step(i).loss, grads: named(gradientOf(i)) }));
    const views = runVelo(VELO.theta, named(START), steps, VELO.numSteps);
    views.forEach((view, i) => {
      const { change, state } = velo.update(stand.state, stand.u, gradientOf(i), step(i));
      stand = { u: stand.u.map((value, j) => value + change[j]!), state };
      const expected = [...view.params['a']!.data, ...view.params['b']!.data];
      expected.forEach((value, j) => {
        expect(stand.u[j]).toBeCloseTo(value, 5);
      });
    });
    expect(Math.abs(stand.u[0]! - START[0]!)).toBeGreaterThan(1e-4);
  });
});

describe('the average of theta', () => {
  it('follows at once at first and slowly later', () => {
    const at = (t: number) =>
      averageTheta(Float64Array.of(0), Float64Array.of(1), { decay: 0.99, t })[0]!;
    expect(at(0)).toBeCloseTo(0.9, 12);
    expect(at(8)).toBeCloseTo(0.5, 12);
    expect(at(100_000)).toBeCloseTo(0.01, 12);
  });
});

describe('options of outer optimizers', () => {
  it('are refused where they are out of range', () => {
    expect(() => createOuterOptimizer({ kind: 'adam', clip: 0 })).toThrow(
      'clip must be a finite number above 0, got 0',
    );
    expect(() => createOuterOptimizer({ kind: 'sgd', momentum: 1 })).toThrow('momentum must be in');
    expect(() => createOuterOptimizer({ kind: 'adamw', weightDecay: -1 })).toThrow(
      'weightDecay must be a finite number of at least 0, got -1',
    );
    expect(() => createOuterOptimizer({ kind: 'sgd', accumulate: 0 })).toThrow(
      'accumulate must be an integer of at least 1, got 0',
    );
    expect(() => createOuterOptimizer({ ...VELO, numSteps: 0 })).toThrow('numSteps must be');
  });
});
