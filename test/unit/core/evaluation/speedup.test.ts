/** Speedups of curves whose answer is known: Adam's own curve shifted, stretched, cut, worse and better. */
import { describe, expect, it } from 'vitest';
import type { ProtocolOptions } from '../../../../src/core/evaluation/protocol';
import { protocolWith } from '../../../../src/core/evaluation/protocol';
import type { Arm } from '../../../../src/core/evaluation/results';
import { bootstrapWith } from '../../../../src/core/evaluation/bootstrap';
import { scoreTask } from '../../../../src/core/evaluation/scoreTask';
import type { Speedup } from '../../../../src/core/evaluation/speedup';
import { armOf, curveOf, singleArm, taskOf } from '../../../support/lossCurves';
import { oracleSpeedup, smooth } from '../../../support/speedupOracle';

const HORIZON = 10_000;
const LENGTH = 1_000;
/** Falls from 2.3 to 0.3 with a long tail. */
const adam = (step: number): number => 0.3 + 2 / (1 + step / 400);
const adamArm = singleArm('adam', HORIZON, adam, { learningRate: 0.001 });

/** No smoothing and no resampling: known answers are exact. */
const PLAIN = { smoothing: 0, points: 0 } as const;

function score(arms: readonly Arm[], protocol: Partial<ProtocolOptions> = {}) {
  const task = scoreTask(taskOf('t', [adamArm, ...arms]), {
    protocol: protocolWith(protocol),
    bootstrap: bootstrapWith({ resamples: 10 }),
    targets: {},
  });
  return task.optimizers[0]!;
}

function factorOf(speedup: Speedup): number {
  if (speedup.kind !== 'measured') throw new Error(`expected a measured speedup: ${speedup.kind}`);
  return speedup.factor;
}

describe('speedup over the baseline', () => {
  it('is 1 for the baseline itself, smoothed or not', () => {
    const same = singleArm('same', LENGTH, adam);
    expect(factorOf(score([same], PLAIN).speedup)).toBeCloseTo(1, 12);
    expect(factorOf(score([same]).speedup)).toBeCloseTo(1, 3);
  });

  it.each([2, 4, 9])('is k for a curve that runs k = %d times as fast', (k) => {
    const fast = singleArm('fast', LENGTH, (step) => adam(k * step));
    expect(factorOf(score([fast], PLAIN).speedup)).toBeCloseTo(k, 10);
  });

  it.each([-300, 50, 2000])('is (T + k) / T for a curve that is k = %d steps ahead', (k) => {
    const ahead = singleArm('ahead', LENGTH, (step) => adam(Math.max(0, step + k)));
    expect(factorOf(score([ahead], PLAIN).speedup)).toBeCloseTo((LENGTH + k) / LENGTH, 10);
  });

  it('says how many steps the baseline needs', () => {
    const fast = singleArm('fast', LENGTH, (step) => adam(2 * step));
    expect(score([fast], PLAIN).speedup).toMatchObject({ kind: 'measured', steps: 2000 });
  });

  it('is censored at the horizon for a loss that the baseline never reaches', () => {
    const better = singleArm('better', LENGTH, (step) => adam(40 * step));
    expect(score([better]).speedup).toEqual({ kind: 'censored', atLeast: 10, steps: HORIZON });
  });

  it('is measured, not censored, for exactly the last loss of the baseline', () => {
    const equal = singleArm('equal', LENGTH, (step) => (step < LENGTH ? 2 : adam(HORIZON)));
    expect(score([equal], PLAIN).speedup).toEqual({ kind: 'measured', factor: 10, steps: HORIZON });
  });

  it('counts the first step of a plateau', () => {
    const stairs = singleArm('adam', HORIZON, (step) => (step < 500 ? 2 : step < 4000 ? 1 : 0.5));
    const flat = singleArm('flat', LENGTH, () => 1);
    const task = scoreTask(taskOf('t', [stairs, flat]), {
      protocol: protocolWith(PLAIN),
      bootstrap: bootstrapWith({ resamples: 1 }),
      targets: {},
    });
    expect(task.optimizers[0]!.speedup).toEqual({ kind: 'measured', factor: 0.5, steps: 500 });
  });

  it('needs 0 steps for a loss above the start', () => {
    const worse = singleArm('worse', LENGTH, (step) => adam(0) + step / 100);
    expect(score([worse]).speedup).toEqual({ kind: 'worseThanStart' });
  });

  it('is a failure of its own where the optimizer diverged', () => {
    const stopped = singleArm('stopped', LENGTH, adam, { divergesAt: 300 });
    const result = score([stopped]);
    expect(result.speedup).toEqual({ kind: 'diverged' });
    expect(result).toMatchObject({ divergedSeeds: 1, finalTrain: NaN });
  });

  it('has diverged even where every evaluation before was finite', () => {
    const whole = { ...curveOf(LENGTH, adam), diverged: true };
    expect(score([armOf('x', LENGTH, [whole])]).speedup).toEqual({ kind: 'diverged' });
  });

  it('counts as diverged where one of two seeds did, and scores the other alone', () => {
    const arm = armOf('half', LENGTH, [
      curveOf(LENGTH, adam, { seed: 0 }),
      curveOf(LENGTH, adam, { seed: 1, divergesAt: 500 }),
    ]);
    const result = score([arm], PLAIN);
    expect(result.speedup).toEqual({ kind: 'diverged' });
    expect(result.perSeed[0]).toMatchObject({ kind: 'measured', factor: 1 });
    expect(result.perSeed[1]).toEqual({ kind: 'diverged' });
    expect(result.interval).toMatchObject({ low: 0, high: 1 });
  });

  it('ends with a NaN in the middle unless gaps are skipped', () => {
    const gap = singleArm('gap', LENGTH, (step) => (step === 400 ? NaN : adam(2 * step)));
    expect(score([gap], { ...PLAIN, smoothing: 0.5 }).speedup).toEqual({ kind: 'diverged' });
    const skipped = score([gap], { ...PLAIN, smoothing: 0.5, gaps: 'skip' }).speedup;
    expect(factorOf(skipped)).toBeCloseTo(2, 1);
  });

  it('compares raw with raw only when told to', () => {
    const fast = singleArm('fast', LENGTH, (step) => adam(2 * step));
    const raw = factorOf(score([fast], { scored: 'raw' }).speedup);
    expect(raw).toBeGreaterThan(factorOf(score([fast]).speedup));
  });
});

