import { describe, expect, it } from 'vitest';
import * as z from 'zod/mini';
import { speedupHostMessageSchema } from '../../../../src/protocol/live/index';
import type { SpeedupHostMessage } from '../../../../src/protocol/live/index';
import { INITIAL_MODEL, reduce, wantsCurves, wantsSweep } from '../../../../webview/speedup/model';
import { DEFAULT_CHOICES, readChoices } from '../../../../webview/speedup/view';
import { curvesOf, measured, overviewOf, pending, taskOf } from './support';

const overview = overviewOf([taskOf('a', measured(2)), taskOf('b', pending)]);
const after = (...messages: readonly SpeedupHostMessage[]) =>
  messages.reduce(reduce, INITIAL_MODEL);
const evaluation = (changes = {}): SpeedupHostMessage => ({
  type: 'evaluation',
  overview: { ...overview, ...changes },
  canControl: true,
});

describe('the model of the speedup chart', () => {
  it('is loading until an evaluation comes, empty without one', () => {
    expect(INITIAL_MODEL.phase).toBe('loading');
    expect(after(evaluation())).toMatchObject({ phase: 'ready', canControl: true, overview });
    const empty = after(evaluation(), { type: 'noEvaluation', canControl: false });
    expect(empty).toMatchObject({ phase: 'empty', canControl: false, overview: undefined });
  });

  it('fails by a problem only where there is nothing else to show', () => {
    const problem = { type: 'problem', message: 'The file is gone.' } as const;
    expect(after(problem).phase).toBe('failed');
    const shown = after(evaluation(), problem);
    expect(shown).toMatchObject({ phase: 'ready', problem: { message: 'The file is gone.' } });
    expect(reduce(shown, evaluation()).problem).toBeUndefined();
  });

  it('wants a sweep that has not come, or was made before trainings that are done now', () => {
    const sweep: SpeedupHostMessage = { type: 'sweep', sweep: { targetLoss: NaN, settings: [] } };
    const progress = (done: number) => evaluation({ progress: { done, total: 10 } });
    expect(wantsSweep(after(progress(0)), undefined)).toBe(false);
    expect(wantsSweep(after(progress(3)), undefined)).toBe(true);
    const known = after(progress(3), sweep);
    expect([wantsSweep(known, undefined), wantsSweep(known, 1)]).toEqual([false, true]);
    expect(wantsSweep(reduce(known, progress(4)), undefined)).toBe(true);
    expect(reduce(known, evaluation({ id: 'another' })).sweeps.size).toBe(0);
  });

  it('keeps curves of the same evaluation, and forgets those of another', () => {
    const curves = { type: 'curves', curves: curvesOf(0) } as const;
    expect(after(evaluation(), curves, evaluation()).curves.get(0)?.curves).toBe(curves.curves);
    expect(after(evaluation(), curves, evaluation({ id: 'other' })).curves.size).toBe(0);
  });

  it('wants curves of a task that has begun, and new ones when it has got on', () => {
    const first = after(evaluation());
    expect(wantsCurves(first, 0)).toBe(true);
    expect(wantsCurves(first, 7)).toBe(false);
    const known = reduce(first, { type: 'curves', curves: curvesOf(0) });
    expect(wantsCurves(known, 0)).toBe(false);
    expect(wantsCurves(reduce(known, evaluation()), 0)).toBe(false);
    const better = [taskOf('a', measured(3)), overview.tasks[1]!];
    expect(wantsCurves(reduce(known, evaluation({ tasks: better })), 0)).toBe(true);
    const untouched = { ...taskOf('b', pending), bestLearningRate: NaN };
    expect(wantsCurves(after(evaluation({ tasks: [untouched] })), 0)).toBe(false);
  });

  it('takes null for NaN, as VS Code hands messages over', () => {
    const asJson: unknown = JSON.parse(
      JSON.stringify(evaluation(), (_, value: unknown) =>
        value instanceof Float32Array ? { floats: [...value] } : value,
      ),
      (_, value: unknown) =>
        typeof value === 'object' && value !== null && 'floats' in value
          ? Float32Array.from(value.floats as number[])
          : value,
    );
    expect(JSON.stringify(asJson)).toContain('"value":null');
    expect(z.parse(speedupHostMessageSchema, asJson)).toEqual(evaluation());
  });
});

describe('the kept choices', () => {
  it('come back as they were', () => {
    const choices = {
      ...DEFAULT_CHOICES,
      ...({ unit: 'seconds', chart: 'profile', front: 'VeLO', task: null } as const),
      sort: { key: 'optimizer:VeLO', descending: true } as const,
      ...({ filter: 'mlp', closed: ['sweep'] } as const),
    };
    expect(readChoices(JSON.parse(JSON.stringify(choices)))).toEqual(choices);
  });

  it.each([undefined, null, 7, 'steps', []])('have their defaults for %j', (kept) => {
    expect(readChoices(kept)).toEqual(DEFAULT_CHOICES);
  });

  it('drop what they cannot be', () => {
    const kept = { unit: 'hours', chart: 3, front: 1, task: 2, sort: { key: 'size' }, filter: 1 };
    expect(readChoices({ ...kept, closed: ['roof', 'tasks'] })).toEqual({
      ...DEFAULT_CHOICES,
      closed: ['tasks'],
    });
  });
});
