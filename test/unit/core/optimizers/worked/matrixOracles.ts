/** Optimizers that look at rows and columns, from the papers' formulas; blocks are as large as the tensors here. */
import { adamOf } from './byTensorOracles';
import { byTensor, normOf } from './example';
import type { Oracle, TensorRule } from './example';
import {
  combine,
  frobenius,
  identity,
  multiply,
  orthogonalFactor,
  power,
  toMatrix,
  transpose,
} from './linearAlgebra';
import type { Matrix } from './linearAlgebra';

export interface ShampooNumbers {
  readonly rate: number;
  readonly momentum: number;
  readonly b2: number;
  readonly ridge: number;
  readonly grafting: string;
}

export function shampoo(o: ShampooNumbers): Oracle {
  return byTensor((shape) => {
    const cols = shape.length < 2 ? 1 : shape.at(-1)!;
    const order = Math.max(shape.length, 1);
    let [left, right]: Matrix[] = [];
    const velocity: number[] = [];
    const accumulator: number[] = [];
    const weight = o.b2 === 1 ? 1 : 1 - o.b2;
    const gather = (old: Matrix | undefined, square: Matrix): Matrix =>
      combine(o.b2, old ?? square.map((row) => row.map(() => 0)), weight, square);
    const root = (a: Matrix): Matrix =>
      power(combine(1, a, o.ridge * frobenius(a), identity(a.length)), -1 / (2 * order));
    return ({ data: p }, { data: g }) => {
      const matrix = toMatrix(g, cols);
      left = gather(left, multiply(matrix, transpose(matrix)));
      let direction = multiply(root(left), matrix);
      if (order > 1) {
        right = gather(right, multiply(transpose(matrix), matrix));
        direction = multiply(direction, root(right));
      }
      const raw = direction.flat();
      const length = graftedLength(o, g, accumulator) ?? normOf(raw);
      return p.map((x, i) => {
        velocity[i] = o.momentum * (velocity[i] ?? 0) + (raw[i]! * length) / normOf(raw);
        return x - o.rate * velocity[i];
      });
    };
  });
}

/** ‖step‖ of the optimizer that lends its length. @param a  its squares, updated */
function graftedLength(
  { grafting, b2 }: ShampooNumbers,
  gradient: readonly number[],
  a: number[],
): number | undefined {
  if (grafting === 'none') return undefined;
  if (grafting === 'sgd') return normOf(gradient);
  if (grafting === 'sqrtN') return Math.sqrt(gradient.filter((g) => g !== 0).length);
  const scale = grafting.endsWith('Normalized') ? normOf(gradient) : 1;
  const beta = grafting.startsWith('adagrad') || b2 === 1 ? 1 : b2;
  return normOf(
    gradient.map((value, i) => {
      const g = value / scale;
      a[i] = beta * (a[i] ?? 0) + (beta === 1 ? 1 : 1 - beta) * g * g;
      return g / (Math.sqrt(a[i]) + 1e-10);
    }),
  );
}

export interface SoapNumbers {
  readonly rate: number;
  readonly b1: number;
  readonly b2: number;
  readonly epsilon: number;
  readonly decay: number;
}

type Directions = (gradient: readonly number[], t: number) => number[];

export function soap(o: SoapNumbers): Oracle {
  return byTensor((shape) => stepsAlong(soapOf(shape, o), o));
}

function stepsAlong(directionOf: Directions, o: { rate: number; decay: number }): TensorRule {
  return ({ data: p }, { data: g }, t) => {
    const direction = directionOf(g, t);
    return p.map((x, i) => x - o.rate * (direction[i]! + o.decay * x));
  };
}

function adamRule({ rate, b1, b2, epsilon, decay }: SoapNumbers): TensorRule {
  return stepsAlong(adamOf(b1, b2, epsilon).direction, { rate, decay });
}

/**
 * The direction of each gradient in turn, t from 1; of vectors and scalars Adam's.
 * @param every  gradients from one basis to the next, which is then made before the direction, of those before, and no part
 *   of the direction is larger than it can be in one basis; absent: of each, behind it
 */
