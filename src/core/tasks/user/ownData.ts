/** Data that a person's task brings along: arrays, cut by us or by them, and batches that a function makes. */
import { formatShape, sameShape, sizeOf, UserError } from '../../../base/index';
import type { NamedArrays, NdArray } from '../../../base/index';
import { createRng } from '../../compute/rng';
import { createBatches, cutExamples } from '../datasets/batches';
import { SPLITS } from '../task';
import type { BatchSpec, RowArray, Split, TaskData } from '../task';
import type { BatchMaker, ExampleData, GeneratedData, SplitData } from './contract';
import { numberArray } from './numberArrays';
import { inWords, userCall, wrong } from './userCall';
import type { TaskOrigin } from './userCall';

export interface PreparedData {
  readonly batch: readonly BatchSpec[];
  readonly data: TaskData;
}

interface Arrays {
  readonly count: number;
  readonly arrays: NamedArrays;
}

/** Arrays are read once and shared by all trainings: what takes turns in an arena must have the same ones. */
export type ReadExamples = Readonly<Partial<Record<Split, Arrays>>>;

/** @throws UserError('config') on arrays that do not fit each other */
export function readExamples(origin: TaskOrigin, source: ExampleData | SplitData): ReadExamples {
  if ('examples' in source) return { train: namedArrays(origin, 'examples', source.examples) };
  const given = Object.entries(source.splits) as [Split, unknown][];
  const unknown = given.find(([split]) => !SPLITS.includes(split));
  if (unknown !== undefined || !('train' in source.splits)) {
    const got = given.map(([split]) => split).join(', ') || 'nothing';
    throw wrong(
      origin,
      `splits must have train and may have ${SPLITS.slice(1).join(', ')}, got ${got}`,
      'Rename them.',
    );
  }
  const read = given.map(
    ([split, value]) => [split, namedArrays(origin, `splits.${split}`, value)] as const,
  );
  const { train, ...others } = Object.fromEntries(read) as { train: Arrays } & ReadExamples;
  for (const [split, { arrays }] of Object.entries(others))
    checkAlike(origin, split, train.arrays, arrays);
  return { ...others, train };
}

/** Batches of arrays that lie in memory. @throws UserError('config') as `createBatches` */
export function examplesData(
  origin: TaskOrigin,
  read: ReadExamples,
  {
    isCut,
    batchSize,
    seed,
  }: { readonly isCut: boolean; readonly batchSize: number; readonly seed: number },
): PreparedData {
  const train = read.train!;
  const splits = isCut ? wholeSplits(read) : cutExamples(train.count);
  const batch = Object.entries(train.arrays).map(([name, { shape, data }]): BatchSpec => ({
    name,
    shape: [batchSize, ...shape.slice(1)],
    ...(data instanceof Int32Array ? { dtype: 'int32' } : {}),
  }));
  const examples = {
    name: origin.file,
    things: 'examples',
    splits,
    read: (split: Split, indices: Int32Array) =>
      gathered((isCut ? read[split] : train)!.arrays, indices),
    rows: () => rowsOf(train.arrays),
  };
  return { batch, data: createBatches(examples, { batchSize, seed }) };
}

/** Held-out data must be the same for each seed. */
const HELD_OUT_SEED = 0;
const HELD_OUT_BATCHES = 8;

/** Batches as a function makes them. @throws UserError('config') where it makes none */
export function generatedData(
  origin: TaskOrigin,
  source: GeneratedData,
  seed: number,
): PreparedData {
  const makers = makersOf(origin, source);
  const heldOut = source.heldOutBatches ?? HELD_OUT_BATCHES;
  if (!(Number.isInteger(heldOut) && heldOut >= 1)) {
    throw wrong(
      origin,
      `heldOutBatches must be a whole number ≥ 1, got ${inWords(heldOut)}`,
      'Leave it out for 8.',
    );
  }
  const made = (split: Split, index: number): NamedArrays => {
    const member = SPLITS.indexOf(split);
    const rng =
      split === 'train'
        ? createRng({ seed, purpose: 'batch', step: index })
        : createRng({ seed: HELD_OUT_SEED, purpose: 'evaluation', step: index, member });
    const maker = makers[split]!;
    const value: unknown = userCall(origin, `generate for ${split}`, () => maker(rng, index));
    return plainArrays(origin, `batch ${index} of ${split}`, value);
  };
  const first = made('train', 0);
  const batch = Object.entries(first).map(([name, { shape, data }]): BatchSpec => ({
    name,
    shape,
    ...(data instanceof Int32Array ? { dtype: 'int32' } : {}),
  }));
  const checked = (split: Split, index: number): NamedArrays => {
    const arrays = made(split, index);
    checkSame(origin, `batch ${index} of ${split}`, first, arrays);
    return arrays;
  };
  const evaluationBatches = (split: Split): number => (makers[split] === undefined ? 0 : heldOut);
  const batchSize = batch[0]?.shape[0] ?? 1;
  const data: TaskData = {
    size: (split) => (split === 'train' ? Infinity : evaluationBatches(split) * batchSize),
    trainBatch: (step) => checked('train', step),
    evaluationBatches,
    evaluationBatch: (split, index) => checked(split, index),
  };
  return { batch, data };
}

