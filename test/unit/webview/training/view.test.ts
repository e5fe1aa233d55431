import { expect, it } from 'vitest';
import { DEFAULT_VIEW, readView, toggled } from '../../../../webview/training/view';

it('is the default when nothing was kept, or for another run', () => {
  expect(readView(undefined, 'main')).toEqual(DEFAULT_VIEW);
  expect(readView('nonsense', 'main')).toEqual(DEFAULT_VIEW);
  expect(readView({ runId: 'other', view: { smoothing: 0.5 } }, 'main')).toEqual(DEFAULT_VIEW);
});

it('comes back as it was kept', () => {
  const view = {
    ...DEFAULT_VIEW,
    pinned: 12,
    range: [3, 9] as [number, number],
    smoothing: 0.5,
    cellOrder: 'peak' as const,
    collapsed: ['bank' as const],
  };
  expect(readView(structuredClone({ runId: 'main', root: '/r', view }), 'main')).toEqual(view);
});

it('falls back field by field', () => {
  const kept = {
    runId: 'main',
    view: { smoothing: 7, tensor: -1, stepAxis: 'log', cellOrder: 'alphabet' },
  };
  expect(readView(kept, 'main')).toEqual({ ...DEFAULT_VIEW, stepAxis: 'log' });
});

it('toggles membership', () => {
  expect(toggled(['a', 'b'], 'a')).toEqual(['b']);
  expect(toggled(['b'], 'a')).toEqual(['b', 'a']);
});
