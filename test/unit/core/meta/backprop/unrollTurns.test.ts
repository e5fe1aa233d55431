import { describe, expect, it } from 'vitest';
import { createUnrollTurns } from '../../../../../src/core/meta/backprop/unrollTurns';

const lengths = { kind: 'constant', steps: 10 } as const;
const pieces = createUnrollTurns({
  ...{ kind: 'truncatedGrad', seed: 1, problems: 2, truncation: 4, staggered: false, lengths },
});

describe('pieces of trainings', () => {
  it('follow one another to the end, each step weighing the same, and then the next problem begins', () => {
    let state = pieces.start();
    const seen = Array.from({ length: 4 }, (_, iteration) => {
      const segments = pieces.plan(state, iteration);
      state = pieces.after(state, segments, [false, false]);
      const [{ problem, from, steps }] = segments as [(typeof segments)[0]];
      return [problem, from, steps, pieces.weightOf(segments[0]!)];
    });
    expect(seen).toEqual([
      [0, 0, 4, 1],
      [0, 4, 4, 1],
      [0, 8, 2, 0.5],
      [2, 0, 4, 1],
    ]);
  });

  it('leave a problem that has diverged', () => {
    const segments = pieces.plan(pieces.start(), 0);
    const next = pieces.plan(pieces.after(pieces.start(), segments, [true, false]), 1);
    expect(next.map(({ problem, from }) => [problem, from])).toEqual([
      [2, 0],
      [1, 4],
    ]);
  });
});

describe('whole trainings', () => {
  it('are new problems in each outer iteration', () => {
    const whole = createUnrollTurns({
      ...{ kind: 'fullGrad', seed: 1, problems: 2, loss: 'lastRecompute', lengths },
    });
    const first = whole.plan(whole.start(), 0);
    const next = whole.plan(whole.after(whole.start(), first, [true, false]), 1);
    expect([...first, ...next].map(({ problem }) => problem)).toEqual([0, 1, 2, 3]);
    expect(next[0]).toMatchObject({ from: 0, steps: 10, length: 10, wantsFinal: true });
  });
});
