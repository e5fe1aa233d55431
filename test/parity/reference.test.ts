import { beforeAll, describe, expect, it } from 'vitest';
import { replayVectors } from '../../src/engine/parity';
import { referenceReplay } from '../../src/engine/parityReplays';
import { FIXTURES, loadFixture } from '../support/fixtures';
import { TF_BACKENDS, useBackend } from '../support/tfBackends';

describe.each(TF_BACKENDS)('the tfjs reference on %s', (backend) => {
  beforeAll(() => useBackend(backend));

  describe.each(FIXTURES)('replaying %s', (name) => {
    const vectors = loadFixture(name);

    it('matches the recorded reference at every stage', () => {
      const report = replayVectors(vectors, referenceReplay, name);
      expect(report.stages.filter(({ pass }) => !pass)).toEqual([]);
      expect(report.stages.map(({ stage }) => stage)).toHaveLength(13);
    });
  });
});
