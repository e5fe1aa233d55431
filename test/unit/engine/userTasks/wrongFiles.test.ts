/** Wrong task files, each told in which file and line it is wrong, what was expected, and what to do. */
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { UserError } from '../../../../src/base/index';
import { checkTask } from '../../../../src/engine/userTasks/checkTask';
import type { TaskFinding } from '../../../../src/engine/userTasks/finding';
import { pickDevice } from '../../../../src/engine/devices/devices';
import { useBackend } from '../../../support/tfBackends';
import { dataDir, taskFolder, weightsDir } from '../../../support/userTaskFiles';

beforeAll(() => useBackend('cpu'));

interface Case {
  readonly file?: string;
  readonly text: string;
  readonly others?: Readonly<Record<string, string>>;
  readonly options?: Record<string, string>;
  /** Of the message, after the folder. */
  readonly says: RegExp;
}

/** A loss task with these fields. */
const task = (fields: string): string =>
  `import { defineTask } from './velo-task';\nexport default defineTask(({ tf, options }) => ({\n${fields}\n}));\n`;
const PARAMS = 'params: { w: { shape: [2, 3] } },';
const LOSS = 'loss: (p) => tf.sum(tf.square(p.w)),';
const EXAMPLES = 'new Float32Array(80).map((_, i) => i / 80)';
const model = (
  loss: string,
  inputs = 64,
): string => `import { defineLayersTask } from './velo-task.js';
export default defineLayersTask(({ tf, layers }) => {
  const model = layers.sequential();
  model.add(layers.layers.dense({ units: 10, inputShape: [${inputs}] }));
  return { model, data: { images: 'digits8', batchSize: 8 }, loss: ${loss} };
});
`;
const spec = (value: unknown): string => JSON.stringify(value);

