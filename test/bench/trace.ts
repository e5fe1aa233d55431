/**
 * Times what a trace costs: the training of the README's example with and without one, in the default spacing and
 * with its files written. The two take turns step by step within one process, so that their ratio means something on
 * a busy machine; each round is a whole training of both.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import type { Device, Task, VeloTheta } from '../../src/core/index';
import {
  createRng,
  createSession,
  createTraceRecorder,
  createVelo,
  initTheta,
  releasedArchitecture,
  traceSchedule,
} from '../../src/core/index';
import { loadNativeKernels, loadWasmKernels } from '../../src/engine/devices/loadKernels';
import { createTask, loadWeights, pickDevice } from '../../src/engine/index';
import { openTrace } from '../../src/storage/traceWriter';

interface Case {
  readonly name: string;
  readonly device: Device;
  readonly theta: VeloTheta;
}

/** Of one whole training with and one without a trace. */
interface Round {
  /** Milliseconds of a step without a trace, median. */
  readonly step: number;
  /** Milliseconds by which a traced step took longer, median; the writing of the snapshot included. */
  readonly snapshot: number;
  /** Share of the training's time that the trace takes, by these medians and by the sums of all times. */
  readonly cost: number;
  readonly costOfSums: number;
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor((sorted.length - 1) / 2)] ?? NaN;
}

/** As large as the released VeLO, and with random weights whose steps are tiny. */
function largeTheta(): VeloTheta {
  const rng = createRng({ seed: 1, purpose: 'theta' });
  const theta = initTheta(releasedArchitecture(512, 256), rng);
  const stepSize = theta.tensors['rnn_params/step_size/w']?.data;
  stepSize?.set(stepSize.map((weight) => weight * 1e-4));
  return theta;
}

function round(task: Task, { device, theta }: Case, numSteps: number): Round {
  const { kernels } = device;
  const withKernels = kernels === undefined ? {} : { kernels };
  const optimizer = createVelo({ theta, numSteps });
  const open = () => createSession({ task, optimizer, seed: 0, ...withKernels });
  const [plain, traced] = [open(), open()];
  const folder = mkdtempSync(join(tmpdir(), 'velo-bench-'));
  const { hidden, bank } = theta.architecture;
  const tensors = task.params.map(({ name, shape }) => ({ name, shape: [...shape] }));
  const writer = openTrace(folder, { tensors, hidden, networks: bank }, 0);
  const schedule = traceSchedule({ numSteps, every: 'auto' });
  const recorder = createTraceRecorder({
    specs: task.params,
    schedule,
    recurrent: { hidden, networks: bank },
    ...withKernels,
  });
  const contenders = {
    plain: () => plain.advance(),
    traced: (step: number) => {
      traced.advance(recorder.probeAt(step));
      const snapshot = recorder.take(step);
      if (snapshot !== undefined) writer.append(snapshot);
    },
  };
  const times = { plain: new Float64Array(numSteps), traced: new Float64Array(numSteps) };
  for (let step = 0; step < numSteps; step++) {
    const order = step % 2 === 0 ? (['plain', 'traced'] as const) : (['traced', 'plain'] as const);
    for (const name of order) {
      const start = performance.now();
      contenders[name](step);
      times[name][step] = performance.now() - start;
    }
  }
  writer.close();
  plain.dispose();
  traced.dispose();
  rmSync(folder, { recursive: true });
  return judge(times, schedule, numSteps);
}

function judge(
  { plain, traced }: Readonly<Record<'plain' | 'traced', Float64Array>>,
  isTraced: (step: number) => boolean,
  numSteps: number,
): Round {
  const steps = [...plain.keys()].filter(isTraced);
  const step = median([...plain]);
  const snapshot = median(steps.map((at) => (traced[at] ?? NaN) - (plain[at] ?? NaN)));
  const sum = (values: Float64Array): number => values.reduce((total, value) => total + value, 0);
  return {
    step,
    snapshot,
    cost: (snapshot * steps.length) / (step * numSteps),
    costOfSums: sum(traced) / sum(plain) - 1,
  };
}

function print({ name }: Case, rounds: readonly Round[]): void {
  const of = (field: keyof Round): number => median(rounds.map((result) => result[field]));
  const percent = (share: number): string => (share * 100).toFixed(2).padStart(6);
  const costs = rounds.map(({ cost }) => cost);
  console.log(
    name.padEnd(34) +
      of('step').toFixed(2).padStart(8) +
      of('snapshot').toFixed(2).padStart(10) +
      `${percent(of('cost'))} %  (${percent(Math.min(...costs))} to${percent(Math.max(...costs))})` +
      `${percent(of('costOfSums'))} %`,
  );
}

async function main(args: readonly string[]): Promise<void> {
  const [kernelDirectory = '', , ...options] = args;
  const media = join(kernelDirectory, '..', '..', 'media');
  const option = (name: string, fallback: number): number => {
    const at = options.indexOf(name);
    return at < 0 ? fallback : Number(options[at + 1]);
  };
  const numSteps = option('--steps', 1000);
  const rounds = option('--rounds', 5);
  // The bundled weights are VeLO's.
  const small = loadWeights('velo-handmade-1', join(media, 'weights')).theta as VeloTheta;
  const dataDir = join(media, 'data');
  const taskConfig = {
    family: 'imageMlp',
    dataset: 'fashion-mnist',
    hidden: [128, 128],
    activation: 'relu',
    norm: 'none',
    dropout: 0,
    loss: 'crossEntropy',
    batchSize: 128,
    grey: false,
  } as const;
  const task = await createTask({ ...taskConfig, hidden: [128, 128] }, { seed: 0, dataDir });
  console.log(`${numSteps} steps, ${rounds} rounds; medians, in brackets the range of the rounds`);
  console.log(`${' '.repeat(33)}ms/step  ms/snapshot    cost                       of sums`);
  for (const [label, theta] of [
    ['velo-handmade-1', small],
    ['random theta 512/256', largeTheta()],
  ] as const) {
    for (const name of ['native', 'wasm'] as const) {
      const { device } = await pickDevice(name, {
        loadNative: () => loadNativeKernels(kernelDirectory),
        loadWasm: () => loadWasmKernels(kernelDirectory),
      });
      const one: Case = { name: `${label}, ${device.label}`, device, theta };
      const results = Array.from({ length: rounds }, () => round(task, one, numSteps));
      print(one, results);
    }
  }
}

main(process.argv.slice(2)).catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