function makersOf(
  origin: TaskOrigin,
  { generate }: GeneratedData,
): Partial<Record<Split, BatchMaker>> {
  if (typeof generate === 'function') {
    return Object.fromEntries(SPLITS.map((split) => [split, generate]));
  }
  const given = Object.entries((generate as unknown) ?? {}) as [Split, unknown][];
  const bad = given.find(
    ([split, maker]) => !SPLITS.includes(split) || typeof maker !== 'function',
  );
  if (
    bad !== undefined ||
    typeof (generate as { train?: unknown } | undefined)?.train !== 'function'
  ) {
    const got = bad === undefined ? inWords(generate) : `${bad[0]}: ${inWords(bad[1])}`;
    throw wrong(
      origin,
      `generate must be a function, or functions for train and some of ${SPLITS.slice(1).join(', ')}, got ${got}`,
      'Write generate: (random, index) => ({ x: …, y: … }).',
    );
  }
  return Object.fromEntries(given);
}

function plainArrays(origin: TaskOrigin, name: string, value: unknown): NamedArrays {
  if (
    typeof value !== 'object' ||
    value === null ||
    Array.isArray(value) ||
    value instanceof Promise
  ) {
    throw wrong(
      origin,
      `${name} must be arrays by name, got ${inWords(value)}`,
      'Write { x: …, y: … }.',
    );
  }
  const entries = Object.entries(value).map(
    ([key, array]) => [key, numberArray(origin, `${name}, ${key},`, array)] as const,
  );
  if (entries.length === 0)
    throw wrong(origin, `${name} has no array, expected at least one`, 'Write { x: … }.');
  return Object.fromEntries(entries);
}

/** Arrays that all have the same number of examples. */
function namedArrays(origin: TaskOrigin, name: string, value: unknown): Arrays {
  const arrays = plainArrays(origin, name, value);
  const [[firstName, first] = ['', undefined]] = Object.entries(arrays);
  const count = first?.shape[0] ?? 0;
  for (const [other, { shape }] of Object.entries(arrays)) {
    if (shape.length > 0 && shape[0] === count) continue;
    throw wrong(
      origin,
      `${name}.${other} has ${shape[0] ?? 'no'} examples, expected ${count} as ${name}.${firstName} has`,
      'The first axis of each array counts the examples.',
    );
  }
  return { count, arrays };
}

function checkAlike(origin: TaskOrigin, split: string, train: NamedArrays, own: NamedArrays): void {
  const example = (arrays: NamedArrays): NamedArrays =>
    Object.fromEntries(
      Object.entries(arrays).map(([name, { shape, data }]) => [
        name,
        { shape: shape.slice(1), data },
      ]),
    );
  checkSame(origin, `an example of splits.${split}`, example(train), example(own));
}

/** Names, shapes and types as of the first one. */
function checkSame(
  origin: TaskOrigin,
  what: string,
  first: NamedArrays,
  arrays: NamedArrays,
): void {
  const text = (one: NdArray | undefined): string =>
    one === undefined
      ? 'nothing'
      : `${one.data instanceof Int32Array ? 'int32' : 'float32'} ${formatShape(one.shape)}`;
  for (const name of new Set([...Object.keys(first), ...Object.keys(arrays)])) {
    const [wanted, got] = [first[name], arrays[name]];
    const isSame = wanted !== undefined && got !== undefined && sameShape(wanted.shape, got.shape);
    if (isSame && text(wanted) === text(got)) continue;
    throw wrong(
      origin,
      `${what} has ${text(got)} for ${name}, expected ${text(wanted)} as the first one of train`,
      'All batches must have the same names, shapes and types.',
    );
  }
}

function wholeSplits(read: ReadExamples): Record<Split, Int32Array> {
  const indices = (split: Split): Int32Array =>
    Int32Array.from({ length: read[split]?.count ?? 0 }, (_, index) => index);
  return {
    train: indices('train'),
    innerValid: indices('innerValid'),
    outerValid: indices('outerValid'),
    test: indices('test'),
  };
}

function gathered(arrays: NamedArrays, indices: Int32Array): NamedArrays {
  const entries = Object.entries(arrays).map(([name, { shape, data }]) => {
    const rowLength = sizeOf(shape.slice(1));
    const out = new (data instanceof Int32Array ? Int32Array : Float32Array)(
      indices.length * rowLength,
    );
    indices.forEach((index, row) => {
      out.set(data.subarray(index * rowLength, (index + 1) * rowLength), row * rowLength);
    });
    return [name, { shape: [indices.length, ...shape.slice(1)], data: out }] as const;
  });
  return Object.fromEntries(entries);
}

/** Stored arrays as floats, made once: kernels gather from the very same memory in each turn. */
const floats = new WeakMap<Int32Array, Float32Array>();

function rowsOf(arrays: NamedArrays): RowArray[] {
  return Object.entries(arrays).map(([name, { shape, data }]) => {
    const known = data instanceof Int32Array ? (floats.get(data) ?? Float32Array.from(data)) : data;
    if (data instanceof Int32Array) floats.set(data, known);
    return { name, data: known, rowLength: sizeOf(shape.slice(1)), divisor: 1 };
  });
}

/** @throws UserError('config') unless it is a whole number of at least 1 */
export function requireBatchSize(origin: TaskOrigin, batchSize: unknown): number {
  if (typeof batchSize === 'number' && Number.isInteger(batchSize) && batchSize >= 1)
    return batchSize;
  throw new UserError(
    'config',
    `${origin.file}: batchSize must be a whole number ≥ 1, got ${inWords(batchSize)}`,
    {
      remedy: 'Write data: { …, batchSize: 128 }.',
    },
  );
}
