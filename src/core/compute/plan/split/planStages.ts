/** Writes a plan's step out for several threads. */
import type { KernelRuntime } from '../../kernelRuntime';
import { alone } from '../../stages';
import type { Stage } from '../../stages';
import { padded } from '../arena';
import { Assembler } from '../assemble';
import type { Workspace } from '../assemble';
import type { Plan } from '../plan';
import { splitNode } from './splitNode';

export interface Threads {
  readonly count: number;
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
 * A stage for each node: its parts, one for each thread from the first on, or all of it for the first thread.
 * @param split  how a node is cut
 * @throws as `assemble`
 */
export function planStages(
  plan: Plan,
  runtime: KernelRuntime,
  { count, workspaces }: Threads,
  split = splitNode,
): Stage[] {
  const assembler = new Assembler(plan, runtime);
  return plan.step.map((node) => {
    const parts = split(node, count);
    if (parts === undefined) return alone(assembler.node(node));
    return parts.map((part, thread) =>
      assembler.node(part, threadWorkspace(plan, workspaces, thread)),
    );
  });
}
