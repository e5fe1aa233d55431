import { describe, expect, it } from 'vitest';
import { UserError } from '../../../src/base/index';
import {
  DEFAULT_WEIGHTS,
  TASK_FAMILIES,
  diagnoseRunConfigText,
  parseRunConfigText,
} from '../../../src/protocol/index';

const MINIMAL = '{ "task": { "family": "beale" }, "optimizer": { "name": "adam" } }';

function messageFor(text: string, overrides: string[] = []): string {
  try {
    parseRunConfigText(text, { fileName: 'a.velo.json', overrides });
  } catch (thrown) {
    expect(thrown).toBeInstanceOf(UserError);
    expect((thrown as UserError).code).toBe('config');
    return (thrown as UserError).message;
  }
  throw new Error('the config was accepted');
}

describe('parseRunConfigText', () => {
  it('fills in every default', () => {
    expect(parseRunConfigText(MINIMAL, { fileName: 'runs/valley.velo.json' })).toEqual({
      name: 'valley',
      task: { family: 'beale' },
      optimizer: {
        name: 'adam',
        learningRate: 1e-3,
        beta1: 0.9,
        beta2: 0.999,
        epsilon: 1e-8,
        epsRoot: 0,
        schedule: { kind: 'constant' },
      },
      numSteps: 1000,
      seed: 0,
      device: 'auto',
      logEvery: 1,
      evaluate: { every: 100, split: 'innerValid', batches: 50 },
      checkpointEvery: 500,
      trace: { every: 'auto' },
    });
  });

  it('gives velo the best weights that ship and the horizon that learned weights know', () => {
    const text = '{ "task": { "family": "beale" }, "optimizer": { "name": "velo" } }';
    expect(parseRunConfigText(text).optimizer).toEqual({
      name: 'velo',
      weights: DEFAULT_WEIGHTS,
      weightDecay: 0,
      maxTrainingSteps: 150_000,
    });
  });

  it('reads comments, trailing commas and a byte order mark', () => {
    const text = `\uFEFF// first\n{ "name": "x", /* y */ "task": { "family": "beale", },
      "optimizer": { "name": "sgd", }, }`;
    expect(parseRunConfigText(text)).toMatchObject({ name: 'x', optimizer: { learningRate: 0.1 } });
  });

  it('keeps a name that the config gives', () => {
    const text = MINIMAL.replace('{ "task"', '{ "name": "mine", "task"');
    expect(parseRunConfigText(text, { fileName: 'other.velo.json' }).name).toBe('mine');
  });
});

const adam = (field: string): string =>
  `{\n  "task": { "family": "beale" },\n  "optimizer": { "name": "adam", ${field} }\n}`;
const mlp = (field: string): string =>
  `{\n  "task": { "family": "imageMlp", "dataset": "mnist", ${field} },\n  "optimizer": { "name": "velo" }\n}`;
const top = (field: string): string =>
  `{\n  ${field},\n  "task": { "family": "beale" },\n  "optimizer": { "name": "adam" }\n}`;

