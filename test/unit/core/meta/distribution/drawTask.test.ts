import { describe, expect, it } from 'vitest';
import { TASK_MIXES, createRng, drawTask, freshShare } from '../../../../../src/core/index';
import type { TaskDistribution } from '../../../../../src/core/index';
import {
  checkDistribution,
  decodeTask,
  metaConfigJsonSchema,
} from '../../../../../src/protocol/index';

const DRAWS = 2000;
/** Two-sided false alarms below 1e-6. */
const Z = 5;

function stream(member: number) {
  return createRng({ seed: 3, purpose: 'task', member });
}

function mixOf(fields: TaskDistribution['metaTrain'][number]): TaskDistribution {
  return { name: 'mix', summary: 'A mix.', metaTrain: [fields] };
}

/** The values of a field in many draws. */
function valuesOf(value: TaskDistribution['metaTrain'][number]['task'][string]): unknown[] {
  const mix = mixOf({ task: { family: 'imageMlp', value } });
  return Array.from({ length: DRAWS }, (_, i) => drawTask(mix, stream(i)).task['value']);
}

/** That a training of a mix has a field of its variation, where entries have it `maybe`. */
function probabilityOf({ metaTrain }: TaskDistribution, field: string): number {
  const parts = metaTrain.map(({ weight = 1, variation = {} }) => {
    const { probability = 0 } = (variation[field] ?? {}) as { readonly probability?: number };
    return { weight, part: weight * probability };
  });
  const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);
  return sum(parts.map(({ part }) => part)) / sum(parts.map(({ weight }) => weight));
}

function expectShare(count: number, probability: number): void {
  const deviation = Math.sqrt(DRAWS * probability * (1 - probability));
  expect(Math.abs(count - DRAWS * probability)).toBeLessThan(Z * deviation);
}

describe('draws of a template', () => {
  it('choose by weight', () => {
    const values = valuesOf({ choose: ['a', 'b', 'c'], weights: [0.6, 0.4, 0] });
    expectShare(values.filter((value) => value === 'a').length, 0.6);
    expectShare(values.filter((value) => value === 'b').length, 0.4);
    expect(values).not.toContain('c');
  });

  it('leave a field out with the probability that is left', () => {
    const values = valuesOf({ maybe: 3, probability: 0.3 });
    expectShare(values.filter((value) => value === 3).length, 0.3);
    expectShare(values.filter((value) => value === undefined).length, 0.7);
  });

  it('are uniform in the number or in its logarithm, half of them on each side of the middle', () => {
    const inLower = (value: unknown, middle: number) => (value as number) < middle;
    const plain = valuesOf({ uniform: [-1, 3] });
    expectShare(plain.filter((value) => inLower(value, 1)).length, 0.5);
    const log = valuesOf({ logUniform: [0.01, 1] });
    expectShare(log.filter((value) => inLower(value, 0.1)).length, 0.5);
    expect(Math.min(...(log as number[]))).toBeGreaterThanOrEqual(0.01);
    expect(Math.max(...(log as number[]))).toBeLessThan(1);
  });

  it('give each integer its share, both ends of a uniform one included', () => {
    const values = valuesOf({ integer: [2, 4] });
    for (const value of [2, 3, 4])
      expectShare(values.filter((other) => other === value).length, 1 / 3);
    const log = valuesOf({ logInteger: [4, 64] });
    expect(Math.min(...(log as number[]))).toBe(4);
    expectShare(log.filter((value) => (value as number) < 16).length, 0.5);
  });

  it('draw a list whose later entries are those before them but for some', () => {
    const lists = valuesOf({ list: { integer: [1, 1000] }, length: 2, redraw: 0.3 }) as number[][];
    const changed = lists.filter(([first, second]) => first !== second).length;
    expectShare(changed, 0.3 * (1 - 1 / 1000));
    expect(new Set(valuesOf({ list: 5, length: { integer: [0, 2] } }).map(String))).toEqual(
      new Set(['', '5', '5,5']),
    );
  });

  it('refuse a length that is no length, and an entry of a list that may be missing', () => {
    expect(() => valuesOf({ list: 5, length: 1.5 })).toThrow(
      'the length of a drawn list must be an integer of at least 0, got 1.5',
    );
    expect(() => valuesOf([{ maybe: 1, probability: 0 }])).toThrow(
      '"maybe" can leave out a field, but not an entry of a list',
    );
  });
});

