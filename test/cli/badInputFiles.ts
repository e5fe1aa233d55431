/** What can be wrong with data, weights, runs, checkpoints and recordings, as a table. */
import * as fs from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { createRun, decodeSafetensors, encodeSafetensors } from '../../src/storage/index';
import { encodeIdx } from '../support/images';
import { SUMMARY, exampleCheckpoint, exampleRun } from '../unit/storage/runFixtures';
import { BEALE, both, config, writeConfig, writeText } from './badInputCases';
import type { Case, Setup } from './badInputCases';

const PIXELS = new Uint8Array(20 * 4);
const LABELS = Uint8Array.from({ length: 20 }, (_, index) => index % 2);
const IMAGES = encodeIdx([20, 2, 2], PIXELS);

/** A folder `data` with images and labels. */
function data(images: Uint8Array | undefined, labels: Uint8Array | undefined, name = ''): Setup {
  return (folder) => {
    const directory = join(folder, 'data');
    fs.mkdirSync(directory);
    if (images !== undefined) fs.writeFileSync(join(directory, `images-idx3-ubyte${name}`), images);
    if (labels !== undefined) fs.writeFileSync(join(directory, 'labels-idx1-ubyte'), labels);
  };
}

function dataset(title: string, files: Setup, message: RegExp, task: object = {}): Case {
  const mlp = { family: 'imageMlp', dataset: './data', hidden: [], batchSize: 2, ...task };
  const setup = both(files, writeConfig({ ...BEALE, task: mlp }));
  return { title, args: ['train', 'a.velo.json', '--device', 'cpu'], setup, message };
}

export const DATA: Case[] = [
  dataset(
    'an unknown data set',
    () => undefined,
    /^dataset "cifar" is not known: expected digits8, mnist, fashion-mnist, emoji9, emoji98, glyph62, .*or the path of a folder with idx files; did you mean "cifar10"\?$/,
    { dataset: 'cifar' },
  ),
  dataset(
    'a folder without images',
    data(undefined, undefined),
    /data has no train-images-idx3-ubyte or images-idx3-ubyte/,
  ),
  dataset(
    'images without labels',
    data(IMAGES, undefined),
    /data has images-idx3-ubyte but no labels-idx1-ubyte .*, expected both$/,
  ),
  dataset(
    'images that are cut short',
    data(IMAGES.subarray(0, 40), encodeIdx([20], LABELS)),
    /images-idx3-ubyte is not an idx file of unsigned bytes: /,
  ),
  dataset(
    'images that are no idx file',
    data(new TextEncoder().encode('PNG, honestly'), encodeIdx([20], LABELS)),
    /images-idx3-ubyte is not an idx file of unsigned bytes: .*, expected /,
  ),
  dataset(
    'labels for other images',
    data(IMAGES, encodeIdx([19], LABELS.subarray(1))),
    /labels-idx1-ubyte has 19 labels, expected 20, one for each image of /,
  ),
  dataset(
    'a gzip file that is cut short',
    data(gzipSync(IMAGES).subarray(0, 30), encodeIdx([20], LABELS), '.gz'),
    /images-idx3-ubyte\.gz is not a complete gzip file: /,
  ),
  dataset(
    'a single class',
    data(IMAGES, encodeIdx([20], new Uint8Array(20))),
    /data has 1 class, expected at least 2 to tell apart$/,
  ),
  dataset(
    'a batch larger than the data',
    data(IMAGES, encodeIdx([20], LABELS)),
    /^batchSize is 64, expected at most 14, the images in the train split of /,
    { batchSize: 64 },
  ),
  dataset(
    'a batch larger than the held-out data',
    data(IMAGES, encodeIdx([20], LABELS)),
    /^evaluate\.split innerValid of .* has 2 examples, expected at least one batch of 8$/,
    { batchSize: 8 },
  ),
];

const GOOD_WEIGHTS = fs.readFileSync(
  new URL('../../media/weights/velo-handmade-1.safetensors', import.meta.url),
);

/** The shipped weights with something changed. */
function changed(change: (content: ReturnType<typeof decodeSafetensors>) => object): Uint8Array {
  const content = decodeSafetensors(GOOD_WEIGHTS, { code: 'weights', fileName: 'good' });
  return encodeSafetensors({ ...content, ...change(content) });
}

