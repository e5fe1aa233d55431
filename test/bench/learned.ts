/**
 * Times whole steps of learned optimizers that apply a network to each element: with the kernels for such networks
 * against the same update captured operation by operation, in turns within one process, on the widest native kernels and
 * on WebAssembly. `--only NAME` of a workload, `--kind NAME`, `--rounds N`, `--json`.
 */
import type { KernelRuntime, Optimizer, Task } from '../../src/core/index';
import { createRng, createSession, initTheta } from '../../src/core/index';
import { joiningCalls } from '../../src/core/compute/capture/graphCalls';
import { createArchitecture } from '../../src/core/optimizers/learned/registry';
import { createLearnedOptimizer } from '../../src/core/optimizers/learned/theta';
import type { OptimizerTheta } from '../../src/core/optimizers/optimizer';
import { activateCpu } from '../../src/engine/devices/tfjsBackends';
import { contest, runtimesIn } from './contest';
import type { Contender, Timing } from './contest';
import { mlp64, mlp784 } from './workloads';

/** Steps that are too small to diverge. */
const TINY = { stepScale: 1e-9 };
const KINDS: readonly (readonly [string, Readonly<Record<string, unknown>>])[] = [
  ['adafacMlp', TINY],
  ['adafacMlp', { ...TINY, hidden: 32 }],
  ['adafacNominal', TINY],
  ['mlpLopt', TINY],
  ['celo2', { learningRate: 1e-9, orthogonal: false }],
  ['celo2', { learningRate: 1e-9 }],
  ['rnnMlp', TINY],
];
const NUM_STEPS = 1_000_000;
/** Steps of a call where they are short. */
const MOST_STEPS = 16;
/** Shortest time of a turn: short, so that some turns are nobody else's on a busy machine. */
const TURN_MS = 3;

function optimizerOf(kind: string, options: Readonly<Record<string, unknown>>): Optimizer {
  const architecture = createArchitecture(kind, options);
  const theta = initTheta(architecture, createRng({ seed: 1, purpose: 'theta' }));
  return createLearnedOptimizer({ theta, numSteps: NUM_STEPS });
}

/** The same captured operation by operation. */
function byOperations(optimizer: Optimizer & { readonly theta: OptimizerTheta }): Optimizer {
  const { theta } = optimizer;
  return {
    ...optimizer,
    theta: {
      ...theta,
      with: (weights) => {
        const weighted = theta.with(weights);
        return {
          ...weighted,
          update: (input) => joiningCalls(false, () => weighted.update(input)),
        };
      },
    },
  };
}

function contender(
  name: string,
  task: Task,
  optimizer: Optimizer,
  kernels: KernelRuntime,
): Contender {
  const session = createSession({ task, optimizer, seed: 0, kernels });
  if (!session.compiled) throw new Error(`${task.name} was not compiled`);
  const steps = Math.min(session.blockSteps, MOST_STEPS);
  return {
    name,
    units: steps,
    run: () => {
      const loss = session.advanceBlock(steps).at(-1);
      if (loss === undefined || !Number.isFinite(loss)) throw new Error(`${name} has diverged`);
    },
  };
}

function timingsOf(
  task: Task,
  [kind, options]: (typeof KINDS)[number],
  kernels: KernelRuntime,
  rounds: number,
): readonly Timing[] {
  const optimizer = optimizerOf(kind, options);
  const { theta } = optimizer;
  if (theta === undefined) throw new Error(`${kind} has no theta`);
  const contenders = [
    contender('operations', task, byOperations({ ...optimizer, theta }), kernels),
    contender('kernels', task, optimizer, kernels),
  ];
  return contest(contenders, rounds, TURN_MS);
}

function print(name: string, [operations, kernels]: readonly Timing[]): void {
  const us = (ms: number): string => `${(ms * 1000).toFixed(1)} us`.padStart(11);
  const [a, b] = [operations!, kernels!];
  const ratios = [a.median / b.median, a.best / b.best].map((ratio) => ratio.toFixed(2));
  console.log(
    `${name.padEnd(60)}${us(a.median)} ->${us(b.median)}  ${ratios[0]!} x  (best ${ratios[1]!} x)`,
  );
}

async function main([directory = '', , ...options]: string[]): Promise<void> {
  const valueOf = (flag: string): string | undefined =>
    options.includes(flag) ? options[options.indexOf(flag) + 1] : undefined;
  const rounds = Number(valueOf('--rounds') ?? 41);
  await activateCpu();
  const [widest, ...others] = runtimesIn(directory);
  const wasm = others.filter(({ isa }) => isa === 'simd128');
  const workloads = [mlp64, mlp784].filter(({ name }) => name === (valueOf('--only') ?? name));
  const kinds = KINDS.filter(([kind]) => kind === (valueOf('--kind') ?? kind));
  for (const { name, task } of workloads) {
    for (const kind of kinds) {
      for (const kernels of [widest!, ...wasm]) {
        const timings = timingsOf(task, kind, kernels, rounds);
        const title = `${name}, ${kind[0]} ${JSON.stringify(kind[1])}, ${kernels.isa}`;
        if (options.includes('--json')) console.log(JSON.stringify({ name: title, timings }));
        else print(title, timings);
      }
    }
  }
}

void main(process.argv.slice(2));
