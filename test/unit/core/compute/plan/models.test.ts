import { beforeAll, describe, expect, it } from 'vitest';
import { captureGradients } from '../../../../../src/core/compute/capture/capture';
import { unsupportedCalls } from '../../../../../src/core/compute/plan/lower';
import type { RngKey } from '../../../../../src/core/compute/rng';
import { withPrefix } from '../../../../../src/core/compute/tensors';
import { interpret } from '../../../../support/graphInterpreter';
import { kernelRuntimes } from '../../../../support/kernels';
import { MODELS, randomInputs } from '../../../../support/models';
import { largestDifference, runPlan } from '../../../../support/planCheck';
import { useBackend } from '../../../../support/tfBackends';

const KEY: RngKey = { seed: 5, purpose: 'dropout', step: 17 };
/** Relative to the largest number of an array. */
const TOLERANCE = 2e-5;

/** Their kernels are not worth their code: they run eagerly. */
const UNSUPPORTED = ['local response normalisation'];

beforeAll(() => useBackend('cpu'));

describe('the plan of a model computes what its kernel calls do', () => {
  it.each(MODELS.map((model) => [model.name, model] as const))('%s', (name, model) => {
    model.prepare?.();
    const graph = captureGradients(model.loss, model.params, model.batch);
    const unsupported = unsupportedCalls(graph).map(({ op }) => op);
    if (UNSUPPORTED.includes(name)) {
      expect(unsupported).not.toEqual([]);
      return;
    }
    expect(unsupported).toEqual([]);
    const { params, batch } = randomInputs(model, 3);
    const inputs = { ...withPrefix('params', params), ...prefixed('batch', batch) };
    const expected = interpret(graph, inputs, KEY);
    for (const runtime of kernelRuntimes) {
      const got = runPlan(graph, runtime, inputs, KEY, { times: 2 });
      for (const [output, { shape, data }] of Object.entries(expected)) {
        const where = `${output} on ${runtime.flavour} ${runtime.isa}`;
        expect(got[output]!.shape, where).toEqual(shape);
        expect(largestDifference(got[output]!.data, data), where).toBeLessThan(TOLERANCE);
      }
    }
  });
});

function prefixed<T>(prefix: string, record: Readonly<Record<string, T>>): Record<string, T> {
  return Object.fromEntries(
    Object.entries(record).map(([name, value]) => [`${prefix}/${name}`, value]),
  );
}
