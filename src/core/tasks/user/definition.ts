/** What a task file exports, checked: everything that can be said before anything of it is called. */
import type { LayersTask, LossTask } from './contract';
import { checkSource } from './taskData';
import { inWords, wrong } from './userCall';
import type { TaskOrigin } from './userCall';

export type Definition = LossTask | LayersTask;

const LOSS_FIELDS = ['params', 'data', 'loss', 'accuracy', 'normalize', 'name', 'summary'];
const LAYERS_FIELDS = [
  'model',
  'data',
  'loss',
  'input',
  'accuracy',
  'normalize',
  'name',
  'summary',
];

export function isLayersTask(definition: Definition): definition is LayersTask {
  return 'model' in definition;
}

/** @throws UserError('config') naming the first field that will not do */
export function checkDefinition(origin: TaskOrigin, value: unknown): Definition {
  if (value instanceof Promise || typeof value !== 'object' || value === null) {
    throw wrong(
      origin,
      `its default export gave ${inWords(value)}, expected a task: an object with params and loss, or with model, data and loss`,
      'Write export default defineTask(({ tf }) => ({ params, loss })); it is no async function.',
    );
  }
  const fields = value as Record<string, unknown>;
  const known = 'model' in fields ? LAYERS_FIELDS : LOSS_FIELDS;
  const stranger = Object.keys(fields).find((name) => !known.includes(name));
  if (stranger !== undefined) {
    throw wrong(
      origin,
      `${stranger} is no part of a task, expected ${known.join(', ')}`,
      'Leave it out or rename it.',
    );
  }
  checkFunctions(origin, fields);
  checkWords(origin, fields);
  if ('model' in fields) checkLayers(origin, fields);
  if (fields['data'] !== undefined) checkSource(origin, fields['data']);
  return value as Definition;
}

function checkFunctions(origin: TaskOrigin, fields: Record<string, unknown>): void {
  const isNamedLoss =
    'model' in fields && (fields['loss'] === 'crossEntropy' || fields['loss'] === 'squaredError');
  if (typeof fields['loss'] !== 'function' && !isNamedLoss) {
    const wanted = 'model' in fields ? 'crossEntropy, squaredError or a function' : 'a function';
    throw wrong(
      origin,
      `loss must be ${wanted}, got ${inWords(fields['loss'])}`,
      'Write loss(params, batch, random) { return …; }.',
    );
  }
  for (const name of ['accuracy', 'normalize']) {
    if (fields[name] === undefined || typeof fields[name] === 'function') continue;
    throw wrong(
      origin,
      `${name} must be a function, got ${inWords(fields[name])}`,
      'Leave it out.',
    );
  }
}

function checkWords(origin: TaskOrigin, fields: Record<string, unknown>): void {
  for (const name of ['name', 'summary', 'input']) {
    const value = fields[name];
    if (value === undefined || (typeof value === 'string' && value.trim() !== '')) continue;
    throw wrong(
      origin,
      `${name} must be a text, got ${inWords(value)}`,
      'Leave it out or write it in quotes.',
    );
  }
}

function checkLayers(origin: TaskOrigin, { model, data }: Record<string, unknown>): void {
  const isModel =
    typeof model === 'object' &&
    model !== null &&
    'layers' in model &&
    'apply' in model &&
    'inputs' in model;
  if (!isModel) {
    throw wrong(
      origin,
      `model must be a model of tf.layers, got ${inWords(model)}`,
      'Make it with layers.sequential() or layers.model(), from the function that defineLayersTask is given.',
    );
  }
  if (data === undefined)
    throw wrong(
      origin,
      'data is missing, which a model needs',
      "Write data: { images: 'mnist', batchSize: 64 }.",
    );
}