function weights(title: string, bytes: Uint8Array, message: RegExp): Case {
  const setup = both(
    writeText('w.safetensors', bytes),
    writeConfig({ ...BEALE, optimizer: { name: 'velo', weights: 'w.safetensors' } }),
  );
  return { title, args: ['train', 'a.velo.json', '--device', 'cpu'], setup, message };
}

const STEP_BIAS = 'rnn_params/step_size/b';
export const WEIGHTS: Case[] = [
  config(
    'weights that are not there',
    { ...BEALE, optimizer: { name: 'velo', weights: 'velo-4000-tpu' } },
    /^weights "velo-4000-tpu" are not known: expected velo-ortho-\d, velo-mini-1, celo2-mini-1, velo-handmade-1 or the path of a file$/,
  ),
  weights(
    'weights that are cut short',
    GOOD_WEIGHTS.subarray(0, 9000),
    /w\.safetensors: not a usable safetensors file: its data should have \d+ bytes, the file holds \d+$/,
  ),
  weights(
    'weights that are text',
    new TextEncoder().encode('{"weights": "of gold"}'),
    /w\.safetensors: not a usable safetensors file: the header may have up to \d+ bytes, the file announces \d+$/,
  ),
  weights(
    'weights that do not say what they are',
    changed(() => ({ metadata: {} })),
    /w\.safetensors: metadata "format" is missing$/,
  ),
  weights(
    'weights of another size than they say',
    changed(({ metadata }) => ({ metadata: { ...metadata, hidden: '64' } })),
    /w\.safetensors: tensor ".*" of a theta of hidden size 64 and bank size 8 must have shape \[.*\], got \[.*\]$/,
  ),
  weights(
    'weights with a NaN',
    changed(({ tensors }) => ({
      tensors: { ...tensors, [STEP_BIAS]: { shape: [1], data: Float32Array.of(NaN) } },
    })),
    /w\.safetensors: tensor "rnn_params\/step_size\/b" must be finite, got NaN at index 0$/,
  ),
  weights(
    'weights that lack a tensor',
    changed(({ tensors }) => ({
      tensors: Object.fromEntries(Object.entries(tensors).filter(([name]) => name !== STEP_BIAS)),
    })),
    /w\.safetensors: tensor "rnn_params\/step_size\/b" of a theta of hidden size 32 and bank size 8 is missing$/,
  ),
  {
    title: 'inspecting weights that are not there',
    args: ['weights', 'inspect', 'no.safetensors'],
    message:
      /^weights "no\.safetensors" are not known: expected velo-ortho-\d, velo-mini-1, celo2-mini-1, velo-handmade-1 or the path of a file$/,
  },
];

/** A workspace with the run `valley-1`, stopped at step 3. */
function stoppedRun(change: (directory: string) => void = () => undefined): Setup {
  return (folder) => {
    const run = createRun(folder, exampleRun());
    for (let step = 0; step < 3; step++) run.appendMetric({ step, loss: 1 });
    run.saveCheckpoint(exampleCheckpoint(3));
    run.writeSummary({ ...SUMMARY, state: 'stopped', step: 3 });
    run.close();
    change(run.directory);
  };
}
const CHECKPOINT = 'checkpoints/step-000003.safetensors';

function resume(title: string, change: (directory: string) => void, message: RegExp): Case {
  return { title, args: ['resume', 'valley-1'], setup: stoppedRun(change), message };
}

/** The checkpoint with other content. */
const checkpointWith =
  (content: Parameters<typeof encodeSafetensors>[0]) => (directory: string) => {
    fs.writeFileSync(join(directory, CHECKPOINT), encodeSafetensors(content));
  };
const META = { format: 'velo-checkpoint-1', step: '3', seconds: '1' };
const PROGRESS = JSON.stringify({
  earlyStop: { bestLoss: null, bestStep: null, evaluationsSinceBest: 0 },
  targetStep: null,
});

/** Runs that the test itself keeps under its lock; closed when all is over. */
export const held: { close(): void }[] = [];

