import { expect, it } from 'vitest';
import { evaluationLine, evaluationRow } from '../../../src/extension/evaluations/evaluationRow';
import { evaluationNodes } from '../../../src/extension/trees/evaluationNodes';
import { evaluationEntry } from './evaluationEntries';

it('says how far it is, what came out, and how long it will take', () => {
  const row = evaluationRow(evaluationEntry());
  expect(row.label).toBe('quick-12-1');
  expect(row.description).toBe('5/12 tasks · velo 1.36× · 12 min 3 s left');
  expect(row.contextValue).toBe('evaluation stoppable reportable');
  expect(row.tooltip).toContain('130 of 384 trainings');
  expect(row.tooltip).toContain('Median speedup in steps over tuned adam: velo 1.36×');
});

it('offers what fits its state', () => {
  const over = { owner: 'nobody', canResume: true } as const;
  const words = (changes: Parameters<typeof evaluationEntry>[0]) =>
    evaluationRow(evaluationEntry(changes)).contextValue;
  expect(words({ ...over, state: 'stopped' })).toBe('evaluation resumable deletable reportable');
  expect(words({ ...over, state: 'interrupted', tasksDone: 0 })).toBe(
    'evaluation resumable deletable',
  );
  expect(words({ state: 'finished', owner: 'nobody' })).toBe('evaluation deletable reportable');
  expect(words({ owner: 'other', tasksDone: null })).toBe('evaluation');
  expect(words({ state: 'stopping', tasksDone: null })).toBe('evaluation');
});

it('tells a failure and who else is at work', () => {
  const failed = evaluationEntry({ state: 'failed', owner: 'nobody', message: 'no weights' });
  expect(evaluationRow(failed).description).toBe('failed · no weights · 5/12 tasks · velo 1.36×');
  const other = evaluationRow(
    evaluationEntry({ owner: 'other', tasksDone: null, medians: [null] }),
  );
  expect(other.description).toBe('12 min 3 s left · elsewhere');
  expect(other.spoken).toBe('quick-12-1, Running in another process, 12 min 3 s left · elsewhere');
});

it('is one line of the status bar', () => {
  expect(evaluationLine(evaluationEntry())).toBe(
    'quick-12-1: 130 of 384 trainings, 12 min 3 s left',
  );
});

it('stands under its folder where there are several', () => {
  const entry = evaluationEntry();
  const stored = ['/a', '/b'].map((root) => ({ root, evaluationId: entry.evaluationId, entry }));
  expect(evaluationNodes(stored.slice(0, 1), ['/a']).map(({ label }) => label)).toEqual([
    'quick-12-1',
  ]);
  const nodes = evaluationNodes(stored, ['/a', '/b', '/c']);
  expect(nodes.map(({ label, children }) => [label, children?.length])).toEqual([
    ['a', 1],
    ['b', 1],
  ]);
  expect(nodes[1]?.children?.[0]?.payload).toEqual({ root: '/b', evaluationId: 'quick-12-1' });
});
