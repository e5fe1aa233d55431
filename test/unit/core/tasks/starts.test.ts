/** How weights start, by choice: orthogonality and variances in float64, refusals, and which parameters it is of. */
import { describe, expect, it } from 'vitest';
import { createRng } from '../../../../src/core/compute/rng';
import { createImageConv } from '../../../../src/core/tasks/imageConv';
import { createImageMlp } from '../../../../src/core/tasks/imageMlp';
import { rnnLmParameters } from '../../../../src/core/tasks/language/rnnLm';
import { initParams } from '../../../../src/core/compute/parameters';
import { weightStart } from '../../../../src/core/tasks/layers/starts';
import type { Init } from '../../../../src/core/tasks/layers/starts';
import { datasetOf, randomImages } from '../../../support/images';

function drawn(init: Init, shape: readonly number[], initScale?: number): Float32Array {
  const data = new Float32Array(shape.reduce((a, b) => a * b, 1));
  weightStart({ init, ...(initScale === undefined ? {} : { initScale }) })(shape)(
    data,
    createRng({ seed: 7, purpose: 'init' }),
  );
  return data;
}

const varianceOf = (data: Float32Array): number =>
  data.reduce((sum, value) => sum + value ** 2, 0) / data.length;

describe('an orthogonal start', () => {
  it.each([
    { shape: [40, 12], across: 'columns' },
    { shape: [12, 40], across: 'rows' },
    { shape: [3, 3, 4, 10], across: 'columns' },
    { shape: [5, 5], across: 'rows' },
    { shape: [1, 6], across: 'rows' },
  ])('of $shape has orthogonal $across of the scale', ({ shape, across }) => {
    const data = drawn('orthogonal', shape, 1.5);
    const outputs = shape.at(-1)!;
    const inputs = data.length / outputs;
    const at = (i: number, o: number): number => data[i * outputs + o]!;
    const isColumns = across === 'columns';
    const count = isColumns ? outputs : inputs;
    for (let a = 0; a < count; a++) {
      for (let b = 0; b <= a; b++) {
        let product = 0;
        for (let k = 0; k < data.length / count; k++) {
          product += isColumns ? at(k, a) * at(k, b) : at(a, k) * at(b, k);
        }
        expect(product).toBeCloseTo(a === b ? 1.5 ** 2 : 0, 5);
      }
    }
  });

  it('has no side that it prefers: entries of both signs on the diagonal', () => {
    const signs = [...Array(40).keys()].map((seed) => {
      const data = new Float32Array(9);
      weightStart({ init: 'orthogonal' })([3, 3])(data, createRng({ seed, purpose: 'init' }));
      return Math.sign(data[0]!);
    });
    const positive = signs.filter((sign) => sign > 0).length;
    expect(positive).toBeGreaterThan(8);
    expect(positive).toBeLessThan(32);
  });
});

describe('starts of a stated variance', () => {
  const shape = [3, 3, 50, 20];
  const inputs = 450;

  it.each([
    // scale² / inputs, as a factor of the weights; scale / inputs, as one of the variance
    { init: 'uniformScaling', expected: 2.25 / inputs, limit: 1.5 * Math.sqrt(3 / inputs) },
    { init: 'varianceUniform', expected: 1.5 / inputs, limit: Math.sqrt(4.5 / inputs) },
    { init: 'varianceNormal', expected: 1.5 / inputs, limit: Infinity },
  ] as const)('$init', ({ init, expected, limit }) => {
    const data = drawn(init, shape, 1.5);
    // Standard deviation of the estimate from 9,000 numbers: at most 1.5 %.
    expect(varianceOf(data) / expected).toBeGreaterThan(0.94);
    expect(varianceOf(data) / expected).toBeLessThan(1.06);
    const largest = data.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    expect(largest).toBeLessThanOrEqual(limit * (1 + 1e-7));
    if (limit === Infinity) expect(largest).toBeGreaterThan(2.8 * Math.sqrt(expected));
    else expect(largest).toBeGreaterThan(0.99 * limit);
  });

  it('are the same without a scale as with 1', () => {
    for (const init of ['uniformScaling', 'varianceNormal', 'varianceUniform'] as const) {
      expect(drawn(init, [8, 4])).toEqual(drawn(init, [8, 4], 1));
    }
  });
});

describe('the start of a task', () => {
  const dataset = datasetOf(randomImages([60, 6, 6, 1], 3));
  const options = { dataset, batchSize: 4, seed: 1, activation: 'relu' } as const;
  const rng = () => createRng({ seed: 3, purpose: 'init' });

  it('is of all weights of a perceptron and none of its biases', () => {
    const task = createImageMlp({ ...options, hidden: [6], init: 'varianceNormal', initScale: 2 });
    const plain = createImageMlp({ ...options, hidden: [6] });
    const own = task.init(rng());
    const theirs = plain.init(rng());
    for (const name of ['layer0/w', 'layer1/w']) {
      expect(own[name]!.data).not.toEqual(theirs[name]!.data);
    }
    expect(own['layer0/b']!.data).toEqual(theirs['layer0/b']!.data);
    expect(task.name).toContain('relu, varianceNormal start × 2');
    expect(plain.name).not.toContain('start');
  });

  it('is of the convolutions, and not of the linear layer after them', () => {
    const shape = { ...options, channels: [4], strides: [2] };
    const [conv, head] = ['conv0/w', 'head/w'] as const;
    const own = createImageConv({ ...shape, init: 'orthogonal' }).init(rng());
    const spread = varianceOf(own[conv]!.data);
    // 4 orthonormal columns of as many numbers as a filter has.
    expect(spread).toBeCloseTo(4 / own[conv]!.data.length, 6);
    expect(Math.max(...own[head]!.data.map(Math.abs))).toBeLessThanOrEqual(2 / Math.sqrt(4));
  });

  it('is of embedding and output of a recurrent language model, and not of its cell', () => {
    const shape = { cell: 'irnn', hidden: 8, embedding: 4 } as const;
    const own = initParams(rnnLmParameters({ ...shape, init: 'uniformScaling' }, 300), rng());
    expect(Math.max(...own.embedding!.data)).toBeLessThanOrEqual(Math.sqrt(3 / 300) * (1 + 1e-7));
    expect(Math.max(...own['output/w']!.data)).toBeLessThanOrEqual(Math.sqrt(3 / 8) * (1 + 1e-7));
    expect([...own['rnn/hidden/w']!.data.slice(0, 2)]).toEqual([1, 0]);
  });

  it('is refused with a scale of nothing, or one that is none', () => {
    const withStart = (start: object) => createImageMlp({ ...options, hidden: [6], ...start });
    expect(() => withStart({ initScale: 2 })).toThrow(
      'initScale is 2, but there is no init that it could scale. ' +
        'Give init as one of orthogonal, uniformScaling, varianceNormal, varianceUniform, or leave initScale out.',
    );
    expect(() => withStart({ init: 'orthogonal', initScale: 0 })).toThrow(
      'initScale must be a finite number above 0, got 0',
    );
    expect(() => withStart({ init: 'orthogonl' })).toThrow('init must be one of');
  });
});
