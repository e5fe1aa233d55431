import { format } from 'prettier';
import { describe, expect, it } from 'vitest';
import {
  checkEvaluationConfig,
  evaluationConfigJsonSchema,
  parseEvaluationConfigText,
} from '../../../src/protocol/index';

const BEALE = { name: 'beale', task: { family: 'beale' } };

describe('the config of an evaluation', () => {
  it('is VeLO against Adam with 15 learning rates and two seeds unless it says otherwise', () => {
    const config = parseEvaluationConfigText('{ "suite": "quick-12" }', 'mine.velo-eval.json');
    expect(config).toMatchObject({
      name: 'mine',
      optimizers: [{ optimizer: { name: 'velo', weights: 'velo-handmade-1' } }],
      baseline: {
        optimizer: { name: 'adam', beta1: 0.9 },
        sweep: {
          learningRates: { kind: 'decades', points: 15 },
          schedules: [{ kind: 'constant' }],
        },
      },
      seeds: 2,
      evaluate: { every: 10, batches: 5, heldOut: 'outerValid' },
    });
  });

  it('is the same after it was written and read', () => {
    const { config } = checkEvaluationConfig({
      tasks: [BEALE],
      optimizers: [{ optimizer: { name: 'sgd' }, sweep: { schedules: [{ kind: 'cosine' }] } }],
    });
    expect(checkEvaluationConfig(JSON.parse(JSON.stringify(config))).config).toEqual(config);
  });

  it.each([
    [{}, 'suite must be given, or a list of tasks, got nothing'],
    [
      { tasks: [{ name: 'a', task: { family: 'beale', hiden: 3 } }] },
      'tasks.0.task.hiden is not a known setting; expected one of family',
    ],
    [
      { tasks: [BEALE], optimizers: [{ optimizer: { name: 'adan' } }] },
      /^optimizers\.0\.optimizer\.name must be one of sgd, .*, got "adan"; did you mean "adam"\?$/,
    ],
    [
      { tasks: [BEALE], baseline: { optimizer: { name: 'velo' } } },
      /^baseline needs an optimizer with a learning rate, got /,
    ],
    [
      {
        tasks: [BEALE],
        baseline: { sweep: { learningRates: { kind: 'random', points: 3, low: 1, high: 0.1 } } },
      },
      'baseline.sweep.learningRates.high must be >= 1, got 0.1',
    ],
    [
      {
        tasks: [BEALE],
        baseline: { sweep: { learningRates: { kind: 'decades', points: 13 } } },
      },
      /^baseline\.sweep\.learningRates\.points /,
    ],
    [{ suite: 'quick-12', seeds: 0 }, 'seeds must be >= 1, got 0'],
    [{ suite: 'quick-12', evaluate: { every: 0 } }, 'evaluate.every must be >= 1, got 0'],
  ])('says what is wrong with %j', (value, message) => {
    const { problems } = checkEvaluationConfig(value);
    expect(problems?.[0].message).toMatch(message);
  });
});

describe('the JSON schema of an evaluation', () => {
  it('is what media/schema holds (refresh with vitest -u)', async () => {
    const text = await format(JSON.stringify(evaluationConfigJsonSchema()), {
      parser: 'json',
      printWidth: 100,
    });
    await expect(text).toMatchFileSnapshot('../../../media/schema/velo-evaluation.schema.json');
  });
});
