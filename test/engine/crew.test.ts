/** Trainings on several threads have the bits of one thread. */
import { join } from 'node:path';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import {
  createImageMlp,
  createLearnedOptimizer,
  createOptimizer,
  createQuadratic,
  createSession,
  createVelo,
  orthogonalStart,
  plainTheta,
} from '../../src/core/index';
import type {
  ImageDataset,
  KernelRuntime,
  Optimizer,
  Task,
  TrainingSession,
} from '../../src/core/index';
import { loadImageDataset, loadNativeKernels } from '../../src/engine/index';
import { openCrewKernels } from '../../src/engine/devices/crewKernels';
import type { CrewKind } from '../../src/engine/devices/crewKernels';
import { loadWasmKernels } from '../../src/engine/devices/loadKernels';
import { activateWasm } from '../../src/engine/devices/tfjsBackends';
import { openOnThreads } from '../../src/engine/jobs/chooseThreads';
import { bundleOf } from '../support/bundles';
import { ROOT } from './trainingSupport';

const RUNTIMES = [
  loadWasmKernels(),
  ...['avx512', 'avx2', 'sse4', 'neon'].map((isa) => loadNativeKernels(undefined, isa)),
].flatMap(({ runtime }) => runtime ?? []);
/** The fastest that there is. */
const runtime = RUNTIMES[1] ?? RUNTIMES[0]!;

let script: string;
let digits: ImageDataset;
const open: { close?(): void }[] = [];

beforeAll(async () => {
  await activateWasm();
  script = await bundleOf('src/engine/workers/main.ts', 'engineWorker.cjs');
  digits = await loadImageDataset('digits8', { dataDir: join(ROOT, 'media', 'data') });
});

afterEach(() => {
  for (const one of open.splice(0)) one.close?.();
});

async function crewOf(kind: KernelRuntime, threads: number): Promise<KernelRuntime> {
  const crew = await openCrewKernels(kind, threads, script);
  open.push(crew);
  return crew;
}

/** Its first layer is more than a thread's part of all. */
function wideMlp(): Task {
  return createImageMlp({
    dataset: digits,
    hidden: [400, 24],
    activation: 'tanh',
    batchSize: 96,
    seed: 1,
  });
}

const OPTIMIZERS: Readonly<Record<string, () => Optimizer>> = {
  adam: () => createOptimizer({ name: 'adam', options: { learningRate: 1e-3 } }, { numSteps: 99 }),
  sophiaH: () =>
    createOptimizer({ name: 'sophiaH', options: { updateEvery: 4 } }, { numSteps: 99 }),
  orthoVelo: () => {
    const { architecture, tensors } = plainTheta({ hidden: 9, bank: 2, peak: 0.5 });
    return createLearnedOptimizer({ theta: orthogonalStart(architecture, tensors), numSteps: 99 });
  },
  velo: () => createVelo({ theta: plainTheta({ hidden: 96, bank: 24, peak: 0.5 }), numSteps: 99 }),
};

function losses(session: TrainingSession, steps: number): number[] {
  const all: number[] = [];
  while (all.length < steps) all.push(...session.advanceBlock(Math.min(7, steps - all.length)));
  return all;
}

describe('a training on several threads', () => {
  describe.each(RUNTIMES)('of $flavour $isa', (one) => {
    it.each(Object.keys(OPTIMIZERS))('has the bits of one with %s', async (name) => {
      const options = { task: wideMlp(), seed: 3, weightDecay: 0.01 };
      const alone = createSession({ ...options, optimizer: OPTIMIZERS[name]!(), kernels: one });
      const expected = losses(alone, 30);
      for (const threads of [2, 3]) {
        const kernels = await crewOf(one, threads);
        const session = createSession({ ...options, optimizer: OPTIMIZERS[name]!(), kernels });
        expect(losses(session, 30)).toEqual(expected);
        expect(session.exportSnapshot()).toEqual(alone.exportSnapshot());
        expect(session.advance()).toBe(createNext(alone));
      }
    });
  });

  /** The next loss, without going on. */
  function createNext(session: TrainingSession): number {
    const snapshot = session.exportSnapshot();
    const loss = session.advance();
    session.importSnapshot(snapshot);
    return loss;
  }

  it('stops at a loss that is not finite, on all of them', async () => {
    const options = {
      task: createQuadratic({ dimension: 40, condition: 9, seed: 0 }),
      optimizer: createOptimizer({ name: 'sgd', options: { learningRate: 1e12 } }, { numSteps: 9 }),
      seed: 0,
    };
    const alone = createSession({ ...options, kernels: runtime });
    const session = createSession({ ...options, kernels: await crewOf(runtime, 2) });
    const expected = losses(alone, 9);
    expect(expected.some((loss) => !Number.isFinite(loss))).toBe(true);
    expect(losses(session, 9).slice(0, alone.step)).toEqual(expected.slice(0, alone.step));
    expect(session.step).toBe(alone.step);
    session.importSnapshot({ ...alone.exportSnapshot(), step: 0 });
    expect(session.advanceBlock(1).length).toBe(1);
  });

  it('holds several arenas', async () => {
    const kernels = await crewOf(runtime, 2);
    const [first, second] = [1, 2].map((seed) =>
      createSession({ task: wideMlp(), optimizer: OPTIMIZERS['adam']!(), seed, kernels }),
    );
    const mixed = [losses(first!, 7), losses(second!, 7), losses(first!, 7), losses(second!, 7)];
    const alone = [1, 2].map((seed) =>
      createSession({ task: wideMlp(), optimizer: OPTIMIZERS['adam']!(), seed, kernels: runtime }),
    );
    expect([...mixed[0]!, ...mixed[2]!]).toEqual(losses(alone[0]!, 14));
    expect([...mixed[1]!, ...mixed[3]!]).toEqual(losses(alone[1]!, 14));
  });
});

describe('the choice of threads', () => {
  const options = { optimizer: OPTIMIZERS['adam']!(), seed: 3 };
  const trial = {
    kernels: runtime,
    open: (kernels: KernelRuntime) => createSession({ ...options, task: wideMlp(), kernels }),
    openKernels: (kind: CrewKind, threads: number) => openCrewKernels(kind, threads, script),
  };

  it('leaves the training where it is and its numbers as they are', async () => {
    const expected = losses(trial.open(runtime), 14);
    for (const choice of [1, 2, 'auto'] as const) {
      const { session, why } = await openOnThreads({ ...trial, choice, numSteps: 1e9 });
      expect(session.step).toBe(0);
      expect(losses(session, 14)).toEqual(expected);
      session.dispose();
      if (choice === 2) expect(why).toBe('2 threads, as asked for');
      if (choice === 1) expect(why).toBeUndefined();
    }
  });

  it('tries nothing for short trainings, and does without threads that cannot be had', async () => {
    const never = (): never => {
      throw new Error('no more threads');
    };
    const short = await openOnThreads({
      ...trial,
      choice: 'auto',
      numSteps: 5,
      openKernels: never,
    });
    expect(short.why).toBeUndefined();
    const without = await openOnThreads({ ...trial, choice: 2, numSteps: 5, openKernels: never });
    expect(without.why).toBe('one thread: others cannot be started (no more threads)');
    expect(losses(without.session, 3)).toHaveLength(3);
  });
});
