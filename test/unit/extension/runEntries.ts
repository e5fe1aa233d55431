/** A run entry with everything filled in, for tests of what is shown of it. */
import type { RunEntry } from '../../../src/protocol/live/index';

export function runEntry(changes: Partial<RunEntry> = {}): RunEntry {
  return {
    runId: 'fashion-1',
    name: 'fashion',
    directory: '/ws/.velo/runs/fashion-1',
    state: 'running',
    owner: 'engine',
    canResume: false,
    step: 940,
    numSteps: 1000,
    trainLoss: 0.33812,
    heldOutLoss: 0.41,
    heldOutAccuracy: 0.853,
    task: 'fashion-mnist 128-128 relu b128',
    optimizer: 'velo-handmade-1',
    handMade: true,
    startedAt: '2026-11-24T10:00:00.000Z',
    seconds: 5.2,
    msPerStep: 5.5,
    checkpointStep: 500,
    ...changes,
  };
}
