/** A plan gives the same bits each time, in a fresh arena too. */
import { beforeAll, describe, expect, it } from 'vitest';
import { captureGradients } from '../../../../../src/core/compute/capture/capture';
import type { KernelRuntime } from '../../../../../src/core/compute/kernelRuntime';
import { unsupportedCalls } from '../../../../../src/core/compute/plan/lower';
import { planGraph } from '../../../../../src/core/compute/plan/plan';
import type { Plan } from '../../../../../src/core/compute/plan/plan';
import { createPlanRun } from '../../../../../src/core/compute/plan/planRun';
import type { PlanRun } from '../../../../../src/core/compute/plan/planRun';
import { kernelRuntimes } from '../../../../support/kernels';
import { MODELS, randomInputs } from '../../../../support/models';
import type { Model } from '../../../../support/models';
import { largestDifference } from '../../../../support/planCheck';
import { useBackend } from '../../../../support/tfBackends';

/** Between the kernels of two runtimes, relative to the largest number of an array or 1. */
const TOLERANCE = 1e-5;

type Outputs = Readonly<Record<string, Float32Array>>;

beforeAll(() => useBackend('cpu'));

describe('a plan gives the same each time', () => {
  it.each(MODELS.map((model) => [model.name, model] as const))('%s', (_, model) => {
    model.prepare?.();
    const graph = captureGradients(model.loss, model.params, model.batch);
    if (unsupportedCalls(graph).length > 0) return;
    const plan = planGraph(graph);
    const [reference, ...others] = kernelRuntimes.map((runtime) => bitsOf(plan, runtime, model));
    for (const other of others) {
      for (const [name, data] of Object.entries(reference!)) {
        expect(largestDifference(other[name]!, data), name).toBeLessThan(TOLERANCE);
      }
    }
  });
});

/** What a runtime gives, after a check that it gives it again and again. */
function bitsOf(plan: Plan, runtime: KernelRuntime, model: Model): Outputs {
  const run = started(plan, runtime, model);
  run.run();
  const first = copied(run);
  for (let time = 0; time < 2; time++) run.run();
  expectSameBits(copied(run), first);
  const fresh = started(plan, runtime, model);
  fresh.run();
  expectSameBits(copied(fresh), first);
  return first;
}

function expectSameBits(got: Outputs, expected: Outputs): void {
  for (const [name, data] of Object.entries(expected)) {
    expect(Buffer.compare(Buffer.from(got[name]!.buffer), Buffer.from(data.buffer)), name).toBe(0);
  }
}

function started(plan: Plan, runtime: KernelRuntime, model: Model): PlanRun {
  const run = createPlanRun(plan, runtime);
  const { params, batch } = randomInputs(model, 3);
  for (const [name, { data }] of Object.entries(params)) run.inputs[`params/${name}`]!.set(data);
  for (const [name, { data }] of Object.entries(batch)) run.inputs[`batch/${name}`]!.set(data);
  run.key.set([3, 1, 4, 0]);
  return run;
}

function copied({ outputs }: PlanRun): Outputs {
  return Object.fromEntries(Object.entries(outputs).map(([name, data]) => [name, data.slice()]));
}