describe('errors in the text of a config', () => {
  it.each([
    ['', 'a.velo.json: the file is empty'],
    ['// only this\n', 'a.velo.json:2:1: expected a value'],
    ['{', 'a.velo.json:1:2: expected a closing brace "}"'],
    ['{ "name" "x" }', 'a.velo.json:1:10: expected a colon'],
    ['{\n  "numSteps": 10\n  "seed": 1\n}', 'a.velo.json:3:3: expected a comma'],
    [
      "{ 'name': 1 }",
      'a.velo.json:1:3: this word is neither true, false nor null, and text needs double quotes',
    ],
    ['{ "seed": 1, "seed": 2 }', 'a.velo.json:1:14: "seed" appears twice in the same braces'],
    ['[]', 'a.velo.json:1:1: the config must be an object in braces, got []'],
    ['3', 'a.velo.json:1:1: the config must be an object in braces, got 3'],
    [
      '{ "task": { "family": "beale" } }',
      'a.velo.json:1:1: optimizer is missing; expected an object in braces',
    ],
    [
      adam('"learningRate": -0.1'),
      'a.velo.json:3:50: optimizer.learningRate must be > 0, got -0.1',
    ],
    [adam('"beta2": 1'), 'a.velo.json:3:43: optimizer.beta2 must be < 1, got 1'],
    [
      adam('"lr": 1'),
      'a.velo.json:3:34: optimizer.lr is not a known setting; did you mean "learningRate"?',
    ],
    [
      adam('"beta_1": 1'),
      'a.velo.json:3:34: optimizer.beta_1 is not a known setting; did you mean "beta1"?',
    ],
    [
      adam('"bananas": 1'),
      'a.velo.json:3:34: optimizer.bananas is not a known setting; expected one of name, learningRate, beta1, beta2, epsilon, epsRoot, schedule',
    ],
    [
      adam('"schedule": { "kind": "cosin" }'),
      'a.velo.json:3:56: optimizer.schedule.kind must be one of constant, cosine, linear, warmupCosine, got "cosin"; did you mean "cosine"?',
    ],
    [
      adam('"schedule": { "kind": "warmupCosine", "constantFraction": 0.01 }'),
      'a.velo.json:3:92: optimizer.schedule.constantFraction must be >= warmupFraction, 0.05, got 0.01',
    ],
    [mlp('"hidden": [0]'), 'a.velo.json:2:66: task.hidden.0 must be >= 1, got 0'],
    [mlp('"hidden": 64'), 'a.velo.json:2:65: task.hidden must be a list, got 64'],
    [mlp('"grey": "yes"'), 'a.velo.json:2:63: task.grey must be true or false, got "yes"'],
    [mlp('"batchSize": 1.5'), 'a.velo.json:2:68: task.batchSize must be a whole number, got 1.5'],
    [
      mlp('"activation": "relo"'),
      'a.velo.json:2:69: task.activation must be one of relu, tanh, sigmoid, gelu, silu, elu, relu6, selu, leakyRelu, cos, sin, got "relo"; did you mean "relu"?',
    ],
    [
      '{ "task": { "family": "beale" }, "optimizer": { "name": "velo", "accumulate": 1001 } }',
      'a.velo.json:1:79: optimizer.accumulate must be at most numSteps, 1000, got 1001',
    ],
    [
      top('"device": "cuda"'),
      'a.velo.json:2:13: device must be one of auto, native, wasm, wasm-relaxed, cpu, tensorflow, got "cuda"',
    ],
    [
      top('"trace": { "every": "often" }'),
      'a.velo.json:2:23: trace.every must be "auto" or a whole number of steps, got "often"',
    ],
    [top('"trace": { "every": -1 }'), 'a.velo.json:2:23: trace.every must be >= 0, got -1'],
    [top('"numSteps": 0'), 'a.velo.json:2:15: numSteps must be >= 1, got 0'],
    [top('"numSteps": 1e999'), 'a.velo.json:2:15: numSteps must be a finite number, got Infinity'],
    [top('"seed": 4294967296'), 'a.velo.json:2:11: seed must be <= 4294967295, got 4294967296'],
    [top('"name": ""'), 'a.velo.json:2:11: name must have at least 1 characters, got ""'],
    [top('"__proto__": { "seed": 1 }'), 'a.velo.json:2:3: __proto__ is not a known setting'],
    [
      top('"evaluate": { "every": 0 }, "earlyStop": { "patience": 3 }'),
      'a.velo.json:2:44: earlyStop needs evaluate.every of at least 1, got {"every":0',
    ],
    [
      '{ "task": { "family": "imageMPL" }, "optimizer": { "name": "velo" } }',
      `a.velo.json:1:23: task.family must be one of ${TASK_FAMILIES.join(', ')}, got "imageMPL"; did you mean "imageMlp"?`,
    ],
    [
      '{ "task": {}, "optimizer": { "name": "velo" } }',
      `a.velo.json:1:11: task.family is missing; expected one of ${TASK_FAMILIES.join(', ')}`,
    ],
  ])('%s', (text, message) => {
    expect(messageFor(text).slice(0, message.length)).toBe(message);
  });

  it('names the first problem in the text and counts the others', () => {
    const text =
      '{ "seed": -1, "task": { "family": "x" }, "optimizer": { "name": "adam", "beta1": 2 } }';
    expect(messageFor(text)).toBe(
      'a.velo.json:1:11: seed must be >= 0, got -1 (and 2 more problems)',
    );
  });

  it('names a misspelt setting rather than what is missing for it', () => {
    expect(messageFor('{ "task": { "family": "beale" }, "optimiser": {} }')).toBe(
      'a.velo.json:1:34: optimiser is not a known setting; did you mean "optimizer"? (and 1 more problem)',
    );
  });

  it('survives absurd nesting', () => {
    expect(messageFor('['.repeat(200_000))).toBe('a.velo.json:1:1: this is nested too deeply');
  });
});

