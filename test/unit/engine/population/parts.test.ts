import { describe, expect, it } from 'vitest';
import type { TurnMessage, TurnReply } from '../../../../src/engine/population/messages';
import { isComplete, joinReplies, partsOf } from '../../../../src/engine/population/parts';
import {
  closeQueue,
  createPieceQueue,
  putPiece,
  takePiece,
} from '../../../../src/engine/population/pieceQueue';

const assignment = { task: 0, optimizer: 0, seed: 1, numSteps: 5000 };
const times = { seconds: 0.016, round: 0.128 };

function turn(changes: Partial<TurnMessage> = {}): TurnMessage {
  const from = { step: 64, image: new SharedArrayBuffer(8) };
  return { assignment, from, steps: 1000, ...changes };
}

function reply(losses: number[], changes: object = {}): TurnReply {
  const counts = { step: losses.length, stepSeconds: 1, turnSeconds: 2 };
  return { ...counts, losses: new Float32Array(losses), points: [], diverged: false, ...changes };
}

describe('the parts of a turn', () => {
  it('go on from each other in the memory of the new image', () => {
    const spare = new SharedArrayBuffer(8);
    const whole = turn({ spare });
    const [head, tail, ...others] = partsOf(whole, times);
    expect(others).toEqual([]);
    expect(head!.from).toBe(whole.from);
    expect(tail!.from).toEqual({ step: 64 + head!.steps, image: spare });
    expect(tail!.from!.image).toBe(spare);
    expect([head!.spare, tail!.spare].every((one) => one === spare)).toBe(true);
    expect(head!.steps + tail!.steps).toBe(1000);
  });

  it.each([
    ['begins', turn({ from: undefined } as object)],
    ['ends', turn({ ends: true })],
    ['evaluates', turn({ evaluate: { splits: ['train'], batches: 1 } })],
  ])('are one where it %s', (_, whole) => {
    expect(partsOf(whole, times)).toEqual([whole]);
  });

  it('are all known once one of them has not gone on, and none before it is missing', () => {
    const diverged = reply([1, NaN], { diverged: true });
    expect(isComplete([reply([1])], 2)).toBe(false);
    expect(isComplete([reply([1]), reply([2])], 2)).toBe(true);
    expect(isComplete([diverged], 3)).toBe(true);
    const gap: TurnReply[] = [];
    gap[1] = diverged;
    expect(isComplete(gap, 3)).toBe(false);
  });

  it('come to the losses of the whole turn, NaN behind the one that diverged', () => {
    const last = reply([3], { step: 3 });
    expect(joinReplies(3, [reply([1, 2]), last])).toEqual({
      ...last,
      losses: new Float32Array([1, 2, 3]),
      stepSeconds: 2,
      turnSeconds: 4,
    });
    const diverged = reply([2, NaN], { diverged: true });
    expect(joinReplies(5, [reply([1]), diverged])).toMatchObject({
      diverged: true,
      losses: new Float32Array([1, 2, NaN, NaN, NaN]),
    });
    expect(joinReplies(3, [diverged])).toMatchObject({ losses: new Float32Array([2, NaN, NaN]) });
  });

  it('come to the error of one of them', () => {
    const error: TurnReply = { error: { code: 'internal', message: 'broken' } };
    expect(joinReplies(2, [reply([1]), error])).toBe(error);
  });
});

describe('a queue of pieces', () => {
  it('gives those that have come later behind the first ones', () => {
    const queue = createPieceQueue(3, [0, 1]);
    expect(takePiece(queue)).toBe(0);
    putPiece(queue, 2);
    expect([takePiece(queue), takePiece(queue), takePiece(queue)]).toEqual([1, 2, undefined]);
  });

  it('waits for nothing that will not come', () => {
    const queue = createPieceQueue(3, [0]);
    expect(takePiece(queue)).toBe(0);
    putPiece(queue, undefined);
    putPiece(queue, 2);
    expect([takePiece(queue), takePiece(queue)]).toEqual([2, undefined]);
    const closed = createPieceQueue(3, [0]);
    closeQueue(closed);
    putPiece(closed, 1);
    expect([takePiece(closed), takePiece(closed)]).toEqual([0, undefined]);
  });
});
