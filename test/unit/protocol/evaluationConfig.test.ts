import { format } from 'prettier';
import { describe, expect, it } from 'vitest';
import {
  DEFAULT_WEIGHTS,
  checkEvaluationConfig,
  evaluationConfigJsonSchema,
  isWholeOption,
  parseEvaluationConfigText,
} from '../../../src/protocol/index';

const BEALE = { name: 'beale', task: { family: 'beale' } };

describe('the config of an evaluation', () => {
  it('is VeLO against Adam unless it says otherwise; what a suite may say is left open', () => {
    const config = parseEvaluationConfigText('{ "suite": "quick-12" }', 'mine.velo-eval.json');
    expect(config).toMatchObject({
      name: 'mine',
      optimizers: [{ optimizer: { name: 'velo', weights: DEFAULT_WEIGHTS } }],
      baseline: {
        optimizer: { name: 'adam', beta1: 0.9 },
        sweep: { schedules: [{ kind: 'constant' }] },
      },
      evaluate: { heldOut: 'outerValid' },
    });
    expect(config.seeds).toBeUndefined();
    expect(config.baseline.sweep.learningRates).toBeUndefined();
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
    [{ tasks: [{ ...BEALE, lengths: [] }] }, /^tasks\.0\.lengths /],
    [{ tasks: [{ ...BEALE, lengths: [10, 0] }] }, 'tasks.0.lengths.1 must be >= 1, got 0'],
    [
      { tasks: [BEALE], protocol: 'papers' },
      /protocol must be one of paper, lengths, got "papers"/,
    ],
    [
      { tasks: [BEALE], secondBaseline: { optimizer: { name: 'velo' } } },
      /^secondBaseline needs an optimizer with a learning rate, got /,
    ],
    [{ suite: 'quick-12', seeds: 0 }, 'seeds must be >= 1, got 0'],
    [{ suite: 'quick-12', evaluate: { every: 0 } }, 'evaluate.every must be >= 1, got 0'],
  ])('says what is wrong with %j', (value, message) => {
    const { problems } = checkEvaluationConfig(value);
    expect(problems?.[0].message).toMatch(message);
  });
});

describe('the options of a sweep', () => {
  const check = (sweep: object, optimizer: object = { name: 'adamw' }) =>
    checkEvaluationConfig({ tasks: [BEALE], baseline: { optimizer, sweep } });

  it('are lists or ranges, and the same after they were written and read', () => {
    const options = {
      weightDecay: [0, 1e-4, 1e-2],
      beta1: { kind: 'uniform', low: 0.8, high: 0.99 },
      beta2: { kind: 'random', points: 3, low: 0.9, high: 0.999, scale: 'linear' },
    };
    const { config } = check({ options, draw: 20, drawSeed: 3 });
    expect(config?.baseline.sweep.options).toMatchObject({
      weightDecay: [0, 1e-4, 1e-2],
      beta1: { kind: 'uniform', points: 5 },
      beta2: { seed: 0 },
    });
    expect(checkEvaluationConfig(JSON.parse(JSON.stringify(config))).config).toEqual(config);
    const nesterov = check({ options: { nesterov: [true, false] } }, { name: 'momentum' });
    expect(nesterov.problems).toBeUndefined();
  });

  it.each([
    [
      { options: { weightDecy: [0] } },
      /options\.weightDecy must be one of beta1, .*, got "weightDecy"; did you mean "weightDecay"\?/,
    ],
    [{ options: { learningRate: [0.1] } }, /options\.learningRate must be one of beta1/],
    [{ options: { beta1: [0.9, 1] } }, /^baseline\.sweep\.options\.beta1\.1 must be < 1, got 1$/],
    [{ options: { beta1: ['high'] } }, /options\.beta1\.0 must be a finite number, got "high"/],
    [
      { options: { beta1: { kind: 'uniform', low: 0.9, high: 1.5 } } },
      /options\.beta1\.high must be < 1, got 1\.5/,
    ],
    [
      { options: { beta1: { kind: 'uniform', low: 0.9, high: 0.8 } } },
      /options\.beta1\.high must be >= 0\.9, got 0\.8/,
    ],
    [
      { options: { weightDecay: { kind: 'logUniform', low: 0, high: 0.1 } } },
      /options\.weightDecay\.low must be > 0 where logarithms are spaced, got 0/,
    ],
    [
      { options: { beta1: { kind: 'logunifrom', low: 0.1, high: 0.9 } } },
      /options\.beta1\.kind must be one of logUniform, uniform, random, got "logunifrom"/,
    ],
    [
      { options: { beta1: { kind: 'uniform', low: 0.1, hig: 0.9 } } },
      /options\.beta1\.(hig is not a known setting; did you mean "high"|high is missing)/,
    ],
    [{ options: { beta1: 0.9 } }, /options\.beta1 must be a list of values or a range in braces/],
    [{ drawSeed: 3 }, /drawSeed needs "draw" beside it, got 3/],
    [
      { options: { beta1: { kind: 'uniform', points: 1000, low: 0.1, high: 0.9 } } },
      /sweep must have at most 10000 settings \("draw" tries some of them\), got 15000/,
    ],
  ])('say what is wrong with %j', (sweep, message) => {
    expect(
      check(sweep)
        .problems?.map((problem) => problem.message)
        .join('\n'),
    ).toMatch(message);
  });

  it('are refused at their line', () => {
    const text = [
      '{ "suite": "quick-12",',
      '  "baseline": { "sweep": { "options": {',
      '    "beta1": [0.9,',
      '      1.5] } } } }',
    ].join('\n');
    expect(() => parseEvaluationConfigText(text, 'mine.velo-eval.json')).toThrow(
      /mine\.velo-eval\.json:4:7.*beta1\.1 must be < 1, got 1\.5/,
    );
  });

  it('take whole numbers only where the option does', () => {
    const answers = [
      isWholeOption('shampoo', 'blockSize'),
      isWholeOption('adam', 'beta1'),
      isWholeOption('momentum', 'nesterov'),
      isWholeOption('adam', 'none'),
    ];
    expect(answers).toEqual([true, false, false, false]);
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
