/** Runs a captured graph as a plan, to compare with the same graph run kernel by kernel. */
import { expect } from 'vitest';
import type { NamedArrays, NamedFloats } from '../../src/base/index';
import type { Graph } from '../../src/core/compute/capture/graph';
import type { KernelRuntime } from '../../src/core/compute/kernelRuntime';
import { planGraph } from '../../src/core/compute/plan/plan';
import type { PlanOptions } from '../../src/core/compute/plan/plan';
import { createPlanRun } from '../../src/core/compute/plan/planRun';
import { RNG_PURPOSES } from '../../src/core/compute/rng';
import type { RngKey } from '../../src/core/compute/rng';
import { interpret } from './graphInterpreter';
import { kernelRuntimes } from './kernels';

/** What the plan of a graph gives after `times` runs over the same inputs. */
export function runPlan(
  graph: Graph,
  runtime: KernelRuntime,
  inputs: NamedArrays,
  key: RngKey,
  { times = 1, ...options }: PlanOptions & { readonly times?: number } = {},
): NamedFloats {
  const plan = planGraph(graph, options);
  const run = createPlanRun(plan, runtime);
  for (const [name, place] of Object.entries(run.inputs)) {
    if (place.length > 0) place.set(inputs[name]!.data);
  }
  run.key.set([key.seed, RNG_PURPOSES[key.purpose], key.step ?? 0, key.member ?? 0]);
  for (let time = 0; time < times; time++) run.run();
  return Object.fromEntries(
    Object.entries(run.outputs).map(([name, data]) => [
      name,
      { shape: plan.outputs[name]!.shape, data: data.slice() },
    ]),
  );
}

/** Largest difference, relative to the largest expected value or 1; infinite where NaN meets a number. */
export function largestDifference(got: Float32Array, expected: Float32Array): number {
  let scale = 1;
  let worst = 0;
  expected.forEach((value, i) => {
    if (Number.isFinite(value)) scale = Math.max(scale, Math.abs(value));
    const other = got[i]!;
    if (Object.is(value, other) || value === other) return;
    const difference = Math.abs(value - other);
    worst = Math.max(worst, Number.isNaN(difference) ? Infinity : difference);
  });
  return worst / scale;
}

/** Holds the plan of a graph on every set of kernels to the graph run call by call on tfjs. */
export function expectPlansLikeGraph(graph: Graph, inputs: NamedArrays, key: RngKey): void {
  const expected = interpret(graph, inputs, key);
  for (const runtime of kernelRuntimes) {
    const got = runPlan(graph, runtime, inputs, key);
    for (const [name, { data }] of Object.entries(expected)) {
      const where = `${name} on ${runtime.flavour} ${runtime.isa}`;
      expect(largestDifference(got[name]!.data, data), where).toBeLessThan(1e-6);
    }
  }
}
