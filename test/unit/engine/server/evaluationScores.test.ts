import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { EvaluationScores } from '../../../../src/engine/server/evaluationScores';
import { overviewOf, taskOf } from '../../webview/speedup/support';

const overview = overviewOf([taskOf('digits')]);

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

/** Scoring takes some seconds of the fake clock. */
function setUp(seconds: number) {
  const score = vi.fn(async () => {
    await vi.advanceTimersByTimeAsync(seconds * 1000);
    return overview;
  });
  return { score, scores: new EvaluationScores({ score, onError: () => undefined }) };
}

it('rests between scores, but not once nothing is trained any more', async () => {
  const { score, scores } = setUp(2);
  scores.mark('a');
  await vi.advanceTimersByTimeAsync(0);
  scores.mark('a');
  await vi.advanceTimersByTimeAsync(5000);
  expect(score).toHaveBeenCalledTimes(1);
  scores.markNow('a');
  await vi.advanceTimersByTimeAsync(0);
  expect(score).toHaveBeenCalledTimes(2);
});

it('scores what was marked after its rest', async () => {
  const { score, scores } = setUp(2);
  scores.mark('a');
  await vi.advanceTimersByTimeAsync(0);
  scores.mark('a');
  await vi.advanceTimersByTimeAsync(11_000);
  expect(score).toHaveBeenCalledTimes(2);
});
