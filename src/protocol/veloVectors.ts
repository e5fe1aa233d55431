/**
 * Recorded VeLO updates, format `velo-vectors-1`: theta, parameters and gradients as seeds, losses as numbers,
 * and for each step whatever stages the recorder chose to write down. Arrays are flat, in C order, with the
 * decay axis last. This is the decoder; `parity` in the engine replays the result.
 */
import { z } from 'zod';
import { UserError, messageOf, sizeOf } from '../base/index';
import type { FloatArray } from '../base/index';

/** VeLO works on tensors up to this rank. */
const MAX_RANK = 6;

const count = z.int().min(1);
/** An array may be written as a bare number when it has one element. */
const numbers = z.union([z.number().transform((value) => [value]), z.array(z.number())]);
const perTensor = z.record(z.string(), numbers);
const filled = z.object({ seed: z.int(), scale: z.number() });
const filledArray = filled.extend({
  name: z.string().min(1),
  shape: z.array(count).max(MAX_RANK),
});

/** Stages written as one array a tensor. */
const PER_TENSOR_STAGES = [
  'params',
  'lstmInputs',
  'stepMultiplier',
  'controls',
  'hidden',
  'cell',
  'momentum',
  'secondMoment',
  'rows',
  'cols',
  'diagonal',
] as const;

const expectation = z.object({
  params: perTensor.optional(),
  lossFeatures: numbers.optional(),
  lstmInputs: perTensor.optional(),
  stepMultiplier: perTensor.optional(),
  controls: perTensor.optional(),
  hidden: perTensor.optional(),
  cell: perTensor.optional(),
  momentum: perTensor.optional(),
  secondMoment: perTensor.optional(),
  rows: perTensor.optional(),
  cols: perTensor.optional(),
  diagonal: perTensor.optional(),
  lossBuffer: z
    .object({
      means: numbers.optional(),
      runningMin: numbers.optional(),
      decays: numbers.optional(),
    })
    .optional(),
});

/** Tolerances of a run whose loss buffer is not rounded to pieces, T ≲ 1,000. */
const tolerances = z.object({
  lossFeatures: z.number().positive().default(5e-5),
  lstmInputs: z.number().positive().default(5e-5),
  lstm: z.number().positive().default(2e-5),
  stepMultiplier: z.number().positive().default(2e-5),
  controls: z.number().positive().default(2e-5),
  accumulators: z.number().positive().default(1e-6),
  path: z.number().positive().default(2e-4),
});

const schema = z.object({
  format: z.literal('velo-vectors-1'),
  madeBy: z.string().optional(),
  architecture: z.object({
    hidden: count,
    bank: count,
    ffMult: z.number().default(100),
    buggedLossFeatures: z.boolean().default(false),
    buggedNextLstmState: z.boolean().default(false),
  }),
  numSteps: count,
  tolerance: tolerances.prefault({}),
  theta: z.array(filledArray).min(1),
  tensors: z.array(filledArray).min(1),
  steps: z
    .array(
      z.object({
        loss: z.number(),
        gradients: z.array(filled),
        moved: z.record(z.string(), z.number()).optional(),
        expect: expectation.default({}),
      }),
    )
    .min(1),
});

/** A decoded file. Lengths of expected arrays and the names of the theta are for the optimizer to check. */
export type VeloVectors = z.infer<typeof schema>;
export type VeloVectorsStep = VeloVectors['steps'][number];
export type VeloExpectation = VeloVectorsStep['expect'];
/** A seeded array: name, shape, seed and scale. */
export type FilledArray = z.infer<typeof filledArray>;
/** What a file looks like before decoding; for writing one. */
export type VeloVectorsInput = z.input<typeof schema>;

/**
 * Decodes the text of a file.
 * @param place  file name for messages
 * @throws UserError('data') naming the place in the file
 */
export function parseVeloVectors(text: string, place: string): VeloVectors {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new UserError('data', `${place}: not JSON: ${messageOf(error)}`, { cause: error });
  }
  return decodeVeloVectors(value, place);
}

/**
 * Decodes a parsed file.
 * @param place  file name for messages
 * @throws UserError('data') naming the place in the file
 */
export function decodeVeloVectors(value: unknown, place: string): VeloVectors {
  const result = schema.safeParse(value);
  if (!result.success) {
    const [issue] = result.error.issues;
    const path = formatPath(issue?.path ?? []);
    throw new UserError('data', `${place}: ${path}: ${issue?.message ?? 'invalid'}`);
  }
  const vectors = result.data;
  const fail: Fail = (where, message) => {
    throw new UserError('data', `${place}: ${where}: ${message}`);
  };
  checkNames(vectors.theta, 'theta', fail);
  checkNames(vectors.tensors, 'tensors', fail);
  for (const [index, step] of vectors.steps.entries()) checkStep(vectors, step, index, fail);
  return vectors;
}

/**
 * The array that a seed stands for: value[i] = float32((2u − 1)·scale), u the i-th output of mulberry32(seed)
 * over 2³², in C order.
 */
export function fillArray({ shape, seed, scale }: Omit<FilledArray, 'name'>): FloatArray {
  const next = mulberry32(seed);
  const data = Float32Array.from({ length: sizeOf(shape) }, () => (2 * next() - 1) * scale);
  return { shape, data };
}

/** The generator of the format's fill rule. @returns uniform numbers in [0, 1), multiples of 2⁻³² */
function mulberry32(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

type Fail = (where: string, message: string) => never;

function checkNames(arrays: readonly FilledArray[], where: string, fail: Fail): void {
  const seen = new Set<string>();
  for (const { name } of arrays) {
    if (seen.has(name)) fail(where, `the name "${name}" occurs twice`);
    seen.add(name);
  }
}

function checkStep(vectors: VeloVectors, step: VeloVectorsStep, index: number, fail: Fail): void {
  const where = `steps[${index}]`;
  const known = new Set(vectors.tensors.map(({ name }) => name));
  if (step.gradients.length !== known.size) {
    const got = step.gradients.length;
    fail(`${where}.gradients`, `expected ${known.size}, one a tensor, got ${got}`);
  }
  const checkKeys = (place: string, record: Readonly<Record<string, unknown>>): void => {
    const unknown = Object.keys(record).find((name) => !known.has(name));
    if (unknown !== undefined) fail(place, `there is no tensor "${unknown}" in this file`);
  };
  checkKeys(`${where}.moved`, step.moved ?? {});
  for (const stage of PER_TENSOR_STAGES) {
    checkKeys(`${where}.expect.${stage}`, step.expect[stage] ?? {});
  }
}

/** `steps[3].loss`, or `the file` for the root. */
function formatPath(path: readonly PropertyKey[]): string {
  const text = path
    .map((key) => (typeof key === 'number' ? `[${key}]` : `.${String(key)}`))
    .join('');
  return text === '' ? 'the file' : text.replace(/^\./, '');
}
