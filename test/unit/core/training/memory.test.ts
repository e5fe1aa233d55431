/** Long trainings need no more memory than short ones. */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { beforeAll, describe, expect, it } from 'vitest';
import { plainTheta } from '../../../../src/core/index';
import { createVelo } from '../../../../src/core/optimizers/velo/reference';
import { createSession } from '../../../../src/core/training/createSession';
import { kernelRuntimes } from '../../../support/kernels';
import { useBackend } from '../../../support/tfBackends';
import { adam, regression } from './support';

const STEPS = 100_000;
const MEGABYTE = 2 ** 20;

let collect: () => void;

beforeAll(async () => {
  await useBackend('cpu');
  setFlagsFromString('--expose-gc');
  collect = runInNewContext('gc') as () => void;
});

describe('a compiled session', () => {
  it.each([kernelRuntimes[0]!, kernelRuntimes.at(1) ?? kernelRuntimes[0]!])(
    'holds no more memory after 100,000 steps than after 1,000 on $flavour $isa',
    (kernels) => {
      const optimizer = adam(2 * STEPS);
      const session = createSession({ task: regression(), optimizer, seed: 1, kernels });
      train(1000);
      const before = memory();
      train(STEPS);
      const after = memory();
      expect(session.step).toBe(1000 + STEPS);
      expect(after.arrays - before.arrays).toBeLessThan(MEGABYTE);
      expect(after.heap - before.heap).toBeLessThan(3 * MEGABYTE);

      function train(count: number): void {
        const end = session.step + count;
        while (session.step < end) session.advanceBlock(end - session.step);
      }
    },
  );

  it('frees its memory when nobody holds it', () => {
    const theta = plainTheta({ hidden: 9, bank: 2 });
    const make = (): void => {
      const optimizer = createVelo({ theta, numSteps: 10 });
      const session = createSession({
        ...{ task: regression(), optimizer, seed: 1 },
        kernels: kernelRuntimes[1] ?? kernelRuntimes[0]!,
      });
      session.advanceBlock(5);
      session.dispose();
    };
    make();
    const before = memory();
    for (let time = 0; time < 40; time++) make();
    const after = memory();
    expect(after.arrays - before.arrays).toBeLessThan(8 * MEGABYTE);
    expect(after.heap - before.heap).toBeLessThan(8 * MEGABYTE);
  });
});

function memory(): { readonly heap: number; readonly arrays: number } {
  collect();
  collect();
  const { heapUsed, arrayBuffers, external } = process.memoryUsage();
  return { heap: heapUsed, arrays: Math.max(arrayBuffers, external) };
}
