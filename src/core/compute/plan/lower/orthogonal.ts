/** Newton-Schulz and Gram-Schmidt as one kernel each. */
import { sizeOf } from '../../../../base/index';
import { matmulWorkspace } from '../matmulWorkspace';
import type { LowerTable } from './call';

/** As in orthogonal.c. */
const STEPS = 5;
const PAD = 32;
const LONG = 2;
const BAND = 16;
/** Of the longest vector of any instruction set. */
const LANES = 16;

/** Input f32[batch, rows, cols]; attribute `epsilon`, added to the norm. */
export const ORTHOGONAL: LowerTable = {
  NewtonSchulz: (call) => {
    const { builder, inputs, node } = call;
    const x = builder.contiguous(inputs[0]!);
    const out = builder.temporary(call.shape());
    const [batch = 1, rows = 1, cols = 1] = x.shape;
    const side = Math.min(rows, cols);
    const length = Math.max(rows, cols);
    const band = Math.min(side, BAND);
    const { epsilon } = node.attrs as { readonly epsilon: number };
    const workspace =
      sizeOf([rows, cols]) +
      4 * side * side +
      5 * PAD +
      Math.max(matmulWorkspace(band, side, length), matmulWorkspace(rows, cols, side));
    builder.kernel({
      op: 'orthogonal.newtonSchulz',
      inputs: [x],
      outputs: [out],
      args: [
        ...([{ output: 0 }, { input: 0 }] as const),
        ...[batch, rows, cols],
        { float: epsilon },
        ...(['workspace', workspace] as const),
      ],
      workspace,
      flops: batch * flopsOf(side, length),
    });
    return out;
  },
  /** Input f32[batch, side, side]. */
  GramSchmidt: (call) => {
    const { builder, inputs } = call;
    const x = builder.contiguous(inputs[0]!);
    const out = builder.temporary(call.shape());
    const [batch = 1, side = 1] = x.shape;
    const stride = Math.ceil(side / LANES) * LANES;
    const workspace = 2 * stride * (stride + 1);
    builder.kernel({
      op: 'orthogonal.gramSchmidt',
      inputs: [x],
      outputs: [out],
      args: [{ output: 0 }, { input: 0 }, batch, side, stride, 'workspace'],
      workspace,
      flops: batch * 4 * side ** 3,
    });
    return out;
  },
};

function flopsOf(side: number, length: number): number {
  const withLength = 4 * side * side * length;
  if (length < LONG * side) return STEPS * (withLength + 2 * side ** 3);
  // Square, its products with the Gram matrix and with all before: fewer in the first and last step.
  return withLength + 2 * (4 * STEPS - 3) * side ** 3;
}
