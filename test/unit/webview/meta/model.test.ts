import { describe, expect, it } from 'vitest';
import type { MetaHostMessage, MetaUpdate } from '../../../../src/protocol/live/index';
import { INITIAL_MODEL, bestOf, reduce } from '../../../../webview/meta/model';
import type { MetaModel } from '../../../../webview/meta/model';
import { entry, iterationsOf, updateOf, validationOf } from './support';

const message = (seq: number, update: MetaUpdate): MetaHostMessage => ({
  ...{ type: 'meta', seq, update, canControl: true },
});
const after = (...messages: MetaHostMessage[]): MetaModel => messages.reduce(reduce, INITIAL_MODEL);
const first = message(
  0,
  updateOf({ iterations: iterationsOf(0, 2), validations: [validationOf(0, [3, 1, 0])] }),
);

describe('the model of a meta-training', () => {
  it('puts what is new behind what is known', () => {
    const next = updateOf({
      ...{ reset: false, entry: { ...entry, iterations: 3 }, iterations: iterationsOf(2, 3) },
      validations: [validationOf(2, [2, 1, 0], { isBest: true })],
    });
    const { data, isTorn } = after(first, message(1, next));
    expect(isTorn).toBe(false);
    expect([...data!.iterations.iteration]).toEqual([0, 1, 2]);
    expect(data!.iterations).toEqual(iterationsOf(0, 3));
    expect(data!.validations.map(({ iteration }) => iteration)).toEqual([0, 2]);
    expect(bestOf(data!)!.iteration).toBe(2);
    expect(data!.entry.iterations).toBe(3);
  });

  it('keeps the arrays of what has not grown', () => {
    const before = after(first);
    const still = reduce(before, message(1, updateOf({ reset: false })));
    expect(still.data!.validations).toBe(before.data!.validations);
    expect(still.data!.iterations).toBe(before.data!.iterations);
  });

  it('begins anew where the log was cut back', () => {
    const { data } = after(first, message(1, updateOf({ iterations: iterationsOf(0, 1) })));
    expect([...data!.iterations.iteration]).toEqual([0]);
    expect(data!.validations).toEqual([]);
  });

  it('notices a gap, keeps what it has, and is whole again after everything has come', () => {
    const torn = after(
      first,
      message(2, updateOf({ reset: false, iterations: iterationsOf(4, 5) })),
    );
    expect(torn.isTorn).toBe(true);
    expect([...torn.data!.iterations.iteration]).toEqual([0, 1]);
    expect(reduce(torn, first).isTorn).toBe(false);
    expect(after(message(3, updateOf({ reset: false }))).isTorn).toBe(true);
  });

  it('shows a config whose start is measured, and beside a meta-training what noise does to its theta', () => {
    const noise = (config?: string): MetaHostMessage => ({
      type: 'sensitivity',
      state: config === undefined ? {} : { config },
      canControl: true,
    });
    expect(after(noise('a.velo.json'))).toMatchObject({
      ...{ phase: 'measured', canControl: true, sensitivity: { config: 'a.velo.json' } },
    });
    expect(after(noise()).phase).toBe('loading');
    expect(after(first, noise())).toMatchObject({ phase: 'ready', sensitivity: {} });
    const problem: MetaHostMessage = { type: 'problem', message: 'gone' };
    expect(after(noise('a.velo.json'), problem).phase).toBe('measured');
    const empty = after(noise('a.velo.json'), { type: 'noMeta', canControl: true });
    expect(empty).toMatchObject({ phase: 'empty', sensitivity: undefined });
  });

  it('fails only where there is nothing to show', () => {
    const problem: MetaHostMessage = { type: 'problem', message: 'gone', remedy: 'look' };
    expect(after(problem)).toMatchObject({ phase: 'failed', problem: { message: 'gone' } });
    expect(after(first, problem)).toMatchObject({ phase: 'ready', problem: { remedy: 'look' } });
    expect(after(first, problem, first).problem).toBeUndefined();
    expect(after(first, { type: 'noMeta', canControl: false })).toMatchObject({ phase: 'empty' });
  });
});
