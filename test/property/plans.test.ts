/**
 * Random programs give as plans what they give kernel by kernel. VELO_FUZZ_SECONDS makes the search go on for so long,
 * with a seed of its own for each round.
 */
import fc from 'fast-check';
import { beforeAll, describe, it } from 'vitest';
import type { NamedArrays } from '../../src/base/index';
import type { Graph } from '../../src/core/compute/capture/graph';
import type { KernelRuntime } from '../../src/core/compute/kernelRuntime';
import type { RngKey } from '../../src/core/compute/rng';
import { interpret } from '../support/graphInterpreter';
import { kernelRuntimes } from '../support/kernels';
import { largestDifference, runPlan } from '../support/planCheck';
import { gradientInputs, gradientOf, programOf, programs } from '../support/randomPrograms/sketch';
import type { Sketch } from '../support/randomPrograms/sketch';
import { useBackend } from '../support/tfBackends';

const KEY: RngKey = { seed: 9, purpose: 'dropout', step: 4 };
/** Relative to the largest number of an array, or a hundredth: values are near 1, derivatives of means are smaller. */
const TOLERANCE = 1e-4;
const LEAST_SCALE = 0.01;
const RUNS = 150;
const SECONDS = Number(process.env['VELO_FUZZ_SECONDS'] ?? 0);

let worst = 0;
let count = 0;

beforeAll(() => useBackend('cpu'));

describe(
  'a random program gives as a plan what its kernel calls give',
  { timeout: 120_000 + 2000 * SECONDS },
  () => {
    it('with any outputs, some in the place of inputs', () => {
      search((sketch) => {
        const { graph, inputs, replaces } = programOf(sketch);
        check(graph, inputs, replaces);
      });
    });

    it('and its gradient too', () => {
      search((sketch) => {
        const graph = gradientOf(sketch);
        if (graph !== undefined) check(graph, gradientInputs(sketch), {});
      });
    });
  },
);

function search(property: (sketch: Sketch) => void): void {
  if (SECONDS === 0) {
    fc.assert(fc.property(programs, property), { numRuns: RUNS, seed: 1 });
    return;
  }
  const end = Date.now() + (SECONDS * 1000) / 2;
  for (let seed = Date.now() % 1e9; Date.now() < end; seed++) {
    const details = fc.check(fc.property(programs, property), { numRuns: RUNS, seed });
    console.log(`seed ${seed}, ${count} programs, worst difference ${worst.toExponential(1)}`);
    if (details.failed)
      throw new Error(fc.defaultReportMessage(details), { cause: details.errorInstance });
  }
}

function relativeDifference(got: Float32Array, expected: Float32Array): number {
  const largest = expected.reduce((most, value) => Math.max(most, Math.abs(value)), LEAST_SCALE);
  const scaled = (values: Float32Array): Float32Array => values.map((value) => value / largest);
  return largestDifference(scaled(got), scaled(expected));
}

/** WebAssembly and one of the native builds, each in its turn. */
function runtimesOf(turn: number): KernelRuntime[] {
  const [wasm, ...native] = kernelRuntimes;
  return [wasm!, ...native.slice(turn % Math.max(1, native.length)).slice(0, 1)];
}

function check(graph: Graph, inputs: NamedArrays, replaces: Record<string, string>): void {
  const expected = interpret(graph, inputs, KEY);
  // What overwrites its inputs gives something else the second time.
  const times = Object.keys(replaces).length > 0 ? 1 : 2;
  count++;
  for (const runtime of runtimesOf(count)) {
    const got = runPlan(graph, runtime, inputs, KEY, { times, replaces });
    for (const [name, { data }] of Object.entries(expected)) {
      const difference = relativeDifference(got[name]!.data, data);
      if (difference < TOLERANCE) {
        worst = Math.max(worst, difference);
        continue;
      }
      const calls = graph.nodes.map(({ op, outputs }) => `${op}→${outputs.join()}`).join(' ');
      throw new Error(
        `${name} differs by ${difference} on ${runtime.flavour} ${runtime.isa}; ${calls}; ` +
          `replaces ${JSON.stringify(replaces)}`,
      );
    }
  }
}
