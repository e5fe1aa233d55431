import { describe, expect, it } from 'vitest';
import type { MetaSensitivity } from '../../../../src/protocol/live/index';
import {
  findingOf,
  hasProposal,
  inOrder,
  noiseAxes,
  riseText,
  scalesText,
  sensitivityTable,
} from '../../../../webview/meta/figures/sensitivity';
import type { NoiseGroup } from '../../../../webview/meta/figures/sensitivity';

const effect = (rise: number, difference: number) => ({
  ...{ rise, riseError: 0.002, differenceRms: 2 * difference, differenceMedian: difference },
  diverged: 0,
});
const group = (name: string, changes: Partial<NoiseGroup> = {}): NoiseGroup => ({
  ...effect(0.01, 0.02),
  ...{ name, size: 4, now: 1, verdict: 'good', factor: 1, expectedRise: 0.01 },
  ...changes,
});
const measured = (...groups: NoiseGroup[]): MetaSensitivity => ({
  ...{ theta: 'by hand', iteration: 0, sigma: 0.06, problems: 24, innerSteps: 1000, loss: -1 },
  ...{ all: effect(0.3, 0.1), floor: effect(0, 0.001), targetRise: 0.04, groups, scales: {} },
});
const loud = group('LSTM', { ...effect(0.4, 0.1), verdict: 'loud', factor: 0.31 });
const frozen = group('bias', { ...effect(0, 0), now: 0, verdict: 'idle' });

describe('the sensitivity of theta', () => {
  it('has axes on which everything finds its place, also what is 0 or below', () => {
    const { rise, difference, scale } = noiseAxes(measured(loud, frozen, group('bank')));
    expect(rise.at(0.04)).toBeGreaterThan(rise.at(0.01));
    expect(rise.at(-0.01)).toBe(0);
    expect(rise.lines).toEqual([{ value: 0.04, label: '0.04' }]);
    expect(difference.at(0)).toBe(0);
    expect(difference.at(0.2)).toBeGreaterThan(0.9);
    expect(difference.at(0.001)).toBeLessThan(0.1);
    expect([scale.at(0), scale.at(0.31) > 0, scale.at(100)]).toEqual([0, true, 1]);
    const silent = { ...measured(frozen), all: effect(0, 0), floor: effect(0, 0) };
    expect(noiseAxes(silent).difference.lines).toEqual([]);
    expect(noiseAxes(silent).difference.at(0)).toBe(0);
  });

  it('says in one line what is wrong, and nothing where all can stay', () => {
    expect(findingOf(measured(group('bank'), frozen))).toBeUndefined();
    expect(findingOf(measured(loud))).toBe('1 group is too loud');
    const quiet = group('bank', { verdict: 'quiet', factor: 3 });
    const lost = group('head', { verdict: 'lost', factor: 0.5 });
    expect(findingOf(measured(loud, loud, quiet, lost))).toBe(
      '2 groups are too loud, 1 costs and is not seen, 1 is too quiet',
    );
    expect([hasProposal(measured(loud)), hasProposal(measured(group('bank')))]).toEqual([
      true,
      false,
    ]);
    expect(riseText(effect(-0.01, 0))).toBe('−0.0100 ± 0.0020');
  });

  it('has scales that a config takes as they are', () => {
    const scales = { 'bank "1"': 0.31, LSTM: 2 };
    const text = scalesText({ ...measured(), scales });
    expect(JSON.parse(`{${text}}`)).toEqual({ scales });
    expect(scalesText(measured())).toBe('"scales": {}');
  });

  it('has a table of all of it, the costliest group first', () => {
    const sensitivity = measured(group('bank'), loud);
    expect(inOrder(sensitivity).map(({ name }) => name)).toEqual(['LSTM', 'bank']);
    const { columns, rows } = sensitivityTable(sensitivity);
    expect(rows.map(([name]) => name)).toEqual(['LSTM', 'bank', 'All groups', 'Chaos alone']);
    expect(rows[0]).toEqual(['LSTM', 4, 0.4, 0.002, 0.2, 0.1, 0, 1, 0.31, 0.01, 'too loud']);
    for (const row of rows) expect(row).toHaveLength(columns.length);
  });
});