export function soapOf(
  shape: readonly number[],
  o: Pick<SoapNumbers, 'b1' | 'b2' | 'epsilon'>,
  every?: number,
): Directions {
  const cols = shape.at(-1) ?? 1;
  const rows = shape.slice(0, -1).reduce((product, side) => product * side, 1);
  if (shape.length < 2) return adamOf(o.b1, o.b2, o.epsilon).direction;
  const zeros = (a: number, b: number): Matrix => toMatrix(Array<number>(a * b).fill(0), b);
  let [m, v] = [zeros(rows, cols), zeros(rows, cols)];
  let [left, right] = [zeros(rows, rows), zeros(cols, cols)];
  let [ql, qr] = [identity(rows), identity(cols)];
  const next = (statistics: Matrix, q: Matrix): Matrix =>
    orthogonalFactor(combine(1 / frobenius(statistics), multiply(statistics, q), 1e-4, q));
  const see = (g: Matrix, beta: number): void => {
    left = combine(beta, left, 1 - beta, multiply(g, transpose(g)));
    right = combine(beta, right, 1 - beta, multiply(transpose(g), g));
  };
  const renew = (): void => {
    [ql, qr] = [next(left, ql), next(right, qr)];
  };
  return (data, t) => {
    const g = toMatrix(data, cols);
    if (every !== undefined && (t - 1) % every === 0) {
      if (t > 1) renew();
      see(g, o.b2 ** every);
    }
    const turn = (x: Matrix): Matrix => multiply(multiply(transpose(ql), x), qr);
    m = combine(o.b1, m, 1 - o.b1, g);
    v = combine(
      o.b2,
      v,
      1 - o.b2,
      turn(g).map((row) => row.map((x) => x * x)),
    );
    const mean = turn(m);
    const largest =
      every === undefined ? Infinity : (1 - o.b1) / Math.sqrt((1 - o.b2) * (1 - o.b1 ** 2 / o.b2));
    const n = mean.map((row, i) =>
      row.map((x, j) => {
        const whole = x / (1 - o.b1 ** t) / (Math.sqrt(v[i]![j]! / (1 - o.b2 ** t)) + o.epsilon);
        return Math.max(-largest, Math.min(largest, whole));
      }),
    );
    const direction = multiply(multiply(ql, n), transpose(qr)).flat();
    if (every === undefined) {
      see(g, o.b2);
      renew();
    }
    return direction;
  };
}

export interface MuonNumbers {
  readonly rate: number;
  readonly momentum: number;
  readonly nesterov: boolean;
  readonly decay: number;
  readonly adamRate: number;
}

export function muon(o: MuonNumbers): Oracle {
  const vectors = { rate: o.adamRate, b1: 0.9, b2: 0.95, epsilon: 1e-8, decay: 0 };
  return byTensor((shape) => {
    if (shape.length < 2) return adamRule(vectors);
    const cols = shape.at(-1)!;
    const b: number[] = [];
    return ({ data: p }, { data: g }) => {
      const ahead = g.map((value, i) => {
        b[i] = o.momentum * (b[i] ?? 0) + value;
        return o.nesterov ? o.momentum * b[i] + value : b[i];
      });
      const scale = Math.sqrt(Math.max(1, cols / (p.length / cols)));
      const direction = quintic(toMatrix(ahead, cols)).flat();
      return p.map((x, i) => x - o.rate * (scale * direction[i]! + o.decay * x));
    };
  });
}

/** The quintic iteration with the Gram matrix of the columns, whichever side is longer. */
function quintic(x: Matrix): Matrix {
  let y = combine(1 / (frobenius(x) + 1e-7), x, 0, x);
  for (let step = 0; step < 5; step++) {
    const gram = multiply(transpose(y), y);
    const polynomial = combine(-4.775, gram, 2.0315, multiply(gram, gram));
    y = combine(3.4445, y, 1, multiply(y, polynomial));
  }
  return y;
}