const cases: Readonly<Record<string, Case>> = {
  'a syntax error': {
    text: task(`${PARAMS}\n  loss: (p) => tf.sum(p.w`),
    says: /^task\.ts:\d+:\d+: Unexpected token/,
  },
  'no default export': {
    text: 'export const task = 1;\n',
    says: /^task\.ts has no default export, expected a task$/,
  },
  'an async definition': {
    text: 'export default async () => ({ params: {} });\n',
    says: /^task\.ts: its default export gave a promise, expected a task/,
  },
  'an error while the file is read': {
    text: 'const nothing: any = undefined;\n\nnothing.read();\nexport default {};\n',
    says: /^task\.ts:3: Cannot read properties of undefined/,
  },
  'await outside of a function': {
    text: 'const x = await Promise.resolve(1);\nexport default { x };\n',
    says: /^task\.ts(:\d+)?: await outside of a function$/,
  },
  'an import of a file that is not there': {
    text: "import { a } from './helper';\nexport default a;\n",
    says: /^task\.ts imports "\.\/helper", but there is no such file$/,
  },
  'an import of a package': {
    text: "import lodash from 'lodash';\nexport default lodash;\n",
    says: /^task\.ts imports the package "lodash", expected files beside it/,
  },
  'an error in an imported file': {
    text: "import { make } from './helper';\nexport default make;\n",
    others: { 'helper.ts': 'export function make(): never {\n  throw new Error("no luck");\n}\n' },
    says: /^helper\.ts:2: the task failed: no luck$/,
  },
  'no params': {
    text: task(LOSS),
    says: /^task\.ts: params must be an object of shapes by name, got nothing$/,
  },
  'a shape that is none': {
    text: task(`params: { w: { shape: [2, 0.5] } }, ${LOSS}`),
    says: /^task\.ts: params\.w must have a shape, a list of whole numbers ≥ 1, got \[2, 0\.5\]$/,
  },
  'an unknown start': {
    text: task(`params: { w: { shape: [2], start: 'he' } }, ${LOSS}`),
    says: /^task\.ts: params\.w\.start must be one of zeros, ones, .* got "he"$/,
  },
  'a start that gives no numbers': {
    text: task(`params: { w: { shape: [2], start: (v) => { v[1] = NaN; } } }, ${LOSS}`),
    says: /^task\.ts: the start of params\.w gave NaN at index 1, expected finite numbers$/,
  },
  'random numbers from elsewhere': {
    text: task(`params: { w: { shape: [2], start: (v) => { v[0] = Math.random(); } } }, ${LOSS}`),
    says: /^task\.ts: initial parameters are not the same twice: w has 0\.\d+, then 0\.\d+, at index 0$/,
  },
  'a misspelt field': {
    text: task(`${PARAMS} ${LOSS} dat: {},`),
    says: /^task\.ts: dat is no part of a task, expected params, data, loss/,
  },
  'no loss': { text: task(PARAMS), says: /^task\.ts: loss must be a function, got nothing$/ },
  'a loss that throws': {
    text: task(`${PARAMS}\n  loss: (p) =>\n    tf.matMul(p.w, p.w),`),
    says: /^task\.ts:5: loss failed in tf\.matMul: .*inner sides 3 of \[2,3\] and 2/,
  },
  'a loss of the wrong shape': {
    text: task(`${PARAMS} loss: (p) => tf.square(p.w),`),
    says: /^task\.ts: loss must be a float32 scalar, got float32 \[2,3\]$/,
  },
  'an async loss': {
    text: task(`${PARAMS} loss: async (p) => tf.sum(p.w),`),
    says: /^task\.ts: loss returned a promise, expected a scalar tensor$/,
  },
  'a loss that is no number': {
    text: task(`${PARAMS} loss: (p) => tf.sum(tf.log(tf.sub(tf.abs(p.w), 1000))),`),
    says: /^task\.ts: the loss of the initial parameters is NaN, expected a finite number$/,
  },
  'a loss that reads a value': {
    text: task(`${PARAMS}\n  loss: (p) => tf.mul(tf.sum(p.w), p.w.dataSync()[0]),`),
    says: /task\.ts:4.* cannot be compiled: it reads a value/,
  },
  'a loss with randomness of its own': {
    text: task(`${PARAMS}\n  loss: (p) => tf.sum(tf.mul(p.w, tf.randomNormal([2, 3]))),`),
    says: /task\.ts:4.* cannot be compiled: its random numbers would be the same in every step/,
  },
  'a loss that counts its calls': {
    text: task(
      `${PARAMS} loss: (p) => tf.mul(tf.sum(tf.square(p.w)), (globalThis.calls = (globalThis.calls ?? 0) + 1)),`,
    ),
    says: /^task\.ts: the loss computes something else when it is called again$/,
  },
  'a wrong derivative': {
    text: task(`${PARAMS}
  loss: (p) => {
    const twice = tf.customGrad((x, save) => {
      save([x]);
      return { value: tf.square(x), gradFunc: (dy, [x]) => tf.mul(dy, tf.mul(x, 3)) };
    });
    return tf.sum(twice(p.w));
  },`),
    says: /^task\.ts: the gradient of w at index \d is [\d.e+-]+, but differences of the loss say [\d.e+-]+$/,
  },
  'data of no kind': {
    text: task(`${PARAMS} ${LOSS} data: { pictures: 'mnist', batchSize: 8 },`),
    says: /^task\.ts: data must have one of images, table, text, examples, splits, generate, got pictures, batchSize$/,
  },
  'no batch size': {
    text: task(`${PARAMS} ${LOSS} data: { images: 'digits8' },`),
    says: /^task\.ts: batchSize must be a whole number ≥ 1, got nothing$/,
  },
  'a data set that is not there': {
    text: task(`${PARAMS} ${LOSS} data: { images: 'digits9', batchSize: 8 },`),
    says: /^dataset "digits9" is not known/,
  },
  'examples of different numbers': {
    text: task(
      `${PARAMS} ${LOSS} data: { examples: { x: ${EXAMPLES}, y: new Int32Array(79) }, batchSize: 4 },`,
    ),
    says: /^task\.ts: examples\.y has 79 examples, expected 80 as examples\.x has$/,
  },
  'ragged lists': {
    text: task(`${PARAMS} ${LOSS} data: { examples: { x: [[1, 2], [3]] }, batchSize: 1 },`),
    says: /^task\.ts: examples, x, has a list of 1 after 2 numbers, expected a list of 2$/,
  },
  'numbers that are none': {
    text: task(`${PARAMS} ${LOSS} data: { examples: { x: [1, NaN, 2] }, batchSize: 1 },`),
    says: /^task\.ts: examples, x, has NaN at index 1, expected finite numbers$/,
  },
  'a batch larger than the data': {
    text: task(`${PARAMS} ${LOSS} data: { examples: { x: ${EXAMPLES} }, batchSize: 100 },`),
    says: /batchSize is 100, expected at most 56, the examples in the train split of .*task\.ts$/,
  },
  'splits without train': {
    text: task(`${PARAMS} ${LOSS} data: { splits: { valid: { x: [1] } }, batchSize: 1 },`),
    says: /^task\.ts: splits must have train and may have innerValid, outerValid, test, got valid$/,
  },
  'splits that are not alike': {
    text: task(
      `${PARAMS} ${LOSS} data: { splits: { train: { x: [[1, 2]] }, test: { x: [[1]] } }, batchSize: 1 },`,
    ),
    says: /^task\.ts: an example of splits\.test has float32 \[1\] for x, expected float32 \[2\]/,
  },
  'a generator that changes its shapes': {
    text: task(
      `${PARAMS} ${LOSS} data: { generate: (random, index) => ({ x: new Float32Array(index + 1) }) },`,
    ),
    says: /^task\.ts: batch 1 of train has float32 \[2\] for x, expected float32 \[1\]/,
  },
  'a generator that throws': {
    text: task(
      `${PARAMS} ${LOSS}\n  data: {\n    generate() {\n      throw new Error('empty');\n    },\n  },`,
    ),
    says: /^task\.ts:6: generate for train failed: empty$/,
  },
  'a model that does not fit the data': {
    text: model("'crossEntropy'", 63),
    says: /^task\.ts: model reads examples of shape \[63\] \(0: open\), but x has \[64\]$/,
  },
  'an unknown loss of a model': {
    text: model("'hinge'"),
    says: /^task\.ts: loss must be crossEntropy, squaredError or a function, got "hinge"$/,
  },
  'a model that is none': {
    text: "export default () => ({ model: 'resnet', data: { table: 'iris', batchSize: 4 }, loss: 'crossEntropy' });\n",
    says: /^task\.ts: model must be a model of tf\.layers, got "resnet"$/,
  },
  'another kind of file': { file: 'task.py', text: 'pass', says: /^task\.py is no task file/ },
  'a list of layers with a misspelt field': {
    file: 'net.velo-task.json',
    text: spec({
      data: { images: 'digits8' },
      layers: [{ layer: 'dense', width: 3, bais: false }],
    }),
    says: /^net\.velo-task\.json:1:\d+: layers\.0\.bais is not a known setting; expected one of layer, width, activation/,
  },
  'layers that do not fit': {
    file: 'net.velo-task.json',
    text: spec({ data: { table: 'iris', batchSize: 8 }, layers: [{ layer: 'conv', channels: 3 }] }),
    says: /^net\.velo-task\.json: layers\.0 \(conv\) reads images \[height, width, channels\], but gets \[4\]$/,
  },
  'heads that do not divide the width': {
    file: 'net.velo-task.json',
    text: spec({
      data: { images: 'digits8', batchSize: 8 },
      layers: [
        { layer: 'conv', channels: 6 },
        { layer: 'residual', layers: [{ layer: 'norm' }, { layer: 'attention' }] },
      ],
    }),
    says: /^net\.velo-task\.json: layers\.1\.layers\.1 \(attention\) has 4 heads, expected a number that divides its width of 6$/,
  },
  'attention that sees what is to be predicted': {
    file: 'net.velo-task.json',
    text: spec({
      data: { text: 'gutenberg-small', length: 4, batchSize: 2 },
      layers: [
        { layer: 'embedding', width: 4 },
        { layer: 'attention', causal: false },
      ],
    }),
    says: /^net\.velo-task\.json: layers\.1 \(attention\) sees the tokens that are to be predicted, expected causal true$/,
  },
  'attention over a single row': {
    file: 'net.velo-task.json',
    text: spec({ data: { table: 'iris', batchSize: 8 }, layers: [{ layer: 'attention' }] }),
    says: /^net\.velo-task\.json: layers\.0 \(attention\) reads steps or places with channels, but gets \[4\]$/,
  },
  'a residual layer that changes the width': {
    file: 'net.velo-task.json',
    text: spec({
      data: { table: 'iris', batchSize: 8 },
      layers: [{ layer: 'residual', layers: [{ layer: 'dense', width: 5 }] }],
    }),
    says: /^net\.velo-task\.json: layers\.0 \(residual\) reads \[4\], but its layers give \[5\], expected the same$/,
  },
  'layers with other outputs': {
    file: 'net.velo-task.json',
    text: spec({ data: { table: 'iris', batchSize: 8 }, layers: [{ layer: 'dense', width: 4 }] }),
    says: /^net\.velo-task\.json: the last layer gives \[4\], expected \[3\] for crossEntropy$/,
  },
  'options of a list of layers': {
    file: 'net.velo-task.json',
    text: spec({
      data: { table: 'iris', batchSize: 8 },
      layers: [{ layer: 'dense', width: 'outputs' }],
    }),
    options: { width: '3' },
    says: /^task\.options\.width is set, but .*net\.velo-task\.json is a list of layers and takes none$/,
  },
};

async function failureOf({
  file = 'task.ts',
  text,
  others = {},
  options = {},
}: Case): Promise<UserError> {
  const folder = taskFolder({ [file]: text, ...others });
  const { device } = await pickDevice('wasm');
  const config = { family: 'user', file: join(folder, file), options } as const;
  const found: TaskFinding[] = [];
  try {
    const findings = checkTask({ config, device, dataDir, weightsDir, seed: 1 });
    for await (const finding of findings) found.push(finding);
  } catch (thrown) {
    if (!(thrown instanceof UserError)) throw thrown;
    const message = thrown.message.replaceAll(`${folder}/`, '');
    return new UserError(thrown.code, message, { remedy: thrown.remedy ?? '' });
  }
  throw new Error(`nothing was wrong: ${found.map((finding) => finding.text).join('; ')}`);
}

describe('a task file', () => {
  it.each(Object.entries(cases))('with %s is told so', async (_, wrong) => {
    const { message } = await failureOf(wrong);
    expect(message).toMatch(wrong.says);
  });
});
