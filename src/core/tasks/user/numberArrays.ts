/** Arrays as people write them (typed, with a shape, or nested lists) as arrays with a shape and checked numbers. */
import { formatShape, sizeOf } from '../../../base/index';
import type { NdArray } from '../../../base/index';
import { inWords, wrong } from './userCall';
import type { TaskOrigin } from './userCall';

const MOST_INTEGER = 2 ** 24;

/**
 * @param name  for messages: `splits.train.x`
 * @returns int32 for Int32Array and Uint8Array, else float32; a typed array is not copied where it need not be
 * @throws UserError('config') on ragged lists, a shape that does not fit, numbers that are not finite or too large
 */
export function numberArray(origin: TaskOrigin, name: string, value: unknown): NdArray {
  const array = read(origin, name, value);
  const isFine = array.data instanceof Int32Array ? isExact : Number.isFinite;
  const bad = array.data.findIndex((number) => !isFine(number));
  if (bad < 0) return array;
  const wanted = array.data instanceof Int32Array ? 'whole numbers within ±2^24' : 'finite numbers';
  throw wrong(
    origin,
    `${name} has ${array.data[bad]!} at index ${bad}, expected ${wanted}`,
    'Clean the numbers before they go in.',
  );
}

function isExact(value: number): boolean {
  return Math.abs(value) <= MOST_INTEGER;
}

function read(origin: TaskOrigin, name: string, value: unknown): NdArray {
  if (isTyped(value)) return { shape: [value.length], data: plain(value) };
  if (Array.isArray(value)) return fromLists(origin, name, value);
  if (typeof value === 'object' && value !== null && 'data' in value && 'shape' in value) {
    return withShape(origin, name, value);
  }
  throw wrong(
    origin,
    `${name} must be a typed array, { data, shape } or nested lists of numbers, got ${inWords(value)}`,
    'Class numbers are an Int32Array, everything else a Float32Array.',
  );
}

type Typed = Float32Array | Int32Array | Uint8Array;

function isTyped(value: unknown): value is Typed {
  return (
    value instanceof Float32Array || value instanceof Int32Array || value instanceof Uint8Array
  );
}

function plain(data: Typed): Float32Array | Int32Array {
  return data instanceof Uint8Array ? Int32Array.from(data) : data;
}

function withShape(
  origin: TaskOrigin,
  name: string,
  { data, shape }: { readonly data: unknown; readonly shape: unknown },
): NdArray {
  const isShape =
    Array.isArray(shape) && shape.every((side) => Number.isInteger(side) && (side as number) >= 0);
  const numbers = isTyped(data)
    ? plain(data)
    : Array.isArray(data)
      ? Float32Array.from(data as number[])
      : undefined;
  if (!isShape || numbers === undefined) {
    throw wrong(
      origin,
      `${name} must have data (numbers) and a shape (whole numbers), got ${inWords(data)} and ${inWords(shape)}`,
      'Write { data: new Float32Array(…), shape: [1000, 8] }.',
    );
  }
  const sides = [...(shape as number[])];
  if (numbers.length === sizeOf(sides)) return { shape: sides, data: numbers };
  throw wrong(
    origin,
    `${name} has ${numbers.length} numbers, expected ${sizeOf(sides)} for the shape ${formatShape(sides)}`,
    'Let data and shape agree.',
  );
}

function fromLists(origin: TaskOrigin, name: string, lists: readonly unknown[]): NdArray {
  const shape: number[] = [];
  for (let inner: unknown = lists; Array.isArray(inner); inner = inner[0]) shape.push(inner.length);
  const data = new Float32Array(sizeOf(shape));
  let next = 0;
  const fill = (value: unknown, depth: number): void => {
    if (depth === shape.length && typeof value === 'number') {
      data[next++] = value;
      return;
    }
    if (!Array.isArray(value) || value.length !== shape[depth]) {
      const got = Array.isArray(value) ? `a list of ${value.length}` : inWords(value);
      const wanted = depth === shape.length ? 'a number' : `a list of ${shape[depth] ?? 0}`;
      throw wrong(
        origin,
        `${name} has ${got} after ${next} numbers, expected ${wanted}`,
        'All lists on one level must have the same length.',
      );
    }
    for (const item of value) fill(item, depth + 1);
  };
  fill(lists, 0);
  return { shape, data };
}
