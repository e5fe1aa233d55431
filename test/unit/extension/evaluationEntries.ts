/** An evaluation's entry with everything filled in, for tests of what is shown of it. */
import type { EvaluationEntry } from '../../../src/protocol/live/index';

export function evaluationEntry(changes: Partial<EvaluationEntry> = {}): EvaluationEntry {
  return {
    evaluationId: 'quick-12-1',
    name: 'quick-12',
    directory: '/ws/.velo/evaluations/quick-12-1',
    state: 'running',
    owner: 'engine',
    canResume: false,
    done: 130,
    total: 384,
    secondsLeft: 723,
    tasks: 12,
    tasksDone: 5,
    optimizers: ['velo', 'lion'],
    medians: [1.357, null],
    baseline: 'adam',
    startedAt: '2026-11-28T10:00:00.000Z',
    ...changes,
  };
}
