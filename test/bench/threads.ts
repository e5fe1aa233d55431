/**
 * Times trainings on several threads against one thread, which computes the same bits: the reference workloads with SGD
 * and with VeLO, on native kernels and on WebAssembly. `--only NAME`, `--threads N`, `--rounds N`, `--json`.
 */
import { availableParallelism } from 'node:os';
import type { KernelRuntime, Optimizer } from '../../src/core/index';
import { createOptimizer, createSession, createVelo } from '../../src/core/index';
import { openCrewKernels } from '../../src/engine/devices/crewKernels';
import { loadNativeKernels, loadWasmKernels } from '../../src/engine/devices/loadKernels';
import { activateWasm } from '../../src/engine/devices/tfjsBackends';
import { idleTheta } from './idleTheta';
import { contest } from './contest';
import type { Contender } from './contest';
import { WORKLOADS } from './workloads';
import type { Workload } from './workloads';

const NUM_STEPS = 1_000_000;
const STEPS = 8;
const OPTIMIZERS: Readonly<Record<string, () => Optimizer>> = {
  SGD: () =>
    createOptimizer({ name: 'sgd', options: { learningRate: 1e-6 } }, { numSteps: NUM_STEPS }),
  'VeLO 512/256': velo,
};

function velo(): Optimizer {
  return createVelo({ theta: idleTheta(512, 256), numSteps: NUM_STEPS });
}

function contender(workload: Workload, optimizer: Optimizer, kernels: KernelRuntime): Contender {
  const session = createSession({ task: workload.task, optimizer, seed: 0, kernels });
  return {
    name: `${kernels.flavour} ${kernels.isa}, ${kernels.threads ?? 1} threads`,
    units: STEPS,
    run: () => {
      const losses = session.advanceBlock(STEPS);
      if (!Number.isFinite(losses.at(-1))) throw new Error(`${workload.name} has diverged`);
    },
  };
}

async function main([directory = '', , ...options]: string[]): Promise<void> {
  const valueOf = (flag: string): string | undefined =>
    options.includes(flag) ? options[options.indexOf(flag) + 1] : undefined;
  const rounds = Number(valueOf('--rounds') ?? 11);
  const threads = Number(valueOf('--threads') ?? availableParallelism());
  const only = valueOf('--only');
  await activateWasm();
  const alone = [loadNativeKernels(directory), loadWasmKernels(directory)].flatMap(
    ({ runtime }) => runtime ?? [],
  );
  const pairs: (readonly [KernelRuntime, KernelRuntime])[] = [];
  for (const one of alone) pairs.push([one, await openCrewKernels(one, threads)]);
  for (const workload of WORKLOADS) {
    if (only !== undefined && workload.name !== only) continue;
    for (const [name, make] of Object.entries(OPTIMIZERS)) {
      for (const pair of pairs) {
        const contenders = pair.map((kernels) => contender(workload, make(), kernels));
        const [one, many] = contest(contenders, rounds);
        const row = { name: `${workload.name}, ${name}`, kernels: one!.name, one, many };
        if (options.includes('--json')) console.log(JSON.stringify(row));
        else
          console.log(
            `${row.name.padEnd(24)} ${many!.name.padEnd(26)} ${(one!.median / many!.median).toFixed(2)} x` +
              `  (${one!.median.toFixed(3)} ms and ${many!.median.toFixed(3)} ms)`,
          );
      }
    }
  }
  for (const [, crew] of pairs) crew.close?.();
}

void main(process.argv.slice(2));
