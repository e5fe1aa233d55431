import { beforeAll, describe, expect, it } from 'vitest';
import type { NamedFloats } from '../../src/base/index';
import type { ReplayFactory } from '../../src/engine/parity';
import { fusedReplay, referenceReplay } from '../../src/engine/parityReplays';
import { kernelRuntimes } from '../support/kernels';
import { oracleReplay } from '../support/oracleReplay';
import { useBackend } from '../support/tfBackends';
import { randomArray, randomTheta } from '../support/veloStep';

const shapes = { w: [5, 6], b: [6], s: [], k: [2, 3, 4] };

/** What goes wrong in update 1 of 3. */
const troubles = {
  'a NaN in the gradient of a matrix': { tensor: 'w', value: NaN, loss: 2 },
  'a NaN in the gradient of a vector': { tensor: 'b', value: NaN, loss: 2 },
  'a NaN in the gradient of a scalar': { tensor: 's', value: NaN, loss: 2 },
  'a NaN in the gradient of a rank-3 tensor': { tensor: 'k', value: NaN, loss: 2 },
  'an infinite gradient, which is clipped': { tensor: 'w', value: Infinity, loss: 2 },
  'a NaN loss': { tensor: 'w', value: 0.1, loss: NaN },
  'an infinite loss, which is limited': { tensor: 'w', value: 0.1, loss: Infinity },
} as const;

const implementations: readonly [string, ReplayFactory, 'cpu' | 'wasm'][] = [
  ['the tfjs reference on cpu', referenceReplay, 'cpu'],
  ['the tfjs reference on wasm', referenceReplay, 'wasm'],
  ...kernelRuntimes.map((runtime): [string, ReplayFactory, 'cpu'] => [
    `the fused ${runtime.flavour} kernels (${runtime.isa})`,
    fusedReplay(runtime),
    'cpu',
  ]),
];

describe.each(implementations)('%s', (_name, factory, backend) => {
  beforeAll(() => useBackend(backend));

  it.each(Object.keys(troubles) as (keyof typeof troubles)[])(
    'has NaN where the oracle has it, and only there, after %s',
    (title) => {
      const [expected, got] = [oracleReplay, factory].map((make) => finiteAfter(make, title));
      expect(got).toEqual(expected);
      expect(Object.values(got![0]!).every(Boolean)).toBe(true);
      const limited = title.includes('which is');
      expect(Object.values(got![2]!).every(Boolean)).toBe(limited);
    },
  );
});

/** For each update and each tensor, whether all its parameters are finite. */
function finiteAfter(
  factory: ReplayFactory,
  title: keyof typeof troubles,
): Record<string, boolean>[] {
  const trouble = troubles[title];
  const fill = (seed: number): NamedFloats =>
    Object.fromEntries(
      Object.entries(shapes).map(([name, shape], i) => [name, randomArray(shape, seed + i)]),
    );
  const replay = factory({ theta: randomTheta(5), numSteps: 20, params: fill(1) });
  const seen = [0, 1, 2].map((step) => {
    const grads = fill(100 * (step + 1));
    if (step === 1) grads[trouble.tensor]!.data[0] = trouble.value;
    replay.update(step, step === 1 ? trouble.loss : 2, grads);
    return Object.fromEntries(
      Object.entries(replay.view().params).map(([name, { data }]) => [
        name,
        data.every((value) => Number.isFinite(value)),
      ]),
    );
  });
  replay.dispose();
  return seen;
}
