import { describe, expect, it } from 'vitest';
import { UserError } from '../../../src/base/index';
import type { ReplayFactory } from '../../../src/engine/parity';
import { replayVectors } from '../../../src/engine/parity';
import { decodeVeloVectors } from '../../../src/protocol/index';
import type { VeloVectors } from '../../../src/protocol/index';
import { oracleReplay } from '../../support/oracleReplay';
import { recordVectors } from '../../support/recordVectors';

const record = (options: Partial<Parameters<typeof recordVectors>[0]> = {}): VeloVectors =>
  decodeVeloVectors(
    recordVectors({
      shapes: { w: [2, 3], b: [3] },
      hidden: 4,
      bank: 2,
      losses: [2, 1],
      ...options,
    }),
    'f',
  );

describe('a parity replay', () => {
  it('reports each stage that the file holds, how many numbers, and the worst of them', () => {
    const report = replayVectors(record({ stages: () => ['params', 'momentum'] }), oracleReplay);
    expect(report.stages.map(({ stage, compared }) => [stage, compared])).toEqual([
      ['momentum', 2 * 27],
      ['params', 2 * 9],
    ]);
    expect(report.steps).toBe(2);
    expect(report.pass).toBe(true);
  });

  it('says where the worst number is', () => {
    const vectors = record({ stages: () => ['controls'] });
    vectors.steps[1]!.expect.controls!['b']![1]! += 0.5;
    const [stage] = replayVectors(vectors, oracleReplay).stages;
    expect(stage).toMatchObject({ stage: 'controls', pass: false });
    expect(stage!.worst).toMatchObject({ step: 1, tensor: 'b', index: 1, tolerance: 2e-5 });
    expect(stage!.worst.difference).toBeCloseTo(0.5, 5);
    expect(stage!.worst.ratio).toBeCloseTo(25_000, -1);
  });

  it('allows parameters a share of the distance moved so far, and rounding', () => {
    const vectors = record({ stages: (step) => (step === 1 ? ['params'] : []) });
    const moved = vectors.steps[0]!.moved!['w']! + vectors.steps[1]!.moved!['w']!;
    vectors.steps[1]!.expect.params!['w']![3]! += 1;
    const [stage] = replayVectors(vectors, oracleReplay).stages;
    const size = Math.max(...vectors.steps[1]!.expect.params!['w']!.map(Math.abs), 1);
    expect(stage!.worst.tolerance).toBeCloseTo(2e-4 * moved + 2e-7 * size, 12);
  });

  it('works out the distance from the expected parameters where the file has none', () => {
    const worstTolerance = (writeMoved: boolean): number => {
      const vectors = record({ stages: () => ['params'], writeMoved });
      vectors.steps[1]!.expect.params!['w']![3]! += 1e-3;
      const [stage] = replayVectors(vectors, oracleReplay).stages;
      return stage!.worst.tolerance;
    };
    // The changed number is one millimetre of road more, and it is judged by the same rule.
    expect(worstTolerance(false)).toBeLessThan(worstTolerance(true) + 2e-4 * 1e-3 + 1e-12);
    expect(worstTolerance(false)).toBeGreaterThan(worstTolerance(true) - 1e-12);
  });

  it('fails on NaN where a number is expected', () => {
    const blind: ReplayFactory = (setup) => {
      const replay = oracleReplay(setup);
      const view = () => {
        const seen = replay.view();
        seen.params['b']!.data[2] = NaN;
        return seen;
      };
      return { ...replay, view };
    };
    const report = replayVectors(record({ stages: () => ['params'] }), blind);
    expect(report.pass).toBe(false);
    expect(report.stages[0]!.worst).toMatchObject({ tensor: 'b', index: 2, ratio: Infinity });
  });

  it('refuses an expected array of another length', () => {
    const vectors = record();
    vectors.steps[0]!.expect.rows!['w']!.pop();
    expect(() => replayVectors(vectors, oracleReplay, 'f')).toThrow(
      new UserError('data', 'f: steps[0].expect.rows: "w" must have 6 numbers, got 5'),
    );
  });

  it('refuses a theta that is not of its architecture', () => {
    const vectors = record();
    vectors.theta.pop();
    expect(() => replayVectors(vectors, oracleReplay, 'f')).toThrow(
      'f: tensor "rnn_params/step_size/b" of a theta of hidden size 4 and bank size 2 is missing',
    );
  });

  it('refuses a file that expects nothing', () => {
    const vectors = record({ stages: () => [] });
    expect(() => replayVectors(vectors, oracleReplay, 'f')).toThrow(
      'f: no step expects any array, so there is nothing to check',
    );
  });
});