describe('the tuned baseline', () => {
  const start = 2;
  const earlyLoss = (step: number) => start - 1.5 * Math.min(1, step / 500);
  const early = singleArm('adam', HORIZON, earlyLoss, {
    learningRate: 0.1,
  });
  const late = singleArm('adam', HORIZON, (step) => start - 1.9 * (step / HORIZON), {
    learningRate: 0.01,
  });
  const broken = singleArm('adam', HORIZON, () => start, { learningRate: 1, divergesAt: 20 });
  const scored = singleArm('x', LENGTH, () => 1.4);
  const task = (protocol: Partial<ProtocolOptions>, arms: readonly Arm[]) =>
    scoreTask(taskOf('t', arms), {
      protocol: protocolWith({ ...PLAIN, ...protocol }),
      bootstrap: bootstrapWith({ resamples: 1 }),
      targets: {},
    });

  it('is the lower envelope of the sweep, over diverged settings, too', () => {
    const result = task({}, [broken, late, early, scored]);
    expect(factorOf(result.optimizers[0]!.speedup)).toBeCloseTo(200 / LENGTH, 12);
    expect(result.baseline).toMatchObject({ trials: 3, divergedRuns: 1, length: HORIZON });
  });

  it('may be one setting: the best at its own end, or after as many steps as the optimizer had', () => {
    const { against } = task({}, [broken, late, early, scored]).optimizers[0]!;
    // The late setting ends at 0.1; it is at 1.4 after 0.6 / 1.9 of its 10,000 steps.
    expect(factorOf(against.bestFinal)).toBeCloseTo(((0.6 / 1.9) * HORIZON) / LENGTH, 10);
    expect(factorOf(against.bestAtLength)).toBeCloseTo(200 / LENGTH, 12);
    expect(against.envelope).toEqual(task({}, [late, early, scored]).optimizers[0]!.speedup);
    expect(task({ reference: 'bestFinal' }, [late, early, scored]).optimizers[0]!.speedup).toEqual(
      against.bestFinal,
    );
  });

  it('names the best setting, a diverged one being the worst', () => {
    const { baseline } = task({}, [broken, late, early, scored]);
    expect(baseline.best?.hyperparameters).toEqual({ learningRate: 0.1 });
    expect(baseline.bestFinal?.hyperparameters).toEqual({ learningRate: 0.01 });
    expect(baseline.sweep.map(({ loss }) => loss)).toEqual([NaN, 1.81, 0.5]);
  });

  it('is flat where no setting has a finite loss any more', () => {
    const stopped = singleArm('adam', HORIZON, (step) => start - step / 1000, { divergesAt: 501 });
    const results = task({}, [stopped, scored, singleArm('y', LENGTH, () => 1.6)]);
    expect(results.optimizers[0]!.speedup).toMatchObject({ kind: 'censored', atLeast: 10 });
    expect(results.optimizers[1]!.speedup).toMatchObject({ kind: 'measured', factor: 0.4 });
  });

  it('is missing where every setting failed, which is no failure of the optimizer', () => {
    const dead = singleArm('adam', HORIZON, () => NaN);
    expect(task({}, [dead, scored]).optimizers[0]!.speedup).toEqual({ kind: 'noBaseline' });
    expect(task({}, [scored]).optimizers[0]!.speedup).toEqual({ kind: 'noBaseline' });
  });

  it('may be several optimizers together', () => {
    const radam = singleArm('radam', HORIZON, (step) => start - 1.9 * Math.min(1, step / 100));
    const both = task({ baselines: ['adam', 'radam'] }, [early, radam, scored]);
    expect(both.optimizers.map(({ optimizer }) => optimizer)).toEqual(['x']);
    expect(factorOf(both.optimizers[0]!.speedup)).toBeLessThan(0.05);
  });

  it('takes settings that were evaluated at different points', () => {
    const sparse = singleArm('adam', HORIZON, earlyLoss, {
      learningRate: 0.1,
      every: 250,
    });
    const result = task({}, [late, sparse, scored]);
    expect(factorOf(result.optimizers[0]!.speedup)).toBeCloseTo(200 / LENGTH, 12);
  });

  it('scores the best setting of an optimizer that was swept itself', () => {
    const arms = [1.7, 1.4, NaN].map((loss, i) =>
      singleArm('x', LENGTH, () => loss, { learningRate: i }),
    );
    const [result] = task({}, [early, ...arms]).optimizers;
    expect(result).toMatchObject({ trials: 3, hyperparameters: { learningRate: 1 } });
    expect(factorOf(result!.speedup)).toBeCloseTo(0.2, 12);
  });
});

