/** What a person can get wrong with `velo evaluate`, as a table. */
import { both, writeConfig, writeText } from './badInputCases';
import type { Case } from './badInputCases';

const BEALE = { name: 'beale', task: { family: 'beale' } };

function file(title: string, value: unknown, message: RegExp): Case {
  return {
    title,
    args: ['evaluate', 'a.velo-eval.json'],
    setup: writeText('a.velo-eval.json', JSON.stringify(value)),
    message,
  };
}

function flags(title: string, args: readonly string[], message: RegExp): Case {
  return { title, args: ['evaluate', 'quick-12', ...args], message };
}

export const EVALUATIONS: Case[] = [
  {
    title: 'no suite',
    args: ['evaluate'],
    message: /^expected the name of a suite or a \*\.velo-eval\.json file$/,
  },
  {
    title: 'an unknown suite',
    args: ['evaluate', 'quick12'],
    message: /^there is no suite "quick12"; did you mean "quick-12"\?$/,
  },
  {
    title: 'a file that is not there',
    args: ['evaluate', 'no.velo-eval.json'],
    message: /^cannot read no\.velo-eval\.json: it does not exist$/,
  },
  file('neither suite nor tasks', {}, /^a\.velo-eval\.json:1:1: suite must be given, or a list/),
  file(
    'an unknown setting of a task',
    { tasks: [{ name: 'x', task: { family: 'imageMlp', dataset: 'mnist', hiden: [3] } }] },
    /^a\.velo-eval\.json:1:\d+: tasks\.0\.task\.hiden is not a known setting; did you mean "hidden"\?$/,
  ),
  file(
    'two tasks of one name',
    { tasks: [BEALE, BEALE] },
    /^two tasks are called "beale", expected names of their own$/,
  ),
  file(
    'a data set that is not there',
    { tasks: [{ name: 'x', task: { family: 'imageMlp', dataset: './nowhere' } }] },
    /nowhere/,
  ),
  file(
    'weights that are not there',
    { tasks: [BEALE], optimizers: [{ optimizer: { name: 'velo', weights: 'no.safetensors' } }] },
    /no\.safetensors" are not known/,
  ),
  file(
    'a device without kernels',
    { tasks: [BEALE], device: 'cpu' },
    /^cpu runs no populations, expected native or wasm$/,
  ),
  flags(
    'a bad grid',
    ['--grid', 'log:5'],
    /^--grid must be 15, 14, log-uniform:N, random:N or learning rates with commas, got "log:5"$/,
  ),
  flags('an empty grid', ['--grid', 'random:0'], /points must be >= 1, got 0$/),
  flags('a learning rate that is no number', ['--grid', '0.1,,1'], /^--grid must be 15, 14/),
  flags(
    'an unknown schedule',
    ['--schedules', 'constant,cosin'],
    /^--schedules must be of constant, cosine, linear, warmupCosine, .* got "cosin"$/,
  ),
  flags('no seeds', ['--seeds', '0'], /^--seeds must be a whole number ≥ 1, got "0"$/),
  flags('half a step', ['--steps', '1.5'], /^--steps must be a whole number ≥ 1, got "1\.5"$/),
  flags('no workers', ['--workers', '0'], /^--workers must be a whole number ≥ 1, got "0"$/),
  flags(
    'an unknown optimizer',
    ['--optimizer', 'adan'],
    /^--optimizer adan: there is no such optimizer; did you mean "adam"\?$/,
  ),
  flags(
    'the baseline measured with itself',
    ['--optimizer', 'adam'],
    /^two optimizers are called "adam"/,
  ),
  flags('a baseline without a learning rate', ['--baseline', 'velo'], /^baseline needs an optimi/),
  flags('an unknown device', ['--device', 'wasn'], /^device must be one of auto, .*"wasm"\?$/),
  flags(
    'a run that is too long for the weights',
    ['--steps', '200000'],
    /^velo: an evaluation averages no gradients, expected at most 150000 steps, got 200000$/,
  ),
  flags(
    'an evaluation that is not there',
    ['--resume', 'quick-12-7'],
    /^there is no evaluation called "quick-12-7"$/,
  ),
  {
    title: 'a folder that is no evaluation',
    args: ['evaluate', '--resume', './here'],
    message: /^\.\/here is not the folder of an evaluation: it has no config\.json$/,
  },
  {
    title: 'a run config that is none as an optimizer',
    args: ['evaluate', 'quick-12', '--optimizer', 'a.velo.json'],
    setup: both(writeConfig({ task: { family: 'beale' }, optimizer: { name: 'adan' } })),
    message: /^a\.velo\.json:1:\d+: optimizer\.name must be one of/,
  },
];