export const RUNS: Case[] = [
  {
    title: 'a run that is not there',
    args: ['show', 'nothing'],
    message: /^there is no run called "nothing"; .*runs has no runs$/,
  },
  {
    title: 'a run with another name',
    args: ['resume', 'vally-1'],
    setup: stoppedRun(),
    message: /^there is no run called "vally-1"; did you mean "valley-1"\?$/,
  },
  {
    title: 'a name that two runs share',
    args: ['show', 'val'],
    setup: both(stoppedRun(), stoppedRun()),
    message: /^"val" could be valley-1, valley-2; expected the beginning of one run's id$/,
  },
  {
    title: 'a folder that is no run',
    args: ['show', './'],
    message: /^\.\/ is not the folder of a run: it has no config\.json$/,
  },
  {
    title: '--out that is a file',
    args: ['train', 'a.velo.json', '--out', 'a.velo.json'],
    setup: writeConfig(BEALE),
    message: /^--out .*a\.velo\.json is a file, expected a folder$/,
  },
  {
    title: 'a place where no folder can be made',
    args: ['train', 'a.velo.json', '--device', 'cpu'],
    setup: both(writeConfig(BEALE), writeText('.velo', '')),
    message: /^cannot create .*\.velo\/runs: a part of the path is a file, not a folder$/,
  },
  resume(
    'a run that is finished',
    (directory) => {
      fs.writeFileSync(
        join(directory, 'summary.json'),
        JSON.stringify({ ...SUMMARY, state: 'finished' }),
      );
    },
    /^run valley-1 is finished: there is nothing to resume$/,
  ),
  resume(
    'a config of a run that is broken',
    (directory) => {
      fs.writeFileSync(join(directory, 'config.json'), '{ "task": 3 }');
    },
    /config\.json:1:11: task must be an object in braces, got 3/,
  ),
  resume(
    'a run without checkpoints',
    (directory) => {
      fs.rmSync(join(directory, 'checkpoints'), { recursive: true });
    },
    /^run valley-1 has no usable checkpoint: there is none$/,
  ),
  resume(
    'a checkpoint that is cut short',
    (directory) => {
      fs.truncateSync(join(directory, CHECKPOINT), 100);
    },
    /^run valley-1 has no usable checkpoint: .*step-000003\.safetensors: not a usable safetensors file: the header should end at byte \d+, the file ends at 100$/,
  ),
  resume(
    'a checkpoint of another program',
    checkpointWith({ tensors: {}, metadata: {} }),
    /step-000003\.safetensors: expected format velo-checkpoint-1, got undefined$/,
  ),
  resume(
    'a checkpoint without progress',
    checkpointWith({ tensors: {}, metadata: META }),
    /step-000003\.safetensors: its progress is missing or not readable$/,
  ),
  resume(
    'a checkpoint of another network',
    checkpointWith({
      tensors: { 'params/w': { shape: [1], data: Float32Array.of(1) } },
      metadata: { ...META, progress: PROGRESS },
    }),
    /^checkpoint: the parameters have no array called w$/,
  ),
  {
    title: 'a run that a living process writes',
    args: ['resume', 'valley-1'],
    setup: (folder) => {
      const run = createRun(folder, exampleRun());
      run.saveCheckpoint(exampleCheckpoint(1));
      held.push(run);
    },
    message: new RegExp(`^run valley-1 is being written by process ${process.pid} since `),
  },
  {
    title: 'metrics that are broken in the middle',
    args: ['show', 'valley-1'],
    setup: stoppedRun((directory) => {
      fs.writeFileSync(join(directory, 'metrics.jsonl'), 'nonsense\n{"step":1,"loss":1}\n');
    }),
    message: /metrics\.jsonl:1: expected JSON, got "nonsense"$/,
  },
];

export const RECORDINGS: Case[] = [
  {
    title: 'a recording that is not there',
    args: ['parity', 'no.json'],
    message: /^cannot read no\.json: it does not exist$/,
  },
  {
    title: 'a recording that is no JSON',
    args: ['parity', 'x.json'],
    setup: writeText('x.json', 'hello'),
    message: /^x\.json: not JSON: /,
  },
  {
    title: 'a recording of another format',
    args: ['parity', 'x.json'],
    setup: writeText('x.json', '{"format":"other"}'),
    message: /^x\.json: /,
  },
];
