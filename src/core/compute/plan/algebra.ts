/** What an elementwise operation is when some of its arguments are numbers: nothing, another one, or a number. */
import type { Fill, Operand } from './builder';

/** Operations on numbers that are worth doing once; rounded like the kernels. */
const FOLDED: Readonly<Record<string, (...args: number[]) => number>> = {
  copy: (a) => a!,
  add: (a, b) => a! + b!,
  sub: (a, b) => a! - b!,
  mul: (a, b) => a! * b!,
  div: (a, b) => a! / b!,
  neg: (a) => -a!,
  square: (a) => a! * a!,
  sqrt: (a) => Math.sqrt(a!),
  rsqrt: (a) => 1 / Math.fround(Math.sqrt(a!)),
  reciprocal: (a) => 1 / a!,
  equal: (a, b) => Number(a === b),
  greater: (a, b) => Number(a! > b!),
  less: (a, b) => Number(a! < b!),
  not: (a) => Number(a === 0),
};

/** The result where every argument is a number. */
export function foldConstants(
  op: string,
  args: readonly Operand[],
  shape: readonly number[],
): Fill | undefined {
  const compute = FOLDED[op];
  const numbers = args.map(numberOf);
  if (compute === undefined || numbers.some((value) => value === undefined)) return undefined;
  return { fill: Math.fround(compute(...(numbers as number[]))), shape };
}

type MakeMap = (op: string, args: readonly Operand[], shape: readonly number[]) => Operand;

/** A simpler way to the same numbers, NaN and infinity included. */
export function simplified(
  op: string,
  args: readonly Operand[],
  shape: readonly number[],
  map: MakeMap,
): Operand | undefined {
  const [a, b] = args;
  if (a === undefined) return undefined;
  if (op === 'copy') return a;
  if (b === undefined) return undefined;
  const left = numberOf(a);
  const right = numberOf(b);
  switch (op) {
    case 'add':
      return left === 0 ? b : right === 0 ? a : undefined;
    case 'sub':
      return right === 0 ? a : left === 0 ? map('neg', [b], shape) : undefined;
    case 'mul':
      if (left === 1 || right === 1) return left === 1 ? b : a;
      return left === -1 || right === -1 ? map('neg', [left === -1 ? b : a], shape) : undefined;
    case 'div':
      return right === 1 ? a : dividedByPower(a, right, shape, map);
    case 'pow':
      return powerOf(a, right, shape, map);
    default:
      return undefined;
  }
}

/** Exact as a product where the divisor is a power of two. */
function dividedByPower(
  a: Operand,
  divisor: number | undefined,
  shape: readonly number[],
  map: MakeMap,
): Operand | undefined {
  if (divisor === undefined || divisor === 0 || !Number.isInteger(Math.log2(Math.abs(divisor)))) {
    return undefined;
  }
  const inverse = 1 / divisor;
  return Math.abs(inverse) < 2 ** -126
    ? undefined
    : map('mul', [a, { fill: inverse, shape: [] }], shape);
}

function powerOf(
  a: Operand,
  exponent: number | undefined,
  shape: readonly number[],
  map: MakeMap,
): Operand | undefined {
  switch (exponent) {
    case 0:
      return { fill: 1, shape };
    case 1:
      return a;
    case 2:
      return map('square', [a], shape);
    case 3:
      return map('mul', [map('square', [a], shape), a], shape);
    case -1:
      return map('reciprocal', [a], shape);
    case 0.5:
      return map('sqrt', [a], shape);
    case -0.5:
      return map('reciprocal', [map('sqrt', [a], shape)], shape);
    default:
      return undefined;
  }
}

function numberOf(operand: Operand): number | undefined {
  return 'fill' in operand ? operand.fill : undefined;
}
