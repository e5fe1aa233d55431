/** One round: every job's turn is played once, whatever happens to the workers meanwhile. */
import { UserError, messageOf } from '../../base/index';
import { fromEngineError } from '../../protocol/index';
import { isComplete, joinReplies, partsOf } from './parts';
import { closeQueue } from './pieceQueue';
import { cutIntoPieces, longestFirst } from './pieces';
import type { MemberJob, MemberResult, PopulationEvent } from './contract';
import type { Members } from './members';
import type { PieceReply, TurnMessage, TurnReply } from './messages';
import type { PopulationWorkers } from './workers';

/** Times that a turn is tried alone when workers break down over it. */
const ATTEMPTS = 2;

export interface RoundContext {
  readonly workers: PopulationWorkers;
  readonly members: Members;
  readonly onEvent?: (event: PopulationEvent) => void;
  readonly onResult?: (result: MemberResult) => void;
  readonly longestFirst: boolean;
}

interface Playing {
  readonly job: MemberJob;
  readonly turn: TurnMessage;
  /** About how long it takes, where that is known. */
  readonly seconds: number | undefined;
  /** One or more, that are the whole turn together. */
  readonly parts: readonly TurnMessage[];
}

/** A part of a round that one worker plays at one go. */
interface Piece {
  readonly turns: readonly TurnMessage[];
  readonly of: readonly Playing[];
  /** Which part of each it is. */
  readonly part: number;
}

/** @returns in the order of the jobs. @throws UserError('config') on a job that cannot be */
export async function playRound(
  jobs: readonly MemberJob[],
  context: RoundContext,
): Promise<MemberResult[]> {
  requireDistinct(jobs);
  const { members, workers } = context;
  const playing = playingOf(jobs, context);
  const results = new Map<MemberJob, MemberResult>();
  const ordered = context.longestFirst ? longestFirst(playing, ({ turn }) => turn.steps) : playing;
  let open = cutIntoPieces(ordered, {
    seconds: ({ seconds }) => seconds,
    kind: ({ turn }) => members.kind(turn),
    workers: workers.count,
  });
  while (open.length > 0) {
    const { done, alone, untouched } = await shareOut(open, context);
    for (const [job, result] of done) results.set(job, result);
    for (const one of alone) results.set(one.job, await playAlone(one, context));
    if (untouched.length === open.length)
      throw new UserError('engine', 'the workers of the population end before they begin');
    open = untouched;
  }
  return jobs.map((job) => results.get(job)!);
}

function requireDistinct(jobs: readonly MemberJob[]): void {
  const seen = new Set<number>();
  for (const { member } of jobs) {
    if (seen.has(member))
      throw new UserError('config', `member ${member} has two jobs in one round, expected one`);
    seen.add(member);
  }
}

/** Cut into parts where it is known how long all of them take. */
function playingOf(jobs: readonly MemberJob[], { members, workers }: RoundContext): Playing[] {
  const turns = jobs.map((job) => members.turnOf(job));
  const times = turns.map((turn) => members.seconds(turn));
  const round = times.reduce<number>((sum, one = NaN) => sum + one, 0) / workers.count;
  const gains = Number.isFinite(round) && workers.count > 1 && jobs.length > workers.count;
  return jobs.map((job, i) => {
    const [turn, seconds] = [turns[i]!, times[i]];
    const parts = gains && seconds !== undefined ? partsOf(turn, { seconds, round }) : [turn];
    return { job, turn, seconds, parts };
  });
}

interface SharedOut {
  readonly done: ReadonlyMap<MemberJob, MemberResult>;
  /** To be played once more, each alone: a worker broke down over them, or their kernels did. */
  readonly alone: readonly Playing[];
  /** That no worker has come to. */
  readonly untouched: Playing[][];
}

