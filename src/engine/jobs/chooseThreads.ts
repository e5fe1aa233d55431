/**
 * How many threads train: as many as are fastest, found out by a short trial before the first step. The numbers are the
 * same bits for any choice.
 */
import { availableParallelism } from 'node:os';
import { messageOf } from '../../base/index';
import type { KernelRuntime, TrainingSession } from '../../core/index';
import { canHaveCrew, openCrewKernels } from '../devices/crewKernels';

/** A number, or `auto` to find out. */
export type ThreadChoice = number | 'auto';

export interface ChosenSession {
  readonly session: TrainingSession;
  /** One clause for people, where several threads were tried or asked for. */
  readonly why?: string;
}

export interface ThreadTrial {
  /** The runtime of one thread. */
  readonly kernels: KernelRuntime;
  readonly open: (kernels: KernelRuntime) => TrainingSession;
  readonly choice: ThreadChoice;
  /** Steps that the whole training has. */
  readonly numSteps: number;
  readonly openKernels?: typeof openCrewKernels;
}

/** More than that wait for each other longer than they save. */
export const MOST_THREADS = 8;
/** Shorter steps and trainings are over before threads are worth it, in milliseconds. */
const SHORTEST_STEP = 0.1;
const SHORTEST_TRAINING = 2000;
/** Shortest time of a turn, and turns for each. */
const TURN_MS = 8;
const TURNS = 5;
/** A share of the time of one thread that has to be saved. */
const WORTH_IT = 0.1;

/** @throws UserError as `open` does; threads that cannot be had are no error */
export async function openOnThreads(trial: ThreadTrial): Promise<ChosenSession> {
  const { kernels, open, choice, numSteps, openKernels = openCrewKernels } = trial;
  const threads = Math.min(choice === 'auto' ? availableParallelism() : choice, MOST_THREADS);
  const session = open(kernels);
  if (threads < 2 || !canHaveCrew(kernels) || session.blockSteps < 2) return { session };
  const isAuto = choice === 'auto';
  if (isAuto) {
    const ms = timeOf(session);
    if (ms < SHORTEST_STEP || ms * numSteps < SHORTEST_TRAINING) return { session };
  }
  let crewed: KernelRuntime;
  try {
    crewed = await openKernels(kernels, threads);
  } catch (thrown) {
    return { session, why: `one thread: others cannot be started (${messageOf(thrown)})` };
  }
  const together = open(crewed);
  if (!isAuto) return { session: together, why: `${threads} threads, as asked for` };
  const gain = gainOf(session, together);
  if (gain > 1 / (1 - WORTH_IT))
    return {
      session: together,
      why: `${threads} threads, ${gain.toFixed(1)} times as fast as one`,
    };
  together.dispose();
  return { session, why: `one thread: ${threads} are ${gain.toFixed(1)} times as fast` };
}

/** Milliseconds of a step, roughly. */
function timeOf(session: TrainingSession): number {
  return undone(session, () => {
    turn(session, 1);
    return turn(session, 1);
  });
}

/** How many times as fast the second is, by the medians of turns that they take alternately. */
function gainOf(one: TrainingSession, other: TrainingSession): number {
  return undone(one, () =>
    undone(other, () => {
      const steps = Math.max(1, Math.round(TURN_MS / turn(one, 1)));
      const times = [one, other].map((session) => ({ session, ms: [] as number[] }));
      for (let i = 0; i <= TURNS; i++) {
        for (const { session, ms } of times) ms.push(turn(session, steps));
      }
      const [first, second] = times.map(({ ms }) => median(ms.slice(1)));
      return first! / second!;
    }),
  );
}

/** Leaves the session where it was. */
function undone<T>(session: TrainingSession, act: () => T): T {
  const snapshot = session.exportSnapshot();
  try {
    return act();
  } finally {
    session.importSnapshot(snapshot);
  }
}

/** Milliseconds of a step in a turn of some; one that diverges is over sooner. */
function turn(session: TrainingSession, steps: number): number {
  let made = 0;
  const begin = performance.now();
  while (made < steps) {
    const losses = session.advanceBlock(Math.min(session.blockSteps, steps - made));
    made += losses.length;
    if (!Number.isFinite(losses.at(-1))) break;
  }
  return (performance.now() - begin) / made;
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)]!;
}
