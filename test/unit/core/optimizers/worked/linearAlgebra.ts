/** Small matrices in float64, for oracles: plain loops, and decompositions by other methods than the optimizers use. */
export type Matrix = number[][];

export const toMatrix = (data: readonly number[], cols: number): Matrix =>
  Array.from({ length: data.length / cols }, (_, i) => data.slice(i * cols, (i + 1) * cols));

export const identity = (n: number): Matrix =>
  Array.from({ length: n }, (_, i) => Array.from({ length: n }, (_, j) => (i === j ? 1 : 0)));

export const transpose = (a: Matrix): Matrix => a[0]!.map((_, j) => a.map((row) => row[j]!));

export const multiply = (a: Matrix, b: Matrix): Matrix =>
  a.map((row) => b[0]!.map((_, j) => row.reduce((sum, x, k) => sum + x * b[k]![j]!, 0)));

/** x·a + y·b. */
export const combine = (x: number, a: Matrix, y: number, b: Matrix): Matrix =>
  a.map((row, i) => row.map((value, j) => x * value + y * b[i]![j]!));

export const frobenius = (a: Matrix): number => Math.hypot(...a.flat());

/** Eigenvalues and eigenvectors (columns) of a symmetric matrix by Jacobi's rotations. */
export function eigen(a: Matrix): { readonly values: number[]; readonly vectors: Matrix } {
  let d = a;
  let vectors = identity(a.length);
  for (let sweep = 0; sweep < 60; sweep++) {
    for (let p = 0; p < a.length; p++) {
      for (let q = p + 1; q < a.length; q++) {
        const angle = 0.5 * Math.atan2(2 * d[p]![q]!, d[p]![p]! - d[q]![q]!);
        const rotation = identity(a.length);
        rotation[p]![p] = rotation[q]![q] = Math.cos(angle);
        rotation[p]![q] = -Math.sin(angle);
        rotation[q]![p] = Math.sin(angle);
        d = multiply(multiply(transpose(rotation), d), rotation);
        vectors = multiply(vectors, rotation);
      }
    }
  }
  return { values: d.map((row, i) => row[i]!), vectors };
}

/** A^power of a symmetric positive definite matrix, by its eigenvalues. */
export function power(a: Matrix, exponent: number): Matrix {
  const { values, vectors } = eigen(a);
  const scaled = vectors.map((row) => row.map((x, j) => x * values[j]! ** exponent));
  return multiply(scaled, transpose(vectors));
}

/** The Q of S = Q·R with a positive diagonal of R, by Householder's reflections. */
export function orthogonalFactor(s: Matrix): Matrix {
  const n = s.length;
  let r = s;
  let q = identity(n);
  for (let k = 0; k < n; k++) {
    const x = r.map((row, i) => (i < k ? 0 : row[k]!));
    const v = [...x];
    v[k]! += Math.hypot(...x) * (x[k]! < 0 ? -1 : 1);
    const scale = 2 / v.reduce((sum, value) => sum + value * value, 0);
    const reflection = identity(n).map((row, i) =>
      row.map((value, j) => value - scale * v[i]! * v[j]!),
    );
    r = multiply(reflection, r);
    q = multiply(q, reflection);
  }
  return q.map((row) => row.map((value, j) => value * Math.sign(r[j]![j]!)));
}
