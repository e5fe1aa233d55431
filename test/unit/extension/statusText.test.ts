import { expect, it } from 'vitest';
import { statusText } from '../../../src/extension/status/statusText';
import { evaluationEntry } from './evaluationEntries';
import { runEntry } from './runEntries';

it('says nothing while nothing runs', () => {
  expect(statusText([runEntry({ state: 'finished' })], undefined)).toBeUndefined();
});

it('shows step and loss of the one run', () => {
  const status = statusText([runEntry()], undefined);
  expect(status?.text).toBe('$(sync) VeLO 940/1,000 · 0.338');
  expect(status?.lines).toEqual(['fashion: running, step 940 of 1,000, loss 0.338, 330 ms left']);
  expect(status?.failed).toBe(false);
});

it('shows the running one of several and counts the others', () => {
  const queued = runEntry({ runId: 'q', name: 'q', state: 'queued' });
  expect(statusText([queued, runEntry()], undefined)?.text).toBe(
    '$(sync) VeLO 940/1,000 · 0.338 +1',
  );
  expect(statusText([queued], undefined)?.text).toBe('$(sync) VeLO queued');
});

it('lists ten runs at most', () => {
  const runs = Array.from({ length: 14 }, (_, index) => runEntry({ runId: `r-${index}` }));
  const lines = statusText(runs, undefined)?.lines;
  expect(lines).toHaveLength(11);
  expect(lines?.at(-1)).toBe('and 4 more');
});

it('puts a failure before everything else', () => {
  const failed = runEntry({ name: 'conv', state: 'failed', message: 'out of memory' });
  const status = statusText([runEntry(), failed], failed);
  expect(status?.text).toBe('$(error) VeLO conv failed');
  expect(status?.lines).toEqual(['conv failed: out of memory']);
  expect(status?.failed).toBe(true);
});

it('counts an evaluation, and names it where nothing else runs', () => {
  const evaluation = evaluationEntry();
  const alone = statusText([], undefined, [evaluation]);
  expect(alone?.text).toBe('$(sync) VeLO evaluation 33 %');
  expect(alone?.lines).toEqual(['quick-12-1: 130 of 384 trainings, 12 min 3 s left']);
  expect(statusText([runEntry()], undefined, [evaluation])?.text).toBe(
    '$(sync) VeLO 940/1,000 · 0.338 +1',
  );
});
