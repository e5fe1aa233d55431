/** Commands that act on runs in progress: pause, continue, step, stop, resume, and stop all. */
import { window } from 'vscode';
import { isLive } from '../../protocol/live/index';
import type { RunRef } from '../runs/runStore';
import type { Services } from '../services';

/** One command for several runs acts on those it fits; one run is always asked, so that its refusal is told. */
export async function controlRuns(
  services: Services,
  refs: readonly RunRef[],
  action: 'pause' | 'continue' | 'step' | 'stop',
): Promise<void> {
  const fitting = refs.length === 1 ? refs : refs.filter((ref) => fits(services, ref, action));
  for (const { root, runId } of fitting)
    await services.engines.get(root).request('run.control', { runId, action });
}

function fits({ runs }: Services, ref: RunRef, action: string): boolean {
  const entry = runs.get(ref)?.entry;
  if (entry?.owner !== 'engine') return false;
  if (action === 'pause') return entry.state === 'running';
  if (action === 'stop') return isLive(entry.state);
  return entry.state === 'paused';
}

/** Takes runs up again from their newest checkpoints. */
export async function resumeRuns(services: Services, refs: readonly RunRef[]): Promise<void> {
  const isResumable = (ref: RunRef): boolean => services.runs.get(ref)?.entry.canResume === true;
  for (const { root, runId } of refs.length === 1 ? refs : refs.filter(isResumable))
    await services.engines.get(root).request('run.resume', { runId });
}

const SHOWN_MS = 5000;

/** Stops every job of every folder and ends the engines, also those that this window has not met yet. */
export async function stopAll({ engines }: Services): Promise<void> {
  let total = 0;
  for (const root of engines.roots) {
    const engine = engines.get(root);
    if (!(await engine.attach())) continue;
    const { stopped } = await engine.request('jobs.stopAll', {}, { timeoutMs: 60_000 });
    total += stopped;
  }
  const text =
    total === 0
      ? 'VeLO: nothing was running'
      : `VeLO: stopped ${total === 1 ? '1 job' : `${total} jobs`}; resume goes on from what is on the disk`;
  window.setStatusBarMessage(text, SHOWN_MS);
}