describe('a distribution of tasks', () => {
  it('takes entries by their weights', () => {
    const mix: TaskDistribution = {
      name: 'two',
      summary: 'Two.',
      metaTrain: [{ task: { family: 'beale' } }, { weight: 3, task: { family: 'rosenbrock' } }],
    };
    const entries = Array.from({ length: DRAWS }, (_, i) => drawTask(mix, stream(i)).entry);
    expectShare(entries.filter((entry) => entry === 1).length, 0.75);
  });

  it('takes its configs from a pool, and fresh ones as often as it says', () => {
    const task = { family: 'quadratic', dimension: { integer: [2, 1e9] } } as const;
    const drawn = (more: object): number =>
      new Set(
        Array.from({ length: DRAWS }, (_, i) =>
          JSON.stringify(drawTask(mixOf({ task, ...more }), stream(i)).task),
        ),
      ).size;
    expect(drawn({})).toBeGreaterThan(DRAWS - 10);
    expect(drawn({ pool: 7 })).toBe(7);
    expectShare(drawn({ pool: 7, resample: 0.2 }) - 7, 0.2);
  });

  it('says which share of tasks is from no pool', () => {
    const task = { family: 'imageMlp' };
    const metaTrain = [
      { task, weight: 3 },
      { task, pool: 7 },
      { task, pool: 7, resample: 0.5 },
    ];
    expect(freshShare({ name: 'mix', summary: 'A mix.', metaTrain })).toBeCloseTo(3.5 / 5);
  });

  it('draws again what is too dear, and says where nothing is cheap enough', () => {
    const task = {
      family: 'imageMlp',
      dataset: 'mnist',
      hidden: [32],
      batchSize: { integer: [1, 100] },
    };
    // 3 passes of 2 · (784 · 32 + 32 · 10) operations for each image.
    const mix = mixOf({ task, maxFlops: 10 * 6 * (784 * 32 + 320) });
    const sizes = Array.from({ length: 200 }, (_, i) => drawTask(mix, stream(i)).task['batchSize']);
    expect(new Set(sizes)).toEqual(new Set([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]));
    expect(() => drawTask(mixOf({ task, maxFlops: 10 }), stream(0))).toThrow(
      '"imageMlp": none of 512 draws takes at most 10 operations a step',
    );
  });

  it('keeps a share of a batch, that of a task inside included', () => {
    const inner = { family: 'imageMlp', dataset: 'mnist', batchSize: 50 };
    const drawn = (task: TaskDistribution['metaTrain'][number]['task'], batchShare: number) =>
      drawTask(mixOf({ task, batchShare }), stream(0)).task;
    expect(drawn(inner, 0.3)['batchSize']).toBe(15);
    expect(drawn(inner, 0.001)['batchSize']).toBe(1);
    expect(drawn({ family: 'esGradient', task: inner }, 0.3)['task']).toHaveProperty(
      'batchSize',
      15,
    );
    expect(() => drawn(inner, 2)).toThrow('batchShare must be above 0 and at most 1, got 2');
  });

  it('draws with the sampler of a family, all of whose tasks a config may have', () => {
    const mix = mixOf({ task: { family: 'visionTransformer', sample: true } });
    for (let i = 0; i < 50; i++)
      expect(decodeTask(drawTask(mix, stream(i)).task)).toHaveProperty('heads');
    expect(() => drawTask(mixOf({ task: { family: 'none', sample: true } }), stream(0))).toThrow(
      'expected the name of a task family beside "sample", got "none"',
    );
  });
});

