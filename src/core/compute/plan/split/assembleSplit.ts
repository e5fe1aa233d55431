/** Writes a plan's step out as one program for each of several threads. */
import { instructionsOf } from '../../instructions';
import type { KernelRuntime } from '../../kernelRuntime';
import { padded } from '../arena';
import { Assembler } from '../assemble';
import type { Workspace } from '../assemble';
import type { Plan } from '../plan';
import { splitPlan } from './splitPlan';
import type { Stage } from './splitPlan';

export interface Threads {
  readonly count: number;
  /** Arena word of the barrier that they meet at. */
  readonly barrier: number;
  /** First of `threadWorkspaceWords` words. */
  readonly workspaces: number;
}

/** Words of the workspaces of all threads but the first, which has the plan's. */
export function threadWorkspaceWords({ workspace }: Plan, threads: number): number {
  return (threads - 1) * padded(workspace.words);
}

/** The workspace of a thread, as large as the plan's. */
export function threadWorkspace(
  { workspace: { place, words } }: Plan,
  workspaces: number,
  thread: number,
): Workspace {
  return { place: thread === 0 ? place : workspaces + (thread - 1) * padded(words), words };
}

/**
 * The programs have a barrier between two stages, none before the first and behind the last.
 * @throws as `assemble`
 */
export function assembleSplit(
  plan: Plan,
  runtime: KernelRuntime,
  { count, barrier, workspaces }: Threads,
  stages: readonly Stage[] = splitPlan(plan, count),
): number[][] {
  const assembler = new Assembler(plan, runtime);
  const wait = instructionsOf(runtime)('control.barrier', barrier, count);
  return Array.from({ length: count }, (_, thread) => {
    const workspace = threadWorkspace(plan, workspaces, thread);
    return stages.flatMap(({ kind, nodes }, index) => {
      const whole = thread === 0 ? nodes : [];
      const own = kind === 'whole' ? whole : nodes.slice(thread, thread + 1);
      const code = own.flatMap((node) => assembler.node(node, workspace));
      return index === 0 ? code : [...wait, ...code];
    });
  });
}
