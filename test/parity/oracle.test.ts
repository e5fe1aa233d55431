import { describe, expect, it } from 'vitest';
import { replayVectors } from '../../src/engine/parity';
import { FIXTURES, loadFixture } from '../support/fixtures';
import { oracleReplay } from '../support/oracleReplay';

describe('the float64 oracle', () => {
  it.each(FIXTURES)('agrees with the recorded reference on %s at every stage', (name) => {
    const report = replayVectors(loadFixture(name), oracleReplay, name);
    expect(report.stages.filter(({ pass }) => !pass)).toEqual([]);
    expect(report.stages).toHaveLength(13);
  });
});
