import { describe, expect, it } from 'vitest';
import { metaLine, metaRow } from '../../../src/extension/metas/metaRow';
import { META_TIMES, newMetaText } from '../../../src/extension/metas/newMeta';
import { statusText } from '../../../src/extension/status/statusText';
import { diagnoseMetaConfigText } from '../../../src/protocol/index';
import type { MetaEntry } from '../../../src/protocol/live/index';

const entry = (changes: Partial<MetaEntry> = {}): MetaEntry => ({
  metaId: 'clock-1',
  name: 'clock',
  directory: '/ws/.velo/metatrainings/clock-1',
  state: 'running',
  owner: 'engine',
  canResume: false,
  iterations: 1310,
  seconds: 600,
  progress: 0.339,
  secondsLeft: 1200,
  best: { iteration: 1300, ratio: 0.78 },
  startedAt: '2026-11-29T09:00:00.000Z',
  ...changes,
});

describe('the row of a meta-training', () => {
  it('says how far it is and what it has come to', () => {
    expect(metaRow(entry())).toMatchObject({
      label: 'clock-1',
      description: 'step 1,310 · loss 0.780 of the start · 20 min 0 s left',
      contextValue: 'meta stoppable',
      spoken: expect.stringMatching(/^clock-1, Running, step 1,310/) as string,
    });
  });

  it('says where it is made, and why it ended', () => {
    const elsewhere = metaRow(entry({ owner: 'other' }));
    expect(elsewhere.description).toMatch(/ · elsewhere$/);
    expect(elsewhere.contextValue).toBe('meta');
    const changes = { canResume: true, message: 'the disk is full' };
    const failed = metaRow(entry({ state: 'failed', owner: 'nobody', ...changes }));
    expect(failed.description).toMatch(/^failed · the disk is full · step 1,310/);
    expect(failed.contextValue).toBe('meta resumable deletable');
  });

  it('stands in the status bar where nothing else runs', () => {
    expect(metaLine(entry())).toBe('clock-1: outer step 1,310, 20 min 0 s left');
    expect(statusText([], undefined, [], [entry()])).toMatchObject({
      text: '$(sync) VeLO meta-training 33 %',
      lines: ['clock-1: outer step 1,310, 20 min 0 s left'],
    });
  });
});

describe('the config of a new meta-training', () => {
  const choices = META_TIMES.flatMap(({ budget }) =>
    ['clock', 'fresh', './own.safetensors'].map((start) => ({ budget, start })),
  );
  it.each(choices)('is right: $budget from $start', ({ budget, start }) => {
    const text = newMetaText({ budget, start, tasks: 'wide' });
    expect(diagnoseMetaConfigText(text)).toEqual([]);
    expect(JSON.parse(text)).toMatchObject({ kind: 'metatrain', budget, optimizer: { start } });
  });

  it('leaves the sizes of given weights to their file', () => {
    const sizes = (start: string) =>
      (JSON.parse(newMetaText({ budget: '2m', start, tasks: 'recipe' })) as { optimizer: object })
        .optimizer;
    expect(sizes('clock')).toHaveProperty('options');
    expect(sizes('./own.safetensors')).toEqual({ start: './own.safetensors' });
  });
});
