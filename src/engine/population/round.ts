/** One round: every job's turn is played once, whatever happens to the workers meanwhile. */
import { UserError, messageOf } from '../../base/index';
import { fromEngineError } from '../../protocol/index';
import { cutIntoChunks } from './chunks';
import type { MemberJob, MemberResult, PopulationEvent } from './contract';
import type { Members } from './members';
import type { TurnMessage, TurnReply } from './messages';
import type { PopulationWorkers } from './workers';

/** Times that a turn is tried alone when workers break down over it. */
const ATTEMPTS = 2;

export interface RoundContext {
  readonly workers: PopulationWorkers;
  readonly members: Members;
  readonly onEvent?: (event: PopulationEvent) => void;
  readonly onResult?: (result: MemberResult) => void;
}

interface Playing {
  readonly job: MemberJob;
  readonly turn: TurnMessage;
}

/** @returns in the order of the jobs. @throws UserError('config') on a job that cannot be */
export async function playRound(
  jobs: readonly MemberJob[],
  context: RoundContext,
): Promise<MemberResult[]> {
  requireDistinct(jobs);
  const { members, workers } = context;
  const playing = jobs.map((job) => ({ job, turn: members.turnOf(job) }));
  const chunks = cutIntoChunks(playing, ({ turn }) => members.seconds(turn), workers.count);
  const results = await Promise.all(chunks.map((chunk) => playChunk(chunk, context)));
  return results.flat();
}

function requireDistinct(jobs: readonly MemberJob[]): void {
  const seen = new Set<number>();
  for (const { member } of jobs) {
    if (seen.has(member))
      throw new UserError('config', `member ${member} has two jobs in one round, expected one`);
    seen.add(member);
  }
}

async function playChunk(
  chunk: readonly Playing[],
  context: RoundContext,
): Promise<MemberResult[]> {
  const replies = await replyTo(chunk, context);
  // Whose turn it was is not known: from here on each is played alone.
  if (replies === undefined)
    return Promise.all(chunk.map((playing) => playAlone(playing, context)));
  const results: MemberResult[] = [];
  for (const [i, playing] of chunk.entries()) {
    const reply = replies[i]!;
    const isDone = !('error' in reply && isWorthTrying(reply));
    results.push(isDone ? settle(playing, reply, context) : await playAlone(playing, context));
  }
  return results;
}

async function playAlone(playing: Playing, context: RoundContext): Promise<MemberResult> {
  let reply: TurnReply | undefined;
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    [reply] = (await replyTo([playing], context)) ?? [];
    if (reply !== undefined && !('error' in reply && isWorthTrying(reply))) break;
  }
  return settle(playing, reply, context);
}

/** Undefined where the worker died over it. */
async function replyTo(
  chunk: readonly Playing[],
  { workers, members, onEvent }: RoundContext,
): Promise<TurnReply[] | undefined> {
  try {
    return await workers.play(members.chunk(chunk.map(({ turn }) => turn)));
  } catch (thrown) {
    const names = chunk.map(({ job, turn }) => members.name(job.member, turn.assignment));
    onEvent?.({ type: 'workerLost', members: names, message: messageOf(thrown) });
    return undefined;
  }
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
  if (reply !== undefined && 'image' in reply) {
    members.note(job, turn, reply);
    const { step, losses, diverged, evaluation } = reply;
    return { member, step, losses, diverged, ...(evaluation === undefined ? {} : { evaluation }) };
  }
  const losses = new Float32Array(turn.steps).fill(NaN);
  const nothing = { member, step: turn.from?.step ?? 0, losses, diverged: false };
  if (reply !== undefined && 'cancelled' in reply) return nothing;
  const name = members.name(member, turn.assignment);
  return { ...nothing, error: errorOf(name, reply) };
}

function errorOf(
  name: string,
  reply: Extract<TurnReply, { error: unknown }> | undefined,
): UserError {
  if (reply === undefined)
    return new UserError('engine', `${name}: a worker ended ${ATTEMPTS} times over its turn`);
  const { code, message, remedy } = fromEngineError(reply.error);
  return new UserError(code, `${name}: ${message}`, remedy === undefined ? {} : { remedy });
}
