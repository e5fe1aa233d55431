/** The kernels of networks that are applied to each element, against the operations of tfjs that such a network consists of. */
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { sizeOf } from '../../../../../src/base/index';
import type { NamedFloats } from '../../../../../src/base/index';
import { capture } from '../../../../../src/core/compute/capture/capture';
import type { Graph } from '../../../../../src/core/compute/capture/graph';
import { joiningCalls } from '../../../../../src/core/compute/capture/graphCalls';
import { planGraph } from '../../../../../src/core/compute/plan/plan';
import { splitInto } from '../../../../../src/core/compute/plan/split/splitNode';
import { createRng } from '../../../../../src/core/compute/rng';
import { mapValues, toTensors } from '../../../../../src/core/compute/tensors';
import { elementNetwork } from '../../../../../src/core/optimizers/learned/elementNetwork';
import { kernelRuntimes } from '../../../../support/kernels';
import { largestDifference, runPlan } from '../../../../support/planCheck';
import { SplitRun } from '../../../../support/splitRun';
import { useBackend } from '../../../../support/tfBackends';

interface Sketch {
  readonly shape: readonly number[];
  /** Of each factor of each group of features: k, and along which axes it is the same everywhere. */
  readonly features: readonly (readonly { readonly k: number; readonly same: number }[])[];
  readonly widths: readonly number[];
  readonly common: number;
  /** Whether each slice along the first axis is a section of its own. */
  readonly isCut: boolean;
  readonly seed: number;
}

const sides = fc.oneof(fc.integer({ min: 1, max: 6 }), fc.integer({ min: 7, max: 40 }));
const long = fc.oneof(sides, fc.integer({ min: 100, max: 400 }));
const sketches: fc.Arbitrary<Sketch> = fc.record({
  shape: fc
    .tuple(fc.array(sides, { maxLength: 2 }), fc.array(long, { maxLength: 2 }))
    .map(([some, last]) => [...some, ...last])
    .filter((shape) => sizeOf(shape) < 20_000),
  features: fc.array(
    fc
      .tuple(fc.integer({ min: 1, max: 3 }), fc.array(fc.nat(15), { minLength: 1, maxLength: 3 }))
      .map(([k, masks]) => masks.map((same, i) => ({ k: i === 1 ? 1 : k, same }))),
    { minLength: 1, maxLength: 8 },
  ),
  widths: fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 4 }),
  common: fc.nat(3),
  isCut: fc.boolean(),
  seed: fc.nat(1e6),
});

const RUNS = { numRuns: 60, seed: 11 };
const KEY = { seed: 1, purpose: 'task' } as const;

beforeAll(() => useBackend('cpu'));

const factorName = (group: number, i: number): string => `factor${group}.${i}`;

function arraysOf({ shape, features, widths, common, seed }: Sketch): NamedFloats {
  const rng = createRng({ seed, purpose: 'noise' });
  const array = (...own: number[]) => ({
    shape: own,
    data: Float32Array.from({ length: sizeOf(own) }, () => rng.normal()),
  });
  const factors = features.flatMap((group, g) =>
    group.map(({ k, same }, i) => {
      const own = shape.map((side, axis) => ((same >> axis) & 1 ? 1 : side));
      return [factorName(g, i), array(k, ...own)] as const;
    }),
  );
  const count = features.reduce((sum, group) => sum + Math.max(...group.map(({ k }) => k)), 0);
  const layers = widths.flatMap((width, layer) => [
    [`w${layer}`, array(layer === 0 ? count + common : widths[layer - 1]!, width)] as const,
    [`b${layer}`, array(width)] as const,
  ]);
  const shared = common === 0 ? [] : [['common', array(common, 1)] as const];
  return Object.fromEntries([...factors, ...layers, ...shared]);
}

