/** A worker thread of a population. */
import { worker } from 'workerpool';
import { invariant } from '../../base/index';
import { toEngineError } from '../../protocol/index';
import { pickDevice } from '../devices/devices';
import { MemberHost } from './memberHost';
import type { Assignment, Chunk, PopulationTask, TrialReply, TurnReply } from './messages';

/** A thread that cannot begin says so when it is asked: one that ended instead would be started over and over. */
export async function servePopulation(task: PopulationTask): Promise<void> {
  const host = await openHost(task).catch((thrown: unknown) => ({ error: toEngineError(thrown) }));
  worker({
    play: (chunk: Chunk): TurnReply[] =>
      'error' in host ? chunk.turns.map(() => host) : host.play(chunk),
    try: (assignment: Assignment, versions: readonly number[]): TrialReply =>
      'error' in host ? host : host.try(assignment, versions),
  });
}

async function openHost(task: PopulationTask): Promise<MemberHost> {
  const { device } = await pickDevice(task.device);
  invariant(device.kernels !== undefined, `a population on ${device.name}, which has no kernels`);
  return new MemberHost(task, device.kernels);
}
