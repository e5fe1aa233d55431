/** Small dense least squares in float64, for fitting the heads of hand-made thetas. */
import { item } from '../lookup';

/** Rows of numbers, all equally long. */
export type Matrix = readonly (readonly number[])[];

/**
 * argmin ‖A·w − y‖² with directions of A whose singular value is below rcond times the largest left out: what
 * a pseudo-inverse with that cut-off gives.
 * @param a  rows ≥ columns
 * @param y  one value a row of A
 * @param rcond  relative cut-off, ≥ 1e-7 (singular values come from AᵀA)
 * @returns w, one value a column of A
 */
export function leastSquares(a: Matrix, y: readonly number[], rcond: number): number[] {
  const { values, vectors } = symmetricEigen(gram(a));
  const target = projected(a, y);
  const floor = rcond ** 2 * Math.max(...values);
  const solution = target.map(() => 0);
  for (const [k, value] of values.entries()) {
    if (value <= floor) continue;
    const vector = vectors.map((row) => item(row, k));
    const share = dot(vector, target) / value;
    for (const [i, v] of vector.entries()) solution[i] = item(solution, i) + share * v;
  }
  return solution;
}

/**
 * Solves (AᵀWA + λI)·w = AᵀW·y for a diagonal W.
 * @param weights  diagonal of W, one value a row of A, ≥ 0
 * @param ridge  λ > 0
 */
export function weightedRidge(
  a: Matrix,
  y: readonly number[],
  weights: readonly number[],
  ridge: number,
): number[] {
  const roots = weights.map(Math.sqrt);
  const scaled = a.map((row, i) => row.map((x) => x * item(roots, i)));
  const matrix = gram(scaled).map((row, i) => row.map((x, j) => (i === j ? x + ridge : x)));
  return choleskySolve(
    matrix,
    projected(
      scaled,
      y.map((value, i) => value * item(roots, i)),
    ),
  );
}

/** AᵀA */
function gram(a: Matrix): number[][] {
  const columns = (a[0] ?? []).map((_, j) => a.map((row) => item(row, j)));
  return columns.map((left) => columns.map((right) => dot(left, right)));
}

/** Aᵀy */
function projected(a: Matrix, y: readonly number[]): number[] {
  return (a[0] ?? []).map((_, j) =>
    dot(
      a.map((row) => item(row, j)),
      y,
    ),
  );
}

function choleskySolve(matrix: Matrix, target: readonly number[]): number[] {
  const n = target.length;
  const lower = matrix.map((row) => row.map(() => 0));
  const z: number[] = [];
  for (let i = 0; i < n; i++) {
    const row = item(lower, i);
    for (let j = 0; j <= i; j++) {
      const left = item(item(matrix, i), j) - dot(row.slice(0, j), item(lower, j).slice(0, j));
      row[j] = i === j ? Math.sqrt(left) : left / item(item(lower, j), j);
    }
    z.push((item(target, i) - dot(row.slice(0, i), z)) / item(row, i));
  }
  const solution = z.map(() => 0);
  for (let i = n - 1; i >= 0; i--) {
    let rest = item(z, i);
    for (let j = i + 1; j < n; j++) rest -= item(item(lower, j), i) * item(solution, j);
    solution[i] = rest / item(item(lower, i), i);
  }
  return solution;
}

/** Eigenvalues and eigenvectors (as columns) of a symmetric matrix, by cyclic Jacobi rotations. */
function symmetricEigen(matrix: Matrix): { values: number[]; vectors: number[][] } {
  const n = matrix.length;
  const a = matrix.map((row) => [...row]);
  const vectors = a.map((row, i) => row.map((_, j) => (i === j ? 1 : 0)));
  // Ten sweeps are far past convergence for matrices of this size; rotations by 0 do nothing.
  for (let sweep = 0; sweep < 10; sweep++) {
    for (let p = 0; p < n; p++) for (let q = p + 1; q < n; q++) rotate(a, vectors, p, q);
  }
  return { values: a.map((row, i) => item(row, i)), vectors };
}

/** Zeroes a[p][q] by a rotation in the plane of p and q. */
function rotate(a: number[][], vectors: number[][], p: number, q: number): void {
  const off = item(item(a, p), q);
  if (off === 0) return;
  const theta = (item(item(a, q), q) - item(item(a, p), p)) / (2 * off);
  const t = (theta < 0 ? -1 : 1) / (Math.abs(theta) + Math.hypot(theta, 1));
  const c = 1 / Math.hypot(t, 1);
  const s = t * c;
  const mixColumns = (rows: number[][]): void => {
    for (const row of rows) {
      const [x, y] = [item(row, p), item(row, q)];
      row[p] = c * x - s * y;
      row[q] = s * x + c * y;
    }
  };
  mixColumns(a);
  const [rowP, rowQ] = [item(a, p), item(a, q)];
  a[p] = rowP.map((x, j) => c * x - s * item(rowQ, j));
  a[q] = rowP.map((x, j) => s * x + c * item(rowQ, j));
  mixColumns(vectors);
}

function dot(a: readonly number[], b: readonly number[]): number {
  return a.reduce((total, x, i) => total + x * item(b, i), 0);
}
