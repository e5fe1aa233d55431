/** What an elementwise operation is when some of its arguments are numbers: nothing, another one, or a number. */
import type { Fill, Operand } from './builder';

/** Operations on numbers that are worth doing once; rounded like the kernels. */
const FOLDED: Readonly<Record<string, (...args: number[]) => number>> = {
  copy: (a) => a,
  add: (a, b) => a + b,
  sub: (a, b) => a - b,
  mul: (a, b) => a * b,
  div: (a, b) => a / b,
  neg: (a) => -a,
  square: (a) => a * a,
  sqrt: (a) => Math.sqrt(a),
  rsqrt: (a) => 1 / Math.fround(Math.sqrt(a)),
  reciprocal: (a) => 1 / a,
  equal: (a, b) => Number(a === b),
  greater: (a, b) => Number(a > b),
  less: (a, b) => Number(a < b),
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

type Rule = (a: Operand, b: Operand, shape: readonly number[], map: MakeMap) => Operand | undefined;

/** What binary operations are where one side is a certain number. */
const SIMPLER: Readonly<Record<string, Rule>> = {
  add: (a, b) => (numberOf(a) === 0 ? b : numberOf(b) === 0 ? a : undefined),
  sub: (a, b, shape, map) => {
    if (numberOf(b) === 0) return a;
    return numberOf(a) === 0 ? map('neg', [b], shape) : undefined;
  },
  mul: (a, b, shape, map) => factor(a, b, shape, map) ?? factor(b, a, shape, map),
  div: (a, b, shape, map) => (numberOf(b) === 1 ? a : dividedByPower(a, numberOf(b), shape, map)),
  pow: (a, b, shape, map) => POWERS.get(numberOf(b) ?? NaN)?.(a, shape, map),
};

/** A simpler way to the same numbers, NaN and infinity included. */
export function simplified(
  op: string,
  args: readonly Operand[],
  shape: readonly number[],
  map: MakeMap,
): Operand | undefined {
  const [a, b] = args;
  if (op === 'copy') return a;
  return a === undefined || b === undefined ? undefined : SIMPLER[op]?.(a, b, shape, map);
}

/** x times the number `by`, where that is 1 or -1. */
function factor(
  by: Operand,
  x: Operand,
  shape: readonly number[],
  map: MakeMap,
): Operand | undefined {
  if (numberOf(by) === 1) return x;
  return numberOf(by) === -1 ? map('neg', [x], shape) : undefined;
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

type Power = (x: Operand, shape: readonly number[], map: MakeMap) => Operand;

/** Powers that are something simpler, by their exponents. */
const POWERS: ReadonlyMap<number, Power> = new Map<number, Power>([
  [0, (_, shape) => ({ fill: 1, shape })],
  [1, (x) => x],
  [2, (x, shape, map) => map('square', [x], shape)],
  [3, (x, shape, map) => map('mul', [map('square', [x], shape), x], shape)],
  [-1, (x, shape, map) => map('reciprocal', [x], shape)],
  [0.5, (x, shape, map) => map('sqrt', [x], shape)],
  [-0.5, (x, shape, map) => map('reciprocal', [map('sqrt', [x], shape)], shape)],
]);

function numberOf(operand: Operand): number | undefined {
  return 'fill' in operand ? operand.fill : undefined;
}
