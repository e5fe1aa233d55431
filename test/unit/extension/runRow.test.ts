import { expect, it } from 'vitest';
import {
  matchesFilter,
  newestFirst,
  runDetails,
  runRow,
} from '../../../src/extension/trees/runRow';
import { RUN_ENTRY_STATES } from '../../../src/protocol/live/index';
import { runEntry } from './runEntries';

const described = (changes: Parameters<typeof runEntry>[0]) =>
  runRow(runEntry(changes)).description;

it('says what matters most of each state, the optimizer last', () => {
  expect(described({ state: 'running' })).toBe('940/1,000 · 0.338 · velo-handmade-1');
  expect(described({ state: 'paused', step: 400 })).toBe(
    'paused at 400/1,000 · 0.338 · velo-handmade-1',
  );
  expect(described({ state: 'queued', trainLoss: null })).toBe('queued · velo-handmade-1');
  expect(described({ state: 'finished', optimizer: 'adam 0.001' })).toBe('0.338 · adam 0.001');
  expect(described({ state: 'diverged', step: 82 })).toBe('diverged at step 82 · velo-handmade-1');
  expect(described({ state: 'interrupted', step: 1412 })).toBe(
    'interrupted at step 1,412 · velo-handmade-1',
  );
  expect(described({ state: 'failed', message: 'out of memory' })).toBe(
    'failed: out of memory · velo-handmade-1',
  );
});

it('falls back to the held-out loss, and to a dash', () => {
  expect(described({ state: 'finished', trainLoss: null })).toBe('0.410 · velo-handmade-1');
  expect(described({ state: 'finished', trainLoss: null, heldOutLoss: null })).toBe(
    '– · velo-handmade-1',
  );
});

it('has an icon of its own for each state but starting, which looks like running', () => {
  const icons = RUN_ENTRY_STATES.map((state) => runRow(runEntry({ state })).icon.id);
  expect(new Set(icons).size).toBe(RUN_ENTRY_STATES.length - 1);
});

it.each([
  [{ state: 'running' }, 'run pausable stoppable'],
  [{ state: 'paused' }, 'run continuable stoppable'],
  [{ state: 'queued' }, 'run stoppable'],
  [{ state: 'running', owner: 'other' }, 'run'],
  [{ state: 'interrupted', owner: 'nobody', canResume: true }, 'run resumable deletable'],
  [{ state: 'finished', owner: 'nobody' }, 'run deletable'],
] as const)('offers for %o: %s', (changes, contextValue) => {
  expect(runRow(runEntry(changes)).contextValue).toBe(contextValue);
});

it('speaks state, step, loss and optimizer', () => {
  expect(runRow(runEntry({ owner: 'other' })).spoken).toBe(
    'fashion, Running in another process, 940 of 1,000 steps, loss 0.338, velo-handmade-1',
  );
});

it('puts the newest first, and what has not begun before it', () => {
  const run = (runId: string, startedAt?: string) =>
    ({ ...runEntry({ runId }), startedAt }) as ReturnType<typeof runEntry>;
  const runs = [
    run('a-9', '2026-01-01T00:00:00Z'),
    run('a-10', '2026-01-01T00:00:00Z'),
    run('b-1', '2026-02-01T00:00:00Z'),
    run('q-1'),
  ];
  expect(runs.sort(newestFirst).map(({ runId }) => runId)).toEqual(['q-1', 'b-1', 'a-10', 'a-9']);
});

it('filters by every word, in any order and case', () => {
  const entry = runEntry({ state: 'diverged' });
  expect(matchesFilter(entry, 'VELO mnist')).toBe(true);
  expect(matchesFilter(entry, 'diverged')).toBe(true);
  expect(matchesFilter(entry, 'velo adam')).toBe(false);
  expect(matchesFilter(entry, '  ')).toBe(true);
});

it('tells the time left only of a running run with known speed', () => {
  const left = (changes: Parameters<typeof runEntry>[0]) =>
    runDetails(runEntry(changes)).find(([name]) => name === 'Time left')?.[1];
  expect(left({ step: 500, msPerStep: 10 })).toBe('5.0 s');
  expect(left({ state: 'paused' })).toBeUndefined();
  expect(left({ msPerStep: null })).toBeUndefined();
});
