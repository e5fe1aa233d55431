import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { rankSettings, settingOutcomes } from '../../../../src/core/index';
import { armOf, curveOf, singleArm, taskOf } from '../../../support/lossCurves';

const falling = (rate: number) => (step: number) => 2 * Math.exp(-rate * step);

describe('the outcome of a setting', () => {
  const task = taskOf('net', [
    singleArm('adam', 1000, falling(0.002), { learningRate: 0.01, secondsPerStep: 0.01 }),
    singleArm('adam', 1000, falling(0.001), { learningRate: 0.001 }),
    armOf('lion', 100, [
      curveOf(100, falling(0.004), { seed: 0, secondsPerStep: 0.02 }),
      curveOf(100, falling(0.006), { seed: 1, secondsPerStep: 0.04 }),
    ]),
    armOf(
      'lion',
      100,
      [
        curveOf(100, falling(0.01), { seed: 0, divergesAt: 50 }),
        curveOf(100, falling(0.004), { seed: 1 }),
      ],
      { learningRate: 1 },
    ),
  ]);
  // Points as they are: their moving average would be the judge of itself.
  const { targetLoss, settings } = settingOutcomes(task, { smoothing: 0 });
  const [first, second, lion, gone] = settings;

  it('has its losses at its own end, its time, and the steps to what tuned Adam has at the same length', () => {
    expect(targetLoss).toBeCloseTo(2 * Math.exp(-0.2), 12);
    expect(first).toMatchObject({ optimizer: 'adam', length: 1000, seeds: 1, divergedSeeds: 0 });
    expect(first!.finalTrain).toBeCloseTo(2 * Math.exp(-2), 12);
    expect(first!.finalHeldOut).toBeCloseTo(2.2 * Math.exp(-2), 12);
    expect(first!.seconds).toBeCloseTo(10, 10);
    expect(first!.target).toMatchObject({ kind: 'reached', steps: 100 });
    // Half as fast; the crossing is a point of its curve.
    expect(second!.target).toMatchObject({ kind: 'reached', steps: 200 });
    expect(lion!.seconds).toBeCloseTo((2 + 4) / 2, 10);
    expect(lion!.finalTrain).toBeCloseTo(Math.exp(-0.4) + Math.exp(-0.6), 12);
    expect(lion!.lowest).toBe(lion!.finalTrain);
  });

  it('keeps what diverged: no last loss, the lowest one before it', () => {
    expect(gone).toMatchObject({ seeds: 2, divergedSeeds: 1 });
    expect(gone!.finalTrain).toBeNaN();
    expect(gone!.lowest).toBeCloseTo(Math.exp(-0.4) + Math.exp(-0.16), 12);
  });

  it('has no target without a baseline', () => {
    const alone = settingOutcomes(taskOf('net', [task.arms[2]!]));
    expect(alone.targetLoss).toBeUndefined();
    expect(alone.settings[0]!.target).toBeUndefined();
  });
});

describe('settings over tasks', () => {
  it('have mean ranks and mean log ratios to the best, equals and failures sharing theirs', () => {
    const [a, b, c, d] = rankSettings([
      [1, 2, NaN, NaN],
      [3, 3, 6, 12],
    ]);
    expect(a).toMatchObject({ tasks: 2, divergedTasks: 0, meanRank: (1 + 1.5) / 2 });
    expect(a!.meanLogRatio).toBe(0);
    expect(b).toMatchObject({ meanRank: (2 + 1.5) / 2 });
    expect(b!.meanLogRatio).toBeCloseTo(Math.log(2) / 2, 12);
    expect(c).toMatchObject({ divergedTasks: 1, meanRank: (3.5 + 3) / 2, meanLogRatio: Infinity });
    expect(d).toMatchObject({ divergedTasks: 1, meanRank: (3.5 + 4) / 2 });
    expect(c!.logRatios[1]).toBeCloseTo(Math.log(2), 12);
  });

  it('leave out tasks on which a setting is missing, and ratios to what is no positive loss', () => {
    const [a, b] = rankSettings([
      [1, undefined],
      [0, 5],
      [2, 4],
    ]);
    expect(a).toMatchObject({ tasks: 2, meanRank: 1, meanLogRatio: 0 });
    expect(b).toMatchObject({ tasks: 2, meanRank: 2 });
    expect(b!.meanLogRatio).toBeCloseTo(Math.log(2), 12);
    expect([...a!.logRatios].map(Number.isNaN)).toEqual([true, true, false]);
  });

  it('share out all ranks, whatever the losses', () => {
    const loss = fc.oneof(fc.constant(NaN), fc.integer({ min: 1, max: 4 }));
    fc.assert(
      fc.property(fc.array(loss, { minLength: 1, maxLength: 12 }), (losses) => {
        const standings = rankSettings([losses]);
        const sum = standings.reduce((total, { meanRank }) => total + meanRank, 0);
        expect(sum).toBeCloseTo((losses.length * (losses.length + 1)) / 2, 9);
        const best = Math.min(...standings.map(({ meanRank }) => meanRank));
        for (const [i, standing] of standings.entries())
          if (losses[i] === Math.min(...losses.filter(Number.isFinite)))
            expect(standing.meanRank).toBe(best);
      }),
    );
  });
});
