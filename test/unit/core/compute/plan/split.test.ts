/** Nodes of plans cut into parts: these give the bits that the whole gives, and keep out of each other's way. */
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import type { NamedArrays } from '../../../../../src/base/index';
import { captureGradients } from '../../../../../src/core/compute/capture/capture';
import { unsupportedCalls } from '../../../../../src/core/compute/plan/lower';
import type { KernelNode } from '../../../../../src/core/compute/plan/nodes';
import { planGraph } from '../../../../../src/core/compute/plan/plan';
import type { Plan } from '../../../../../src/core/compute/plan/plan';
import { splitInto, splitNode } from '../../../../../src/core/compute/plan/split/splitNode';
import { createRng } from '../../../../../src/core/compute/rng';
import { gradientGraph } from '../../../../../src/core/training/plans/stepGraphs';
import { WORKLOADS } from '../../../../bench/workloads';
import type { Workload } from '../../../../bench/workloads';
import { kernelRuntimes } from '../../../../support/kernels';
import { MODELS, randomInputs } from '../../../../support/models';
import type { Model } from '../../../../support/models';
import {
  gradientInputs,
  gradientOf,
  programOf,
  programs,
} from '../../../../support/randomPrograms/sketch';
import { SPLIT_MODELS } from '../../../../support/splitModels';
import { SplitRun } from '../../../../support/splitRun';
import { useBackend } from '../../../../support/tfBackends';

/** As small as they are. */
const ALL = splitInto;
const RUNS = 24;
const ORDERS = [
  [2, 'backwards'],
  [3, 'forwards'],
] as const;

const CASES = [...MODELS, ...SPLIT_MODELS].map((model) => [model.name, model] as const);

interface Case {
  readonly plan: Plan;
  readonly inputs: NamedArrays;
}

beforeAll(() => useBackend('cpu'));

describe('the parts of a plan give the bits of the whole', () => {
  it.each(CASES)('%s', (_, model) => {
    const one = caseOf(model);
    if (one !== undefined) expectSameBits(one, ALL);
  });

  it.each(WORKLOADS.map((workload) => [workload.name, workload] as const))('%s', (_, workload) => {
    expectSameBits(benchCase(workload), splitNode);
  });

  it('random programs, some outputs in the place of inputs', () => {
    fc.assert(
      fc.property(programs, (sketch) => {
        const { graph, inputs, replaces } = programOf(sketch);
        expectSameBits({ plan: planGraph(graph, { replaces }), inputs }, ALL);
      }),
      { numRuns: RUNS, seed: 2 },
    );
  });

  it('random gradients', () => {
    fc.assert(
      fc.property(programs, (sketch) => {
        const graph = gradientOf(sketch);
        if (graph === undefined) return;
        expectSameBits({ plan: planGraph(graph), inputs: gradientInputs(sketch) }, ALL);
      }),
      { numRuns: RUNS, seed: 3 },
    );
  });
});

describe('parts write to words of their own', () => {
  it.each(CASES)('%s', (_, model) => {
    const one = caseOf(model);
    if (one !== undefined) checkOwnership(one, ALL);
  });

  // The others have a thousand times more words to look at.
  it.each(['mlp784', 'conv-s2'])('%s', (name) => {
    checkOwnership(benchCase(WORKLOADS.find((one) => one.name === name)!), splitNode);
  });

  it('random gradients', () => {
    fc.assert(
      fc.property(programs, (sketch) => {
        const graph = gradientOf(sketch);
        if (graph === undefined) return;
        checkOwnership({ plan: planGraph(graph), inputs: gradientInputs(sketch) }, ALL);
      }),
      { numRuns: 8, seed: 4 },
    );
  });
});

describe('splitInto', () => {
  it('leaves kernels whole that sum rows up or write the ends of two at once', () => {
    const isCut = new Map<string, boolean>();
    for (const [, model] of CASES) {
      for (const node of caseOf(model)?.plan.step ?? []) {
        if (node.kind !== 'kernel') continue;
        const name = nameOf(node);
        isCut.set(name, isCut.get(name) === true || splitInto(node, 2) !== undefined);
      }
    }
    const whole = [...isCut].flatMap(([name, is]) => (is ? [] : [name])).sort();
    expect(whole).toEqual([
      ...['depthwise.filter', 'pool.avgGrad 5', 'pool.maxGrad 4', 'pool.maxGrad 5', 'random.fill'],
      ...['rows.crossEntropy summed', 'scatter.addRows'],
    ]);
  });
});

describe('splitNode', () => {
  const partsOf = (name: string): number[] =>
    benchCase(WORKLOADS.find((one) => one.name === name)!).plan.step.map(
      (node) => splitNode(node, 2)?.length ?? 1,
    );

  it('cuts what is worth it', () => {
    expect(partsOf('mlp784').filter((parts) => parts === 2).length).toBe(5);
    expect(partsOf('conv').filter((parts) => parts === 2).length).toBe(6);
  });

  it('leaves a small plan to one thread', () => {
    expect(partsOf('mlp64').every((parts) => parts === 1)).toBe(true);
  });
});

/** What decides whether a kernel can be cut. */
function nameOf({ op, args }: KernelNode): string {
  if (op.startsWith('pool')) return `${op} ${args[5] as number}`;
  return op === 'rows.crossEntropy' && args[0] !== -1 ? `${op} summed` : op;
}

const cases = new Map<Model, Case | undefined>();

function caseOf(model: Model): Case | undefined {
  if (!cases.has(model)) cases.set(model, newCase(model));
  return cases.get(model);
}

function newCase(model: Model): Case | undefined {
  model.prepare?.();
  const graph = captureGradients(model.loss, model.params, model.batch);
  if (unsupportedCalls(graph).length > 0) return undefined;
  const { params, batch } = randomInputs(model, 3);
  return { plan: planGraph(graph), inputs: named(params, batch) };
}

function benchCase({ task, batch }: Workload): Case {
  return {
    plan: planGraph(gradientGraph(task)),
    inputs: named(task.init(createRng({ seed: 7, purpose: 'init' })), batch),
  };
}

function named(params: NamedArrays, batch: NamedArrays): NamedArrays {
  const prefixed = (prefix: string, arrays: NamedArrays): NamedArrays =>
    Object.fromEntries(Object.entries(arrays).map(([name, array]) => [`${prefix}/${name}`, array]));
  return { ...prefixed('params', params), ...prefixed('batch', batch) };
}

function expectSameBits({ plan, inputs }: Case, split: typeof splitNode): void {
  for (const runtime of kernelRuntimes) {
    const expected = new SplitRun(plan, runtime, inputs, 1).whole();
    for (const [threads, order] of ORDERS) {
      const got = new SplitRun(plan, runtime, inputs, threads).byParts(threads, split, order);
      const where = `${threads} parts ${order} on ${runtime.flavour} ${runtime.isa}`;
      got.forEach((bits, i) => {
        expect(Buffer.compare(bytesOf(bits), bytesOf(expected[i]!)), where).toBe(0);
      });
    }
  }
}

function checkOwnership({ plan, inputs }: Case, split: typeof splitNode): void {
  // The narrowest and the widest vectors: what they overrun, the others do too.
  for (const runtime of kernelRuntimes.slice(0, 2)) {
    new SplitRun(plan, runtime, inputs, 3).checkOwnership(3, split);
  }
}

function bytesOf({ buffer }: Int32Array): Buffer {
  return Buffer.from(buffer as ArrayBuffer);
}
