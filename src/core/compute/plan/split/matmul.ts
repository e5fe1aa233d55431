/**
 * Matrix products by batches, rows or columns. An element's sum does not depend on the others, but for the two ways of
 * kernels/matmul.c to add up: a part has to go the way of the whole.
 */
import type { MatmulNode } from '../nodes';
import { sliceView } from '../view';
import type { View } from '../view';
import { evenestCut } from './cut';
import type { Candidate, Range } from './cut';

/** Rows and columns that the register blocks of all instruction sets do well with. */
const ROWS = 4;
const COLUMNS = 32;
/** FEW in matmul.c: with so few rows or columns sums may be those of vectors along k. */
const FEW = 4;

export function splitMatmul(node: MatmulNode, parts: number): MatmulNode[] | undefined {
  const cut = evenestCut(candidatesOf(node), parts);
  return cut?.ranges.map((range) => partOf(node, cut.axis, range));
}

/** Batches first: then nothing is packed twice. Else the longer side, since each part packs the other one. */
function candidatesOf(node: MatmulNode): Candidate[] {
  const { shape, strides } = node.out;
  const rank = shape.length;
  const [m = 1, n = 1] = shape.slice(-2);
  const least = addsAlongVectors(node) ? FEW + 1 : 1;
  const rows = { axis: rank - 2, size: m, unit: ROWS, least };
  const columns = { axis: rank - 1, size: n, unit: COLUMNS, least };
  const batches = shape.slice(0, -2).map((size, axis) => ({ axis, size, unit: 1 }));
  return [
    ...(mayCutBatches(node, m) ? batches : []),
    ...(m > n ? [rows, columns] : [columns, rows]),
  ].filter(({ axis }) => strides[axis] !== 0);
}

/** Whether k runs along memory on both sides. */
function addsAlongVectors({ a, b }: MatmulNode): boolean {
  return a.strides.at(-1) === 1 && b.strides.at(-2) === 1;
}

/** Batches that meet the same b are one product with more rows, no longer few. */
function mayCutBatches(node: MatmulNode, rows: number): boolean {
  const { shape, strides } = node.b;
  const repeats = shape.slice(0, -2).some((side, axis) => side > 1 && strides[axis] === 0);
  return rows > FEW || !repeats || !addsAlongVectors(node);
}

function partOf(node: MatmulNode, axis: number, { start, count }: Range): MatmulNode {
  const rank = node.out.shape.length;
  const sliced = (view: View): View =>
    sliceView(
      view,
      view.shape.map((_, i) => (i === axis ? start : 0)),
      view.shape.map((side, i) => (i === axis ? count : side)),
    );
  return {
    ...node,
    a: axis === rank - 1 ? node.a : sliced(node.a),
    b: axis === rank - 2 ? node.b : sliced(node.b),
    out: sliced(node.out),
    ...(node.bias === undefined ? {} : { bias: sliced(node.bias) }),
  };
}
