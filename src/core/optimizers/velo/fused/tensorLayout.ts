/**
 * How the fused kernels see a tensor: groups × rows × cols with the two factored axes last, in their order of
 * position, and all other axes together in front. Below rank 2 a tensor is one row. Most weights lie in memory
 * like that already; the others are permuted on the way in and out.
 */
import { sizeOf } from '../../../../base/index';
import { factoredAxes } from '../accumulators';

/** Which side carries the reference's `rows`; numbers as in velo.h. */
export const TENSOR_KINDS = { rowsLead: 0, colsLead: 1, diagonal: 2 } as const;
export type TensorKind = keyof typeof TENSOR_KINDS;

export interface TensorLayout {
  readonly kind: TensorKind;
  readonly groups: number;
  readonly rows: number;
  readonly cols: number;
  /** From the tensor's own order to groups × rows × cols. */
  readonly fold: Fold;
  /** From the own order of the state arrays `rows/…` and `cols/…` to the kernels'. */
  readonly rowsFold: Fold;
  readonly colsFold: Fold;
}

/**
 * A permutation [a][r][b][c][d] → [a][b][d][r][c]: two axes r and c move to the end, the axes before, between
 * and behind them are merged into a, b and d.
 */
export type Fold = readonly [a: number, r: number, b: number, c: number, d: number];

/** The layout of a tensor of any rank. */
export function tensorLayout(shape: readonly number[]): TensorLayout {
  const axes = factoredAxes(shape);
  if (axes === undefined) {
    const flat: Fold = [1, 1, 1, sizeOf(shape), 1];
    const cols = sizeOf(shape);
    return {
      kind: 'diagonal',
      groups: 1,
      rows: 1,
      cols,
      fold: flat,
      rowsFold: flat,
      colsFold: flat,
    };
  }
  const { rowAxis, colAxis } = axes;
  const first = Math.min(rowAxis, colAxis);
  const second = Math.max(rowAxis, colAxis);
  const rows = shape[first] ?? 1;
  const cols = shape[second] ?? 1;
  const fold: Fold = [
    sizeOf(shape.slice(0, first)),
    rows,
    sizeOf(shape.slice(first + 1, second)),
    cols,
    sizeOf(shape.slice(second + 1)),
  ];
  const common = {
    groups: fold[0] * fold[2] * fold[4],
    fold,
    // `rows` average over the row axis away, so what is left to move to the end is the column axis.
    rowsFold: sideFold(shape, rowAxis, colAxis),
    colsFold: sideFold(shape, colAxis, rowAxis),
  };
  // `rows` average over the row axis: they belong to our rows when that is the later of the two.
  const rowsLead = rowAxis === second;
  // One column is the same memory as one row, and long rows are what the kernels are fast at.
  if (cols === 1)
    return { ...common, rows: 1, cols: rows, kind: rowsLead ? 'colsLead' : 'rowsLead' };
  return { ...common, rows, cols, kind: rowsLead ? 'rowsLead' : 'colsLead' };
}

/** Whether a fold leaves the memory as it is. */
export function isIdentity([, r, b, c, d]: Fold): boolean {
  return (d === 1 || r * c === 1) && (b === 1 || r === 1);
}

/** Copies `from` in own order to `to` in the kernels' order, or the reverse. */
export function permute(fold: Fold, from: Float32Array, to: Float32Array, inward: boolean): void {
  const [a, r, b, c, d] = fold;
  let canonical = 0;
  for (let i = 0; i < a; i++)
    for (let j = 0; j < b; j++)
      for (let k = 0; k < d; k++)
        for (let row = 0; row < r; row++)
          for (let col = 0; col < c; col++, canonical++) {
            const own = (((i * r + row) * b + j) * c + col) * d + k;
            if (inward) to[canonical] = from[own]!;
            else to[own] = from[canonical]!;
          }
}

/** The fold of an average over `gone`: axis `last` moves to the end of what is left. */
function sideFold(shape: readonly number[], gone: number, last: number): Fold {
  const before = shape.slice(0, last).filter((_, axis) => axis !== gone);
  const behind = shape.slice(last + 1).filter((_, i) => last + 1 + i !== gone);
  return [sizeOf(before), shape[last] ?? 1, 1, 1, sizeOf(behind)];
}
