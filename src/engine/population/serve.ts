/** A worker thread of a population. */
import { worker, workerEmit } from 'workerpool';
import { invariant } from '../../base/index';
import { toEngineError } from '../../protocol/index';
import { pickDevice } from '../devices/devices';
import { loadRunner } from '../userTasks/userTask';
import { MemberHost } from './memberHost';
import type {
  Assignment,
  PieceReply,
  PopulationTask,
  Round,
  TrialReply,
  TurnMessage,
  TurnReply,
} from './messages';

/** A thread that cannot begin says so when it is asked: one that ended instead would be started over and over. */
export async function servePopulation(task: PopulationTask): Promise<void> {
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
  { pieces, next, takers }: Round,
  number: number,
  play: (turns: readonly TurnMessage[]) => TurnReply[],
): void {
  for (;;) {
    const piece = Atomics.add(next, 0, 1);
    const turns = pieces[piece];
    if (turns === undefined) return;
    Atomics.store(takers, piece, number + 1);
    const reply: PieceReply = { piece, replies: play(turns) };
    workerEmit(reply);
  }
}

async function openHost(task: PopulationTask): Promise<MemberHost> {
  const hasCode = task.tasks.some(({ dataset }) => dataset !== undefined && 'modules' in dataset);
  if (hasCode) await loadRunner();
  const { device } = await pickDevice(task.device);
  invariant(device.kernels !== undefined, `a population on ${device.name}, which has no kernels`);
  return new MemberHost(task, device.kernels);
}
