import { describe, expect, it } from 'vitest';
import {
  bootstrapWith,
  drawResamples,
  interquartileMean,
  percentileInterval,
  quantile,
} from '../../../../src/core/evaluation/bootstrap';
import { protocolWith } from '../../../../src/core/evaluation/protocol';
import { scoreSuite } from '../../../../src/core/index';
import { scoreTask } from '../../../../src/core/evaluation/scoreTask';
import { armOf, curveOf, taskOf } from '../../../support/lossCurves';
import { oracleSpeedup, smooth } from '../../../support/speedupOracle';

const HORIZON = 2_000;
const LENGTH = 400;

/** Seeds of different speed, so that every draw has a different answer. */
const baselineSpeeds = [0.8, 1, 1.3];
const optimizerSpeeds = [1.5, 2, 2.4, 3.1];
const lossAt = (speed: number, rate: number) => (step: number) =>
  0.2 * rate + 2 / (1 + (speed * rate * step) / 200);
const rates = [1, 1.6];
const sweep = rates.map((rate, i) =>
  armOf(
    'adam',
    HORIZON,
    baselineSpeeds.map((speed, seed) => curveOf(HORIZON, lossAt(speed, rate), { seed })),
    { learningRate: i },
  ),
);
const optimizer = armOf(
  'x',
  LENGTH,
  optimizerSpeeds.map((speed, seed) => curveOf(LENGTH, lossAt(speed, 1), { seed })),
);
const results = taskOf('a task', [...sweep, optimizer]);
const bootstrap = bootstrapWith({ resamples: 60, seed: 7 });

/** The oracle's speedup of the mean of some seeds over a baseline of some seeds. */
function bruteForce(drawn: readonly number[], baseline: readonly number[]): number {
  const steps = [...sweep[0]!.curves[0]!.steps];
  const losses = sweep.map((arm) => baseline.map((seed) => [...arm.curves[seed]!.train]));
  const own = drawn.map((seed) => [...optimizer.curves[seed]!.train]);
  const mean = own[0]!.map((_, i) => own.reduce((sum, curve) => sum + curve[i]!, 0) / own.length);
  return oracleSpeedup(steps, losses, smooth(mean).at(-1)!, LENGTH);
}

describe('the bootstrap of a task', () => {
  const score = scoreTask(results, { protocol: protocolWith(), bootstrap, targets: {} });
  const { resamples, interval, speedup } = score.optimizers[0]!;
  const own = drawResamples(['a task', 'optimizer', 'x'], 4, bootstrap);
  const baseline = drawResamples(['a task', 'baseline'], 3, bootstrap);

  it('has in each draw the speedup of the drawn seeds over the drawn baseline', () => {
    own.forEach((drawn, r) => {
      expect(resamples.mean[r]).toBeCloseTo(bruteForce(drawn, baseline[r]!), 9);
      drawn.forEach((seed, i) => {
        expect(resamples.runs[4 * r + i]).toBeCloseTo(bruteForce([seed], baseline[r]!), 9);
      });
    });
  });

  it('has percentiles of these as its interval', () => {
    const sorted = own.map((drawn, r) => bruteForce(drawn, baseline[r]!)).sort((a, b) => a - b);
    const at = (share: number) => {
      const position = share * (sorted.length - 1);
      const i = Math.floor(position);
      return sorted[i]! * (1 - position + i) + (sorted[i + 1] ?? 0) * (position - i);
    };
    expect(interval?.low).toBeCloseTo(at(0.025), 9);
    expect(interval?.high).toBeCloseTo(at(0.975), 9);
    expect(speedup.kind === 'measured' && speedup.factor).toBeGreaterThan(interval!.low);
    expect(speedup.kind === 'measured' && speedup.factor).toBeLessThan(interval!.high);
  });

  it('comes near the percentiles of all possible draws', () => {
    const draws = (count: number): number[][] =>
      Array.from({ length: count ** count }, (_, code) =>
        Array.from({ length: count }, (_, place) => Math.floor(code / count ** place) % count),
      );
    const known = new Map<string, number>();
    const values = draws(4).flatMap((drawn) =>
      draws(3).map((base) => {
        const key = `${drawn.toSorted().join()} ${base.toSorted().join()}`;
        const value = known.get(key) ?? bruteForce(drawn, base);
        known.set(key, value);
        return value;
      }),
    );
    const exact = percentileInterval(Float64Array.from(values), 0.95)!;
    const many = scoreTask(results, {
      protocol: protocolWith(),
      bootstrap: bootstrapWith({ resamples: 4000 }),
      targets: {},
    }).optimizers[0]!.interval!;
    expect(Math.abs(many.low / exact.low - 1)).toBeLessThan(0.03);
    expect(Math.abs(many.high / exact.high - 1)).toBeLessThan(0.03);
  });

  it('gives the same bits again, and others for another seed', () => {
    const again = scoreTask(results, { protocol: protocolWith(), bootstrap, targets: {} });
    expect(again.optimizers[0]!.resamples).toEqual(resamples);
    const other = scoreTask(results, {
      protocol: protocolWith(),
      bootstrap: { ...bootstrap, seed: 8 },
      targets: {},
    });
    expect(other.optimizers[0]!.resamples.mean).not.toEqual(resamples.mean);
  });

  it('may take the baseline as exactly known', () => {
    const fixed = { ...bootstrap, baseline: 'fixed' } as const;
    const { mean } = scoreTask(results, { protocol: protocolWith(), bootstrap: fixed, targets: {} })
      .optimizers[0]!.resamples;
    own.forEach((drawn, r) => {
      expect(mean[r]).toBeCloseTo(bruteForce(drawn, [0, 1, 2]), 9);
    });
  });

  it('leaves an interval open where more draws are censored than lie above it', () => {
    const close = HORIZON / LENGTH;
    // Two seeds are below all of the baseline, and so are the means of all draws that have three or four of them.
    const fast = armOf(
      'fast',
      LENGTH,
      [() => 0.1, () => 0.1, lossAt(1, 1), lossAt(1.2, 1)].map((loss, seed) =>
        curveOf(LENGTH, loss, { seed }),
      ),
    );
    const suite = scoreSuite([taskOf('t', [...sweep, fast])], { bootstrap: { resamples: 400 } });
    const [result] = suite.tasks[0]!.optimizers;
    expect(result!.speedup.kind).toBe('measured');
    expect(result!.interval).toMatchObject({ high: close, isOpen: true });
    expect(suite.optimizers[0]!.steps.median).toMatchObject({
      isLowerBound: false,
      interval: { isOpen: true },
    });
    expect(interval!.isOpen).toBe(false);
  });

  it('has no interval for a single seed', () => {
    const single = { ...optimizer, curves: optimizer.curves.slice(0, 1) };
    const suite = scoreSuite([taskOf('t', [...sweep, single])], { bootstrap });
    expect(suite.tasks[0]!.optimizers[0]!.interval).toBeUndefined();
    expect(suite.optimizers[0]!.steps.iqm.interval).toBeUndefined();
  });
});

