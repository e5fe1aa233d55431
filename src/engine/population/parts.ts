/** Turns that are played in parts, not all of them by one worker: what passes from part to part is the member's image. */
import { partSteps } from './pieces';
import { goesOn } from './messages';
import type { TurnMessage, TurnReply } from './messages';

/** About how long things take. */
interface Times {
  readonly seconds: number;
  readonly round: number;
}

/** @returns the turn alone where it cannot be cut, or where that gains nothing */
export function partsOf(turn: TurnMessage, { seconds, round }: Times): TurnMessage[] {
  const { from, steps, evaluate, ends } = turn;
  if (from === undefined || evaluate !== undefined || ends === true) return [turn];
  const counts = partSteps({ steps, from: from.step, seconds, round });
  if (counts.length === 1) return [turn];
  const image = turn.spare ?? new SharedArrayBuffer(from.image.byteLength);
  let { step } = from;
  return counts.map((count, i) => {
    const part = { ...turn, steps: count, spare: image, from: i === 0 ? from : { step, image } };
    step += count;
    return part;
  });
}

/** Whether all is known of a turn of so many parts. @param replies  by part, with gaps: they come in any order */
export function isComplete(replies: readonly (TurnReply | undefined)[], parts: number): boolean {
  for (let part = 0; part < parts; part++) {
    const reply = replies[part];
    if (reply === undefined) return false;
    if (!goesOn(reply)) return true;
  }
  return true;
}

/** What a turn comes to whose parts came to these, one or more. */
export function joinReplies(steps: number, replies: readonly TurnReply[]): TurnReply {
  const last = replies.at(-1)!;
  if (!('step' in last) || last.losses.length === steps) return last;
  const losses = new Float32Array(steps).fill(NaN);
  let [at, stepSeconds, turnSeconds] = [0, 0, 0];
  for (const reply of replies) {
    if (!('step' in reply)) continue;
    losses.set(reply.losses, at);
    at += reply.losses.length;
    stepSeconds += reply.stepSeconds;
    turnSeconds += reply.turnSeconds;
  }
  return { ...last, losses, stepSeconds, turnSeconds };
}
