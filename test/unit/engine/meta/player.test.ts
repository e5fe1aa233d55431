import { describe, expect, it } from 'vitest';
import { Player } from '../../../../src/engine/meta/player';
import type { PairPlay } from '../../../../src/engine/meta/player';
import type { MemberJob, MemberResult } from '../../../../src/engine/population/contract';
import type { Population } from '../../../../src/engine/population/population';
import { createMetaLoss } from '../../../../src/core/meta/metaLoss';

const PROBLEM = {
  metaLoss: createMetaLoss({ normalize: (loss) => loss, isAbsolute: true, floor: 0.01 }),
  ...{ worstLoss: 9, carrier: 0, config: {}, variation: {}, entry: 0, seed: 1 },
} as unknown as PairPlay['problems'][number];

/** A turn that ends one training and begins the next. */
const CROSSING: PairPlay = {
  turn: {
    ...{ pair: 0, noise: [0, 0, 0, 0], shared: false },
    segments: [
      { problem: 0, length: 5, from: 0, steps: 5, wantsFinal: false },
      { problem: 1, length: 9, from: 0, steps: 3, wantsFinal: false },
    ],
  },
  problems: [PROBLEM, PROBLEM],
};

describe('a turn of several trainings', () => {
  it('is given up before it begins, and else made to its end', async () => {
    const stop = new AbortController();
    const heard: (AbortSignal | undefined)[] = [];
    const run = (
      jobs: readonly MemberJob[],
      { signal }: { readonly signal?: AbortSignal } = {},
    ): Promise<MemberResult[]> => {
      heard.push(signal);
      signal?.throwIfAborted();
      stop.abort(new Error('stopped'));
      return Promise.resolve(
        jobs.map(({ member, steps }) => ({
          ...{ member, step: steps, diverged: false, points: [], seconds: 1 },
          losses: new Float32Array(steps).fill(0.5),
        })),
      );
    };
    const player = new Player({ run } as unknown as Population, 8);
    const { innerSteps, outcomes } = await player.play([CROSSING], stop.signal);
    expect(heard).toEqual([stop.signal, undefined]);
    expect(innerSteps).toBe(2 * (5 + 3));
    expect(outcomes[0]!.segments.map(({ positive }) => positive.losses.length)).toEqual([5, 3]);
    await expect(player.play([CROSSING], stop.signal)).rejects.toThrow('stopped');
  });
});
