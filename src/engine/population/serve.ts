/** A worker thread of a population. */
import { setFlagsFromString } from 'node:v8';
import { worker, workerEmit } from 'workerpool';
import { invariant } from '../../base/index';
import { toEngineError } from '../../protocol/index';
import { pickDevice } from '../devices/devices';
import { loadRunner } from '../userTasks/userTask';
import { MemberHost } from './memberHost';
import { goesOn } from './messages';
import type {
  Assignment,
  PieceReply,
  PopulationTask,
  Round,
  TrialReply,
  TurnMessage,
  TurnReply,
} from './messages';
import { putPiece, takePiece } from './pieceQueue';

/**
 * Before memory is looked through for what nobody needs any more it may double. Left to itself V8 looks after 15 %, by threads
 * that take a tenth of a core from the steps.
 */
const PATIENT_COLLECTION = '--heap-growing-percent=100';

/** A thread that cannot begin says so when it is asked: one that ended instead would be started over and over. */
export async function servePopulation(task: PopulationTask): Promise<void> {
  setFlagsFromString(PATIENT_COLLECTION);
  const host = await openHost(task).catch((thrown: unknown) => ({ error: toEngineError(thrown) }));
  worker({
    play: (round: Round, number: number): void => {
      if (!('error' in host)) host.learn(round.added);
      takePieces(round, number, (turns) =>
        'error' in host ? turns.map(() => host) : host.play(turns, round.versions),
      );
    },
    try: (assignment: Assignment, known: Pick<Round, 'added' | 'versions'>): TrialReply => {
      if ('error' in host) return host;
      host.learn(known.added);
      return host.try(assignment, known.versions);
    },
  });
}

/** Plays pieces until there are no more, and tells of each. */
function takePieces(
  round: Round,
  number: number,
  play: (turns: readonly TurnMessage[]) => TurnReply[],
): void {
  const { pieces, queue, takers } = round;
  for (let piece = takePiece(queue); piece !== undefined; piece = takePiece(queue)) {
    const turns = pieces[piece]!;
    Atomics.store(takers, piece, number + 1);
    const replies = play(turns);
    turns.forEach(({ next }, i) => {
      if (next !== undefined) putNext(round, next, goesOn(replies[i]!));
    });
    const reply: PieceReply = { piece, replies };
    workerEmit(reply);
  }
}

/** The piece that goes on, or nothing in place of it and all that would follow it. */
function putNext({ pieces, queue }: Round, next: number, isWanted: boolean): void {
  if (isWanted) putPiece(queue, next);
  let skipped = isWanted ? undefined : next;
  while (skipped !== undefined) {
    putPiece(queue, undefined);
    skipped = pieces[skipped]![0]!.next;
  }
}

async function openHost(task: PopulationTask): Promise<MemberHost> {
  const hasCode = task.tasks.some(({ dataset }) => dataset !== undefined && 'modules' in dataset);
  if (hasCode) await loadRunner();
  const { device } = await pickDevice(task.device);
  invariant(device.kernels !== undefined, `a population on ${device.name}, which has no kernels`);
  return new MemberHost(task, device.kernels);
}
