/** What a person can get wrong in the arguments and in a config, as a table. */
import * as fs from 'node:fs';
import { join } from 'node:path';

/** A folder with what a case needs, the current one of the program. */
export type Setup = (folder: string) => void;

export interface Case {
  readonly title: string;
  readonly args: readonly string[];
  readonly setup?: Setup;
  readonly message: RegExp;
}

export const BEALE = { task: { family: 'beale' }, optimizer: { name: 'adam' }, numSteps: 2 };
export const writeText =
  (name: string, text: string | Uint8Array): Setup =>
  (folder) => {
    fs.writeFileSync(join(folder, name), text);
  };
export const writeConfig = (value: unknown): Setup =>
  writeText('a.velo.json', JSON.stringify(value));
export const both =
  (...setups: Setup[]): Setup =>
  (folder) => {
    for (const setup of setups) setup(folder);
  };

/** `velo train` with a config. */
export function config(title: string, value: unknown, message: RegExp, ...more: string[]): Case {
  return { title, args: ['train', 'a.velo.json', ...more], setup: writeConfig(value), message };
}

export const USAGE: Case[] = [
  {
    title: 'an unknown command',
    args: ['trian'],
    message: /^unknown command 'trian' \(Did you mean train\?\)$/,
  },
  {
    title: 'an unknown option',
    args: ['train', '--sed', '1', 'a'],
    message: /^unknown option '--sed' \(Did you mean one of --seed, --set\?\)$/,
  },
  ...['0', '9', '1.5', 'many'].map((threads) => ({
    title: `--threads ${threads}`,
    args: ['train', 'a.velo.json', '--threads', threads],
    message: new RegExp(`^--threads must be auto or an integer from 1 to 8, got ${threads}$`),
  })),
  { title: 'no config', args: ['train'], message: /^missing required argument 'config'$/ },
  {
    title: 'an option without its value',
    args: ['train', 'a.velo.json', '--set'],
    message: /^option '--set <a\.b=c>' argument missing$/,
  },
  {
    title: 'weights without --out',
    args: ['weights', 'build-handmade'],
    message: /^required option '--out <file>' not specified$/,
  },
  {
    title: 'an unknown kind of weights',
    args: ['weights', 'build-handmade', '--out', 'w', '--kind', 'c'],
    message: /^--kind must be a or b, got "c"$/,
  },
  {
    title: 'a size of weights that is no number',
    args: ['weights', 'build-handmade', '--out', 'w', '--hidden', 'big'],
    message: /^--hidden must be a whole number ≥ 1, got "big"$/,
  },
  {
    title: 'weights too small to be built',
    args: ['weights', 'build-handmade', '--out', 'w', '--hidden', '5'],
    message: /hidden must be at least 13, got 5$/,
  },
  {
    title: 'a peak of weights that is not positive',
    args: ['weights', 'build-handmade', '--out', 'w', '--peak', '0'],
    message: /^--peak must be a number > 0, got "0"$/,
  },
  {
    title: 'weights into a folder that is not there',
    args: ['weights', 'build-handmade', '--out', 'no/w'],
    message: /^cannot write no\/w: it does not exist$/,
  },
  {
    title: 'an unknown device for parity',
    args: ['parity', 'x.json', '--device', 'wasn'],
    message:
      /^--device must be one of auto, native, wasm, wasm-relaxed, cpu, tensorflow, got "wasn"; did you mean "wasm"\?$/,
  },
];