describe('the paper’s protocol as a whole', () => {
  it('agrees with a second computation on noisy sweeps of three seeds', () => {
    const noise = (seed: number, i: number) => 0.1 * Math.sin(12.9898 * (i + 1) + 78.233 * seed);
    const settings = [0.2, 0.5, 1, 3].map((rate, r) =>
      [0, 1, 2].map((seed) =>
        curveOf(
          HORIZON,
          (step) => 0.3 + 0.1 * rate + 2 / (1 + (step * rate) / 300) + noise(seed + 10 * r, step),
          { seed },
        ),
      ),
    );
    const arms = settings.map((curves, r) => armOf('adam', HORIZON, curves, { learningRate: r }));
    const steps = [...settings[0]![0]!.steps];
    const losses = settings.map((curves) => curves.map((curve) => [...curve.train]));
    for (const speed of [0.5, 1.3, 3]) {
      const curves = [0, 1, 2].map((seed) =>
        curveOf(LENGTH, (step) => 0.4 + 2 / (1 + (speed * step) / 300) + noise(seed + 50, step), {
          seed,
        }),
      );
      const { speedup } = scoreTask(taskOf('t', [...arms, armOf('x', LENGTH, curves)]), {
        protocol: protocolWith(),
        bootstrap: bootstrapWith({ resamples: 1 }),
        targets: {},
      }).optimizers[0]!;
      const mean = [...curves[0]!.steps].map(
        (_, i) => curves.reduce((sum, curve) => sum + curve.train[i]!, 0) / 3,
      );
      const expected = oracleSpeedup(steps, losses, smooth(mean).at(-1)!, LENGTH);
      expect(expected).toBeGreaterThan(0.2);
      expect(factorOf(speedup)).toBeCloseTo(expected, 9);
    }
  });
});