describe('the interquartile mean over tasks and seeds', () => {
  it('is bootstrapped with the draws of each task', () => {
    const names = ['a', 'b', 'c'];
    const suite = scoreSuite(
      names.map((name) => taskOf(name, [...sweep, optimizer])),
      { bootstrap },
    );
    const perResample = Array.from({ length: bootstrap.resamples }, (_, r) => {
      const runs = names.flatMap((name) => {
        const own = drawResamples([name, 'optimizer', 'x'], 4, bootstrap)[r]!;
        const base = drawResamples([name, 'baseline'], 3, bootstrap)[r]!;
        return own.map((seed) => bruteForce([seed], base));
      });
      // 12 runs: 3 dropped at each end.
      const middle = runs.sort((a, b) => a - b).slice(3, 9);
      return middle.reduce((sum, value) => sum + value, 0) / middle.length;
    });
    const expected = percentileInterval(Float64Array.from(perResample), 0.95)!;
    const { iqm } = suite.optimizers[0]!.steps;
    expect(iqm.interval?.low).toBeCloseTo(expected.low, 9);
    expect(iqm.interval?.high).toBeCloseTo(expected.high, 9);
  });

  it('is the trimmed mean of SciPy', () => {
    // scipy.stats.trim_mean(x, 0.25): 1 of 7, 2 of 8 and 0 of 3 values are dropped at each end.
    expect(interquartileMean(Float64Array.of(100, 1, 2, 3, 4, 5, -50))).toBe(3);
    expect(interquartileMean(Float64Array.of(8, 7, 6, 5, 4, 3, 2, 1))).toBe(4.5);
    expect(interquartileMean(Float64Array.of(1, 2, 6))).toBe(3);
    expect(interquartileMean(Float64Array.of(NaN, 5))).toBe(5);
    expect(interquartileMean(Float64Array.of())).toBeNaN();
  });
});

describe('draws', () => {
  it('are uniform with replacement and keyed by name', () => {
    const draws = drawResamples(['t'], 5, bootstrapWith({ resamples: 20_000 })).flat();
    const counts = [0, 1, 2, 3, 4].map((seed) => draws.filter((one) => one === seed).length);
    // 100,000 draws: a standard deviation is 126.
    for (const count of counts) expect(Math.abs(count - 20_000)).toBeLessThan(700);
    const other = drawResamples(['u'], 5, bootstrapWith({ resamples: 10 }));
    expect(other).not.toEqual(drawResamples(['t'], 5, bootstrapWith({ resamples: 10 })));
  });

  it('refuse options out of range', () => {
    expect(() => bootstrapWith({ resamples: 0 })).toThrow(
      'resamples must be an integer >= 1, got 0',
    );
    expect(() => bootstrapWith({ level: 95 })).toThrow('level must be in (0, 1), got 95');
  });
});

describe('quantile', () => {
  it('interpolates linearly between order statistics', () => {
    const sorted = Float64Array.of(1, 2, 4, 8);
    expect([0, 0.25, 0.5, 1].map((share) => quantile(sorted, share))).toEqual([1, 1.75, 3, 8]);
    expect(percentileInterval(Float64Array.of(NaN), 0.9)).toBeUndefined();
  });
});