async function shareOut(open: Playing[][], context: RoundContext): Promise<SharedOut> {
  const { workers, members } = context;
  const pieces = layOut(open);
  const round = members.round(pieces.map(({ turns }) => turns));
  const done = new Map<MemberJob, MemberResult>();
  const alone: Playing[] = [];
  const replies = new Map(open.flat().map((playing) => [playing, [] as TurnReply[]]));
  const isDone = pieces.map(() => false);
  const onPiece = (reply: PieceReply): void => {
    isDone[reply.piece] = true;
    const { of, part } = pieces[reply.piece]!;
    of.forEach((playing, i) => {
      const told = replies.get(playing)!;
      told[part] = reply.replies[i]!;
      if (!isComplete(told, playing.parts.length)) return;
      const whole = joinReplies(playing.turn.steps, told);
      if ('error' in whole && isWorthTrying(whole)) alone.push(playing);
      else done.set(playing.job, settle(playing, whole, context));
    });
  };
  const takenBy = (worker: number): Playing[] =>
    pieces.flatMap(({ of }, i) => (round.takers[i] === worker + 1 && !isDone[i]! ? of : []));
  const count = Math.min(workers.count, open.length);
  const parts = Array.from({ length: count }, async (_, worker) => {
    try {
      await workers.play(round, worker, onPiece);
    } catch (thrown) {
      tellLost(takenBy(worker), thrown, context);
      closeQueue(round.queue);
    }
  });
  await Promise.all(parts);
  const isTouched = (i: number): boolean => isDone[i]! || round.takers[i] !== 0;
  const isOver = ({ job }: Playing): boolean =>
    done.has(job) || alone.some((one) => one.job === job);
  alone.push(...open.flatMap((of, i) => (isTouched(i) ? of.filter((one) => !isOver(one)) : [])));
  return { done, alone, untouched: open.filter((_, i) => !isTouched(i)) };
}

/** Pieces of first parts, in their order, and behind them each later part as one of its own. */
function layOut(open: readonly (readonly Playing[])[]): Piece[] {
  const later: Piece[] = [];
  const first = open.map((of): Piece => {
    const turns = of.map((playing) => {
      const at = open.length + later.length;
      const [head, ...rest] = playing.parts.map((part, i, all) =>
        i + 1 < all.length ? { ...part, next: at + i } : part,
      );
      later.push(...rest.map((turn, i) => ({ turns: [turn], of: [playing], part: i + 1 })));
      return head!;
    });
    return { turns, of, part: 0 };
  });
  return [...first, ...later];
}

function tellLost(
  lost: readonly Playing[],
  thrown: unknown,
  { members, onEvent }: RoundContext,
): void {
  const names = lost.map(({ job, turn }) => members.name(job.member, turn.assignment));
  onEvent?.({ type: 'workerLost', members: names, message: messageOf(thrown) });
}

async function playAlone(playing: Playing, context: RoundContext): Promise<MemberResult> {
  let reply: TurnReply | undefined;
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    reply = await replyTo(playing, context);
    if (reply !== undefined && !('error' in reply && isWorthTrying(reply))) break;
  }
  return settle(playing, reply, context);
}

/** Undefined where the worker died over it. */
async function replyTo(playing: Playing, context: RoundContext): Promise<TurnReply | undefined> {
  let reply: TurnReply | undefined;
  try {
    await context.workers.play(context.members.round([[playing.turn]]), 0, ({ replies }) => {
      [reply] = replies;
    });
  } catch (thrown) {
    tellLost([playing], thrown, context);
  }
  return reply;
}

/** Broken kernels and memory that was short may be better the next time; a wrong config is not. */
function isWorthTrying({ error }: Extract<TurnReply, { error: unknown }>): boolean {
  return error.code === 'internal' || error.code === 'device';
}

function settle(
  { job, turn }: Playing,
  reply: TurnReply | undefined,
  { members, onResult }: RoundContext,
): MemberResult {
  const result = resultOf(job, turn, reply, members);
  onResult?.(result);
  return result;
}

function resultOf(
  job: MemberJob,
  turn: TurnMessage,
  reply: TurnReply | undefined,
  members: Members,
): MemberResult {
  const { member } = job;
  if (reply !== undefined && 'step' in reply) {
    members.note(job, turn, reply);
    const { step, losses, diverged, points, stepSeconds: seconds } = reply;
    return { member, step, losses, diverged, points, seconds };
  }
  const losses = new Float32Array(turn.steps).fill(NaN);
  const step = turn.from?.step ?? 0;
  const nothing = { member, step, losses, diverged: false, points: [], seconds: NaN };
  if (reply !== undefined && 'cancelled' in reply) return nothing;
  const name = members.name(member, turn.assignment);
  return { ...nothing, error: errorOf(name, reply) };
}

/** Its cause is the same without the name of the member. */
function errorOf(
  name: string,
  reply: Extract<TurnReply, { error: unknown }> | undefined,
): UserError {
  const cause =
    reply === undefined
      ? new UserError('engine', `a worker ended ${ATTEMPTS} times over its turn`)
      : fromEngineError(reply.error);
  const { code, message, remedy } = cause;
  return new UserError(code, `${name}: ${message}`, {
    cause,
    ...(remedy === undefined ? {} : { remedy }),
  });
}
