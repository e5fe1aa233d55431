/** Newton-Schulz as one kernel. */
import { sizeOf } from '../../../../base/index';
import { matmulWorkspace } from '../matmulWorkspace';
import type { LowerTable } from './call';

/** As in orthogonal.c. */
const STEPS = 5;
const PAD = 32;

/** Input f32[batch, rows, cols]; attribute `epsilon`, added to the norm. */
export const ORTHOGONAL: LowerTable = {
  NewtonSchulz: (call) => {
    const { builder, inputs, node } = call;
    const x = builder.contiguous(inputs[0]!);
    const out = builder.temporary(call.shape());
    const [batch = 1, rows = 1, cols = 1] = x.shape;
    const side = Math.min(rows, cols);
    const { epsilon } = node.attrs as { readonly epsilon: number };
    const workspace =
      sizeOf([rows, cols]) +
      2 * side * side +
      3 * PAD +
      Math.max(
        matmulWorkspace(side, side, Math.max(rows, cols)),
        matmulWorkspace(rows, cols, side),
      );
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
      flops: 2 * STEPS * batch * side * (2 * rows * cols + side * side),
    });
    return out;
  },
};
