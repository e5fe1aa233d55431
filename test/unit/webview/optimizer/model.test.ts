import { describe, expect, it } from 'vitest';
import type { NetworkResponse, OptimizerHostMessage } from '../../../../src/protocol/live/index';
import {
  INITIAL_MODEL,
  chosenGroup,
  chosenResponse,
  rankEffects,
  reduce,
} from '../../../../webview/optimizer/model';
import { DEFAULT_CHOICES, readChoices } from '../../../../webview/optimizer/view';
import { inspectionOf, matrixOf } from './support';

const after = (...messages: OptimizerHostMessage[]) => messages.reduce(reduce, INITIAL_MODEL);
const inspection = inspectionOf();
const read: OptimizerHostMessage = { type: 'inspection', inspection };
const matrix: OptimizerHostMessage = { type: 'matrix', matrix: matrixOf('w', 2, 2) };
const response: NetworkResponse = {
  network: 0,
  feature: 0,
  inputs: Float32Array.from([-3, 0, 3]),
  outputs: Float32Array.from([1, 2, 3]),
  effects: Float32Array.from([2, 0, 5, 5]),
};

describe('the optimizer editor', () => {
  it('is ready with an inspection and failed by a problem without one', () => {
    expect(INITIAL_MODEL.phase).toBe('loading');
    expect(after(read).phase).toBe('ready');
    const problem: OptimizerHostMessage = { type: 'problem', message: 'no theta' };
    expect(after(problem)).toMatchObject({ phase: 'failed', problem: { message: 'no theta' } });
    expect(after(read, problem).phase).toBe('ready');
    expect(after(problem, read).problem).toBeUndefined();
  });

  it('keeps what it has of the same file, drops what came of another, and asks anew for both', () => {
    const once = after(read, matrix, { type: 'response', response });
    expect(once.reading).toBe(1);
    const same = reduce(once, read);
    expect([same.reading, same.matrix?.name]).toEqual([2, 'w']);
    const other = reduce(once, { type: 'inspection', inspection: inspectionOf(2) });
    expect([other.reading, other.matrix, other.response]).toEqual([2, undefined, undefined]);
  });

  it('shows the largest array at first, and the chosen one while the file has it', () => {
    expect(chosenGroup(inspection, undefined)).toBe('rnn_params/rnn/linear/w');
    expect(chosenGroup(inspection, 'ff_mod_stack/~/b0')).toBe('ff_mod_stack/~/b0');
    expect(chosenGroup(inspection, 'gone')).toBe('rnn_params/rnn/linear/w');
  });

  it('shows the strongest feature of a network unless one is chosen', () => {
    const model = after(read, { type: 'response', response });
    expect(chosenResponse(after(read), { network: 0 })).toEqual({ network: 0, feature: 0 });
    expect(chosenResponse(model, { network: 0 })).toEqual({ network: 0, feature: 2 });
    expect(chosenResponse(model, { network: 0, feature: 1 })).toEqual({ network: 0, feature: 1 });
    expect(chosenResponse(model, { network: 99 })).toEqual({ network: 2, feature: 0 });
  });

  it('ranks features by effect, equal ones in their order', () => {
    expect(rankEffects(response.effects)).toEqual([2, 3, 0, 1]);
  });
});

describe('the choices that the host keeps', () => {
  it('come back as they were', () => {
    const choices = {
      ...{ group: 'ff_mod_stack/~/b0', network: 2, feature: 7, runId: 'r' },
      closed: ['card'] as const,
    };
    expect(readChoices(JSON.parse(JSON.stringify(choices)))).toEqual(choices);
  });

  it.each([undefined, null, 3, { network: -1, closed: 'x', feature: 1.5 }])(
    'have their defaults where %j was kept',
    (kept) => {
      expect(readChoices(kept)).toEqual(DEFAULT_CHOICES);
    },
  );
});