describe('a distribution in a file', () => {
  const problemsOf = (entry: object) =>
    checkDistribution({ name: 'a', summary: 'A.', metaTrain: [entry] }).problems?.map(
      ({ message }) => message,
    );
  const MLP = { family: 'imageMlp', dataset: 'mnist' };

  it.each([
    [{ task: { ...MLP, hiden: 3 } }, /^metaTrain\.0\.task\.hiden is not a setting of imageMlp \(/],
    [{ task: { family: 'imageMlpp' } }, /task\.family must be one of .*did you mean "imageMlp"\?$/],
    [{ task: { ...MLP, sample: true } }, /task\.dataset is not a setting of imageMlp \(sample\)/],
    [
      { task: { ...MLP, batchSize: { choose: [1, 2], weights: [1] } } },
      'metaTrain.0.task.batchSize.weights must have as many entries as choose, got {"choose":[1,2],"weights":[1]}',
    ],
    [
      { task: { ...MLP, batchSize: { logInteger: [0, 4] } } },
      'metaTrain.0.task.batchSize.logInteger must have ends above 0, got [0,4]',
    ],
    [
      { task: { ...MLP, hidden: { list: null, length: 2 } } },
      'metaTrain.0.task.hidden.list must be a value or a draw, got null',
    ],
    [
      { task: MLP, variation: { gradient: { normalised: true } } },
      /variation\.gradient\.normalised is not a known setting/,
    ],
  ])('says what is wrong with %j', (entry, message) => {
    const [problem] = problemsOf(entry)!;
    expect(problem).toMatch(message);
  });

  it('has a schema for editors', () => {
    expect(JSON.stringify(metaConfigJsonSchema())).toContain('metaTrain');
  });
});

describe.each(TASK_MIXES)('the mix $name', (mix) => {
  it('is a distribution that a file could hold', () => {
    expect(checkDistribution(JSON.parse(JSON.stringify(mix))).problems).toBeUndefined();
  });

  it.each(['metaTrain', 'metaValid', 'metaTest'] as const)('has tasks for %s', (split) => {
    for (let i = 0; i < 300; i++) {
      const { task, variation, entry } = drawTask(mix, stream(i), split);
      expect(decodeTask(task)).toMatchObject(task);
      expect(drawTask(mix, stream(i), split)).toEqual({ task, variation, entry });
      expect(mix.heldOut?.includes(String(task['dataset']))).toBe(split === 'metaTest');
    }
  });

  it('trains on what starts and is scaled in many ways, now and then on few examples', () => {
    const variations = Array.from({ length: DRAWS }, (_, i) => drawTask(mix, stream(i)).variation);
    expectShare(
      variations.filter(({ trainShare }) => trainShare !== undefined).length,
      probabilityOf(mix, 'trainShare'),
    );
    const scaling = probabilityOf(mix, 'reparametrization');
    const scaled = variations.flatMap(({ reparametrization }) => reparametrization ?? []);
    expectShare(scaled.length, scaling);
    expectShare(scaled.filter(({ level }) => level === 'global').length, scaling / 2);
    for (const { initScale = 1 } of variations) {
      expect(initScale).toBeGreaterThanOrEqual(Math.exp(-0.5));
      expect(initScale).toBeLessThan(Math.exp(0.5));
    }
  });
});

describe('the mix wide', () => {
  const mix = TASK_MIXES.find(({ name }) => name === 'wide')!;
  const drawn = Array.from({ length: DRAWS }, (_, i) => drawTask(mix, stream(i)));

  it('changes gradients now and then, in each way a quarter as often as the original', () => {
    const changes = drawn.flatMap(({ variation: { gradient } }) => gradient ?? []);
    // Of convolutions and text, 0.15 of the draws, none.
    expectShare(changes.length, 0.85 * 0.25);
    const shares = {
      es: 0.08,
      bfloat16: 0.2,
      normalized: 0.05,
      directions: 0.08,
      keep: 0.05,
      delay: 0.05,
    };
    for (const [form, share] of Object.entries(shares))
      expectShare(changes.filter((change) => form in change).length, 0.85 * 0.25 * share);
  });

  it('leaves the gradients of convolutions, of text and of its validation alone', () => {
    for (const { task, variation } of drawn)
      if (['imageConv', 'rnnLm', 'transformerLm'].includes(task.family))
        expect(variation.gradient).toBeUndefined();
    for (let i = 0; i < 300; i++)
      expect(drawTask(mix, stream(i), 'metaValid').variation.gradient).toBeUndefined();
  });

  it('draws perceptrons anew for each training', () => {
    expect(freshShare(mix)).toBeCloseTo(0.85);
    const perceptrons = drawn.filter(({ task }) => task.family === 'imageMlp');
    expect(new Set(perceptrons.map(({ task }) => JSON.stringify(task))).size).toBeGreaterThan(
      0.5 * perceptrons.length,
    );
  });
});