function networkOf({ shape, features, widths, isCut }: Sketch, arrays: Record<string, Tensor>) {
  const [first = 1] = shape;
  const { common } = arrays;
  return elementNetwork({
    shape,
    features: features.map((group, g) => group.map((_, i) => arrays[factorName(g, i)]!)),
    sections: isCut ? first : 1,
    epsilon: 1e-3,
    layers: widths.map((_, layer) => ({ w: arrays[`w${layer}`]!, b: arrays[`b${layer}`]! })),
    ...(common === undefined ? {} : { common }),
  });
}

function graphOf(sketch: Sketch, arrays: NamedFloats): Graph {
  const inputs = mapValues(arrays, ({ shape }) => ({ shape, dtype: 'float32' as const }));
  return capture(
    (tensors) => ({ out: joiningCalls(true, () => networkOf(sketch, tensors)) }),
    inputs,
  );
}

function expectedOf(sketch: Sketch, arrays: NamedFloats): Float32Array {
  return tf.tidy(() => networkOf(sketch, toTensors(arrays)).dataSync<'float32'>());
}

describe('networks of elements', () => {
  it('are one node of a graph where that is asked for, else operations', () => {
    const sketch: Sketch = {
      ...{ shape: [4, 5], features: [[{ k: 2, same: 0 }]], widths: [3, 1] },
      ...{ common: 1, isCut: false, seed: 1 },
    };
    const arrays = arraysOf(sketch);
    expect(graphOf(sketch, arrays).nodes.map(({ op }) => op)).toEqual(['ElementNetwork']);
    const inputs = mapValues(arrays, ({ shape }) => ({ shape, dtype: 'float32' as const }));
    const plain = capture((tensors) => ({ out: networkOf(sketch, tensors) }), inputs);
    expect(plain.nodes.map(({ op }) => op)).toContain('BatchMatMul');
  });

  it('give what the operations give', () => {
    fc.assert(
      fc.property(sketches, (sketch) => {
        const arrays = arraysOf(sketch);
        const expected = expectedOf(sketch, arrays);
        for (const runtime of kernelRuntimes) {
          const { out } = runPlan(graphOf(sketch, arrays), runtime, arrays, KEY);
          expect(out!.data.length).toBe(expected.length);
          // Some dozens of additions and multiplications, each off by half an ulp.
          expect(largestDifference(out!.data, expected), runtime.isa).toBeLessThan(5e-6);
        }
      }),
      RUNS,
    );
  });

  it('turn NaN into NaN of its section, and infinity into what operations make of it', () => {
    const sketch: Sketch = {
      ...{ shape: [2, 3, 33], features: [[{ k: 1, same: 0 }], [{ k: 2, same: 6 }]] },
      ...{ widths: [4, 2], common: 0, isCut: true, seed: 5 },
    };
    for (const value of [NaN, Infinity]) {
      const arrays = arraysOf(sketch);
      arrays['factor0.0']!.data[7] = value;
      const expected = expectedOf(sketch, arrays);
      expect(expected.some(Number.isNaN)).toBe(true);
      expect(expected.every(Number.isNaN)).toBe(false);
      for (const runtime of kernelRuntimes) {
        const { out } = runPlan(graphOf(sketch, arrays), runtime, arrays, KEY);
        expect(largestDifference(out!.data, expected), runtime.isa).toBeLessThan(5e-6);
      }
    }
  });

  it('give the same bits in parts, which write to words of their own', () => {
    fc.assert(
      fc.property(sketches, (sketch) => {
        const arrays = arraysOf(sketch);
        const plan = planGraph(graphOf(sketch, arrays));
        for (const runtime of kernelRuntimes) {
          const run = new SplitRun(plan, runtime, arrays, 3);
          const whole = run.whole();
          expect(run.byParts(3, splitInto, 'backwards')).toEqual(whole);
          expect(run.byParts(2, splitInto, 'forwards')).toEqual(whole);
        }
        new SplitRun(plan, kernelRuntimes[1] ?? kernelRuntimes[0]!, arrays, 3).checkOwnership(
          3,
          splitInto,
        );
      }),
      { ...RUNS, numRuns: 8 },
    );
  });
});
