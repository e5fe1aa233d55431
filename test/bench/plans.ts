/**
 * Times the reference workloads through capture and plan, on every set of kernels that this machine has, against the
 * same losses run operation by operation by tfjs on WebAssembly and in JavaScript: gradient with an SGD step, and the whole step with
 * VeLO. `--only NAME`, `--rounds N`, `--json`.
 */
import * as tf from '@tensorflow/tfjs-core';
import { setWasmPaths } from '@tensorflow/tfjs-backend-wasm';
import type { KernelRuntime, Optimizer } from '../../src/core/index';
import { createOptimizer, createSession, createVelo } from '../../src/core/index';
import { activateCpu } from '../../src/engine/devices/tfjsBackends';
import { idleTheta } from './idleTheta';
import { contest, runtimesIn } from './contest';
import type { Contender, Timing } from './contest';
import { WORKLOADS } from './workloads';
import type { Workload } from './workloads';

interface Row {
  readonly name: string;
  readonly timings: readonly Timing[];
}

const NUM_STEPS = 1_000_000;
/** Steps of a call where they are short. */
const MOST_STEPS = 64;

/** Backends of tfjs. */
const PEERS = ['wasm', 'cpu'];

function velo(hidden: number, bank: number): Optimizer {
  return createVelo({ theta: idleTheta(hidden, bank), numSteps: NUM_STEPS });
}

/** Tiny steps, so that a long bench does not diverge. */
function sgd(): Optimizer {
  return createOptimizer({ name: 'sgd', options: { learningRate: 1e-6 } }, { numSteps: NUM_STEPS });
}

function compiled(workload: Workload, optimizer: Optimizer, kernels: KernelRuntime): Contender {
  const session = createSession({ task: workload.task, optimizer, seed: 0, kernels });
  if (!session.compiled) throw new Error(`${workload.name} was not compiled`);
  const steps = Math.min(session.blockSteps, MOST_STEPS);
  return {
    name: `${kernels.flavour} ${kernels.isa}`,
    units: steps,
    run: () => {
      requireFinite(session.advanceBlock(steps).at(-1), workload);
    },
  };
}

function requireFinite(loss: number | undefined, { name }: Workload): void {
  if (loss === undefined || !Number.isFinite(loss)) throw new Error(`${name} has diverged`);
}

function eager(workload: Workload, optimizer: Optimizer, backend: string): Contender {
  activate(backend);
  const session = createSession({ task: workload.task, optimizer, seed: 0 });
  return {
    name: `tfjs-${backend}`,
    run: () => {
      activate(backend);
      requireFinite(session.advance(), workload);
    },
  };
}

/** Both backends have been started, so that the change is made at once. */
function activate(backend: string): void {
  void tf.setBackend(backend);
}

function rowsOf(workload: Workload, kernels: readonly KernelRuntime[], rounds: number): Row[] {
  const optimizers = [
    { name: 'gradient + SGD', make: sgd, eager: workload.runsOnTfjsWasm },
    { name: 'step with VeLO 512/256', make: () => velo(512, 256), eager: false },
    { name: 'step with VeLO 64/32', make: () => velo(64, 32), eager: false },
  ];
  return optimizers.map(({ name, make, eager: hasPeer }) => {
    const contenders = [
      ...kernels.map((runtime) => compiled(workload, make(), runtime)),
      ...(hasPeer ? PEERS.map((backend) => eager(workload, make(), backend)) : []),
    ];
    return { name: `${workload.name}, ${name}`, timings: contest(contenders, rounds) };
  });
}

function print({ name, timings }: Row): void {
  console.log(`\n${name}`);
  const peer = timings.find((timing) => timing.name === 'tfjs-wasm');
  for (const timing of timings) {
    const [median, low, high] = [timing.median, timing.low, timing.high].map((ms) =>
      ms < 1 ? `${(ms * 1000).toFixed(1)} us` : `${ms.toFixed(2)} ms`,
    );
    const ratio = peer === undefined ? '' : `  ${(peer.median / timing.median).toFixed(1)} x`;
    console.log(`  ${timing.name.padEnd(16)} ${median!.padStart(9)}  (${low} to ${high})${ratio}`);
  }
}

async function main([kernelDirectory = '', tfjsWasm = '', ...options]: string[]): Promise<void> {
  const valueOf = (flag: string): string | undefined =>
    options.includes(flag) ? options[options.indexOf(flag) + 1] : undefined;
  const rounds = Number(valueOf('--rounds') ?? 15);
  const only = valueOf('--only');
  tf.env().set('PROD', true);
  setWasmPaths(tfjsWasm);
  await activateCpu();
  await tf.setBackend('wasm');
  const kernels = runtimesIn(kernelDirectory);
  for (const workload of WORKLOADS) {
    if (only !== undefined && workload.name !== only) continue;
    for (const row of rowsOf(workload, kernels, rounds)) {
      if (options.includes('--json')) console.log(JSON.stringify(row));
      else print(row);
    }
  }
}

void main(process.argv.slice(2));
