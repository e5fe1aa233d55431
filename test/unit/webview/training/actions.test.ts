import { describe, expect, it } from 'vitest';
import type { RunEntry } from '../../../../src/protocol/live/index';
import { canDo, runControls } from '../../../../webview/training/actions';
import { RUN_MESSAGE, modelAfter, ready, seriesMessage, seriesOf } from './builders';

const controlsOf = (entry: Partial<RunEntry>, canControl = true, isLost = false) =>
  runControls(
    ready(
      modelAfter(
        { ...RUN_MESSAGE, canControl } as typeof RUN_MESSAGE,
        { type: 'engine', state: isLost ? 'lost' : 'connected' },
        seriesMessage(0, seriesOf({ steps: [0], losses: [1], entry })),
      ),
    ),
  );

describe('what can be done with a run', () => {
  it.each([
    ['running', { state: 'running' }, ['pause', 'stop']],
    ['paused', { state: 'paused' }, ['continue', 'step', 'stop']],
    ['paused on disk', { state: 'paused', owner: 'nobody', canResume: true }, ['resume']],
    ['interrupted', { state: 'interrupted', owner: 'nobody', canResume: true }, ['resume']],
    ['stopped for good', { state: 'stopped', owner: 'nobody' }, []],
    ['finished', { state: 'finished', owner: 'nobody' }, []],
    ['trained by another process', { state: 'running', owner: 'other' }, []],
  ] as const)('is right when it is %s', (_, entry, expected) => {
    const controls = controlsOf(entry);
    const actions = ['pause', 'continue', 'step', 'stop', 'resume'] as const;
    expect(actions.filter((action) => canDo(controls, action))).toEqual(expected);
  });

  it('is nothing without trust or engine, and it says why', () => {
    expect(controlsOf({ state: 'running' }, false)).toMatchObject({
      enabled: false,
      why: 'The workspace is not trusted',
    });
    const lost = controlsOf({ state: 'running' }, true, true);
    expect(lost.why).toBe('The engine does not answer');
    expect(canDo(lost, 'stop')).toBe(false);
  });
});