describe('diagnoseRunConfigText', () => {
  it('finds nothing in a good config', () => {
    expect(diagnoseRunConfigText(MINIMAL)).toEqual([]);
  });

  it('gives every problem with the range of its text, in order', () => {
    const text = '{ "seed": -1, "task": { "family": "beale" }, "optimiser": {} }';
    const found = diagnoseRunConfigText(text);
    expect(found.map(({ message }) => message)).toEqual([
      'optimizer is missing; expected an object in braces',
      'seed must be >= 0, got -1',
      'optimiser is not a known setting; did you mean "optimizer"?',
    ]);
    expect(found.map(({ offset, length }) => text.slice(offset, offset + length))).toEqual([
      '{',
      '-1',
      '"optimiser"',
    ]);
  });
});

describe('--set', () => {
  const parse = (...overrides: string[]) =>
    parseRunConfigText(MINIMAL, { fileName: 'a.velo.json', overrides });

  it('takes JSON and plain text', () => {
    const config = parse('numSteps=20', 'optimizer.learningRate=1e-2', 'name=a b', 'device=wasm');
    expect(config).toMatchObject({ numSteps: 20, name: 'a b', device: 'wasm' });
    expect(config.optimizer).toMatchObject({ learningRate: 0.01 });
  });

  it('starts a union afresh from its tag', () => {
    expect(parse('optimizer=sgd', 'optimizer.learningRate=3').optimizer).toEqual({
      name: 'sgd',
      learningRate: 3,
      schedule: { kind: 'constant' },
    });
  });

  it('opens objects that the file leaves out', () => {
    expect(parse('evaluate.every=7', 'optimizer.schedule.kind=cosine')).toMatchObject({
      evaluate: { every: 7, batches: 50 },
      optimizer: { schedule: { kind: 'cosine', minMultiplier: 0 } },
    });
  });

  it('keeps text where text is wanted though it looks like JSON', () => {
    expect(parse('name=12').name).toBe('12');
  });

  it('wins over the file and over what was set before', () => {
    expect(parse('seed=1', 'seed=2').seed).toBe(2);
  });

  it.each([
    ['seed', '--set seed: expected a setting and a value, a.b=c'],
    ['=1', '--set =1: expected a setting and a value, a.b=c'],
    ['sede=1', '--set sede=1: there is no sede; the config has $schema, name, task'],
    [
      'optimizer.lr=1',
      '--set optimizer.lr=1: there is no optimizer.lr; optimizer has name, learningRate',
    ],
    ['seed.x=1', '--set seed.x=1: seed is a single value and has nothing inside'],
    ['task.hidden=3', '--set task.hidden=3: there is no task.hidden; task has family'],
    ['__proto__.x=1', '--set __proto__.x=1: there is no __proto__; the config has'],
    ['constructor=1', '--set constructor=1: there is no constructor; the config has'],
    ['seed=-1', '--set seed=-1: seed must be >= 0, got -1'],
    [
      'optimizer.learningRate=fast',
      '--set optimizer.learningRate=fast: optimizer.learningRate must be a finite number, got "fast"',
    ],
    ['optimizer=adm', '--set optimizer=adm: optimizer must be an object in braces, got "adm"'],
  ])('refuses %s', (override, message) => {
    expect(messageFor(MINIMAL, [override]).slice(0, message.length)).toBe(message);
  });
});
