import { beforeAll, describe, expect, it } from 'vitest';
import type { ParityReport } from '../../src/engine/parity';
import { replayVectors } from '../../src/engine/parity';
import { PARITY_STAGES } from '../../src/engine/parityLedger';
import { referenceReplay } from '../../src/engine/parityReplays';
import { FIXTURES, loadFixture } from '../support/fixtures';
import { TF_BACKENDS, useBackend } from '../support/tfBackends';

const ladder = TF_BACKENDS.flatMap((backend) => FIXTURES.map((fixture) => ({ backend, fixture })));

describe.each(ladder)('the reference on tfjs $backend, replaying $fixture', (rung) => {
  let report: ParityReport;

  beforeAll(async () => {
    await useBackend(rung.backend);
    report = replayVectors(loadFixture(rung.fixture), referenceReplay, rung.fixture);
  });

  it.each(PARITY_STAGES)('matches the recorded numbers at the stage %s', (name) => {
    const stage = report.stages.find((entry) => entry.stage === name);
    expect(stage?.compared).toBeGreaterThan(0);
    expect(stage?.worst.ratio).toBeLessThanOrEqual(1);
  });
});