export const CONFIGS: Case[] = [
  {
    title: 'a plan that no device could time',
    args: ['plan', 'a.velo.json', '--profile', '--device', 'cpu'],
    setup: writeConfig(BEALE),
    message: /^cpu runs no plans, so there is nothing to time$/,
  },
  {
    title: 'a config that is not there',
    args: ['train', 'no.velo.json'],
    message: /^cannot read no\.velo\.json: it does not exist$/,
  },
  {
    title: 'a folder instead of a config',
    args: ['train', '.'],
    message: /^\. is a folder, expected the file of a run config$/,
  },
  {
    title: 'an empty config',
    args: ['train', 'a.velo.json'],
    setup: writeText('a.velo.json', ''),
    message: /^a\.velo\.json: the file is empty$/,
  },
  {
    title: 'a config that is no text',
    args: ['train', 'a.velo.json'],
    setup: writeText('a.velo.json', Uint8Array.of(0x1f, 0x8b, 0xff)),
    message: /^a\.velo\.json is not UTF-8 text, expected a run config$/,
  },
  {
    title: 'a huge file instead of a config',
    args: ['train', 'a.velo.json'],
    setup: writeText('a.velo.json', new Uint8Array(2 ** 21)),
    message: /^a\.velo\.json has 2097152 bytes, expected a run config of at most 1 MB$/,
  },
  {
    title: 'a missing comma',
    args: ['train', 'a.velo.json'],
    setup: writeText('a.velo.json', '{\n  "seed": 1\n  "name": "x"\n}'),
    message: /^a\.velo\.json:3:3: expected a comma$/,
  },
  config(
    'an unknown setting',
    { ...BEALE, optimiser: {} },
    /^a\.velo\.json:1:\d+: optimiser is not a known setting; did you mean "optimizer"\?$/,
  ),
  config(
    'a setting of another optimizer',
    { ...BEALE, optimizer: { name: 'adam', momentum: 0.9 } },
    /optimizer\.momentum is not a known setting; expected one of name, learningRate/,
  ),
  config(
    'a wrong type',
    { ...BEALE, numSteps: 'many' },
    /^a\.velo\.json:1:\d+: numSteps must be a finite number, got "many"$/,
  ),
  config('no steps', { ...BEALE, numSteps: 0 }, /: numSteps must be >= 1, got 0$/),
  config(
    'a negative learning rate',
    { ...BEALE, optimizer: { name: 'adam', learningRate: -0.1 } },
    /: optimizer\.learningRate must be > 0, got -0\.1$/,
  ),
  config(
    'an unknown optimizer',
    { ...BEALE, optimizer: { name: 'adamm' } },
    /: optimizer\.name must be one of sgd, .*, velo, got "adamm"; did you mean "adam"\?$/,
  ),
  config(
    'an unknown task',
    { ...BEALE, task: { family: 'bealle' } },
    /: task\.family must be one of .*, got "bealle"; did you mean "beale"\?$/,
  ),
  config(
    'no task',
    { optimizer: { name: 'adam' } },
    /^a\.velo\.json:1:1: task is missing; expected an object in braces$/,
  ),
  config(
    'a seed beyond 32 bits',
    { ...BEALE, seed: 2 ** 32 },
    /: seed must be <= 4294967295, got 4294967296$/,
  ),
  config(
    'an unknown device',
    { ...BEALE, device: 'gpu' },
    /: device must be one of auto, native, wasm, wasm-relaxed, cpu, tensorflow, got "gpu"; did you mean "tensorflow"\?$/,
  ),
  config(
    'a schedule that ends before it begins',
    {
      ...BEALE,
      optimizer: {
        name: 'sgd',
        schedule: { kind: 'warmupCosine', warmupFraction: 0.5, constantFraction: 0.1 },
      },
    },
    /: optimizer\.schedule\.constantFraction must be >= warmupFraction, 0\.5, got 0\.1$/,
  ),
  config(
    'early stopping without data',
    { ...BEALE, earlyStop: { patience: 2 } },
    /: earlyStop needs held-out data, which beale has not/,
  ),
  config(
    '--set without a value',
    BEALE,
    /^--set seed: expected a setting and a value, a\.b=c$/,
    '--set',
    'seed',
  ),
  config(
    '--set of an unknown setting',
    BEALE,
    /^--set optimizer\.lr=1: there is no optimizer\.lr; optimizer has name, learningRate, .*did you mean "learningRate"\?$/,
    '--set',
    'optimizer.lr=1',
  ),
  config(
    '--set out of range',
    BEALE,
    /^--set optimizer\.beta1=1: optimizer\.beta1 must be < 1, got 1$/,
    '--set',
    'optimizer.beta1=1',
  ),
  config(
    '--seed that is no number',
    BEALE,
    /^--set seed=x: seed must be a finite number, got "x"$/,
    '--seed',
    'x',
  ),
  config(
    '--device that is not known',
    BEALE,
    /^--set device=cuda: device must be one of .*, got "cuda"; did you mean "tensorflow"\?$/,
    '--device',
    'cuda',
  ),
  config(
    '--device that is not there',
    BEALE,
    /^tensorflow: no installed package/,
    '--device',
    'tensorflow',
  ),
  {
    title: 'a second config that is wrong',
    args: ['train', 'a.velo.json', 'b.velo.json'],
    setup: both(writeConfig(BEALE), writeText('b.velo.json', '{')),
    message: /^b\.velo\.json:1:2: expected a closing brace "\}"$/,
  },
];
