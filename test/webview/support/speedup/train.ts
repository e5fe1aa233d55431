/** Short real trainings for the speedup chart's recording: losses of every step, and what a step costs. */
import { join } from 'node:path';
import { createSession } from '../../../../src/core/index';
import type { KernelRuntime, TrainingSession } from '../../../../src/core/index';
import {
  createOptimizer,
  createTask,
  loadNativeKernels,
  pickDevice,
} from '../../../../src/engine/index';
import { checkRunConfig } from '../../../../src/protocol/index';

/** As in a configuration file. */
export interface TrainingRequest {
  readonly task: Readonly<Record<string, unknown>>;
  readonly optimizer: Readonly<Record<string, unknown>>;
  readonly numSteps: number;
  readonly seed: number;
}

export interface Trained {
  /** f32[numSteps]: before each update; NaN from where the training diverged. */
  readonly losses: Float32Array;
  readonly heldOut: readonly { readonly step: number; readonly loss: number }[];
  readonly secondsPerStep: number;
  readonly numParams: number;
  readonly summary: string;
}

const HELD_OUT_BATCHES = 2;

/** @param root  of the repository */
export async function train(root: string, request: TrainingRequest): Promise<Trained> {
  const { numSteps, seed } = request;
  const { config, problems } = checkRunConfig({ ...request });
  if (config === undefined) throw new Error(`record: ${problems[0].message}`);
  const task = await createTask(config.task, { seed, dataDir: join(root, 'media', 'data') });
  const { optimizer } = createOptimizer(config.optimizer, numSteps, join(root, 'media/weights'));
  const session = createSession({ task, optimizer, seed, kernels: await nativeKernels(root) });
  const numParams = task.params.reduce(
    (sum, { shape }) => sum + shape.reduce((product, size) => product * size, 1),
    0,
  );
  const { losses, heldOut, seconds } = runAll(session, numSteps);
  session.dispose();
  const done = losses.findIndex(Number.isNaN);
  const secondsPerStep = seconds / (done < 0 ? numSteps : Math.max(1, done));
  return { losses, heldOut, secondsPerStep, numParams, summary: task.summary };
}

function runAll(session: TrainingSession, numSteps: number) {
  const losses = new Float32Array(numSteps).fill(NaN);
  const heldOut: { step: number; loss: number }[] = [];
  const every = numSteps / 10;
  let seconds = 0;
  for (let step = 0; step < numSteps;) {
    if (step % every === 0)
      heldOut.push({ step, loss: session.evaluate('outerValid', HELD_OUT_BATCHES).loss });
    const startedAt = performance.now();
    const block = session.advanceBlock(Math.min(every - (step % every), session.blockSteps));
    seconds += (performance.now() - startedAt) / 1000;
    losses.set(block, step);
    step += block.length;
    if (!Number.isFinite(block.at(-1)!)) {
      losses.fill(NaN, step - 1);
      return { losses, heldOut, seconds };
    }
  }
  heldOut.push({ step: numSteps, loss: session.evaluate('outerValid', HELD_OUT_BATCHES).loss });
  return { losses, heldOut, seconds };
}

let kernels: KernelRuntime | undefined;

async function nativeKernels(root: string): Promise<KernelRuntime> {
  if (kernels !== undefined) return kernels;
  // A task's loss is taken down by tfjs, on whichever backend.
  await pickDevice('cpu');
  const loaded = loadNativeKernels(join(root, 'dist', 'kernels'));
  if (loaded.runtime === undefined) throw new Error(`record: ${loaded.reason}`);
  return (kernels = loaded.runtime);
}
