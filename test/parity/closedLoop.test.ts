/** 100 steps of a real training, each implementation on its own: small differences must stay small. */
import { beforeAll, describe, expect, it } from 'vitest';
import type { NamedFloats } from '../../src/base/index';
import {
  createImageMlp,
  createOptimizer,
  createSession,
  createLearnedOptimizer,
  type KernelRuntime,
  type Optimizer,
  type Task,
} from '../../src/core/index';
import { loadImageDataset, loadWeights } from '../../src/engine/index';
import { kernelRuntimes } from '../support/kernels';
import { type TfBackend, useBackend } from '../support/tfBackends';
import { CLOSED_LOOP_LOSS, CLOSED_LOOP_PATH } from './tolerances';

const STEPS = 100;
const FEW_STEPS = 30;
const SEED = 3;

interface Training {
  readonly losses: readonly number[];
  readonly start: NamedFloats;
  readonly params: NamedFloats;
}

interface Setting {
  readonly backend: TfBackend;
  readonly kernels?: KernelRuntime;
}

const settings: Readonly<Record<string, Setting>> = {
  'the reference on tfjs-wasm': { backend: 'wasm' },
  ...Object.fromEntries(
    kernelRuntimes.map((kernels) => [
      `the kernels (${kernels.flavour} ${kernels.isa}) with gradients of tfjs-wasm`,
      { backend: 'wasm', kernels } satisfies Setting,
    ]),
  ),
};

let task: Task;
let expected: Training;

beforeAll(async () => {
  const dataset = await loadImageDataset('digits8', { dataDir: 'media/data' });
  task = createImageMlp({ dataset, hidden: [32], activation: 'relu', batchSize: 64, seed: SEED });
  expected = await train({ backend: 'cpu' }, velo());
});

const velo = (): Optimizer => {
  const { theta } = loadWeights('velo-handmade-1', 'media/weights');
  return createLearnedOptimizer({ theta, numSteps: STEPS });
};
const adam = (): Optimizer => createOptimizer({ name: 'adam' }, { numSteps: STEPS });

describe('VeLO trained on digits for 100 steps', () => {
  it.each(Object.keys(settings))(
    'ends where the reference on tfjs-cpu ends with %s',
    async (title) => {
      const got = await train(settings[title]!, velo());
      expect(expected.losses.at(-1)).toBeLessThan(0.6 * expected.losses[0]!);
      expectClose(got, expected);
    },
  );

  it.each(Object.keys(settings))('gives the same bits twice with %s', async (title) => {
    const first = await train(settings[title]!, velo(), FEW_STEPS);
    const second = await train(settings[title]!, velo(), FEW_STEPS);
    expect(second.losses).toEqual(first.losses);
    expect(second.params).toEqual(first.params);
  });
});

describe('Adam trained on digits for 100 steps', () => {
  it('ends on tfjs-wasm where it ends on tfjs-cpu', async () => {
    expectClose(await train({ backend: 'wasm' }, adam()), await train({ backend: 'cpu' }, adam()));
  });
});

async function train(
  { backend, kernels }: Setting,
  optimizer: Optimizer,
  steps = STEPS,
): Promise<Training> {
  await useBackend(backend);
  const session = createSession({
    task,
    optimizer,
    seed: SEED,
    ...(kernels === undefined ? {} : { kernels }),
  });
  const start = session.readParams();
  const losses = Array.from({ length: steps }, () => session.advance());
  const params = session.readParams();
  session.dispose();
  return { losses, start, params };
}

function expectClose(got: Training, expected: Training): void {
  got.losses.forEach((loss, step) => {
    const reference = expected.losses[step]!;
    expect(Math.abs(loss / reference - 1), `loss at step ${step}`).toBeLessThan(CLOSED_LOOP_LOSS);
  });
  for (const [name, { data }] of Object.entries(expected.params)) {
    const moved = largestDifference(data, expected.start[name]!.data);
    const apart = largestDifference(data, got.params[name]!.data);
    expect(apart, `parameter ${name}`).toBeLessThan(CLOSED_LOOP_PATH * moved);
  }
}

function largestDifference(a: Float32Array, b: Float32Array): number {
  return a.reduce((most, value, i) => Math.max(most, Math.abs(value - b[i]!)), 0);
}
