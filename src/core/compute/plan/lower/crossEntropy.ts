/** The softmax cross-entropy: one kernel for losses and gradient. */
import { sizeOf } from '../../../../base/index';
import type { CrossEntropyAttrs } from '../crossEntropy/crossEntropy';
import type { KernelArg } from '../nodes';
import type { LowerTable } from './call';

export const CROSS_ENTROPY: LowerTable = {
  SoftmaxCrossEntropy: (call) => {
    const { parts, smoothing, loss, gradient } = call.node.attrs as unknown as CrossEntropyAttrs;
    const { builder } = call;
    const logits = builder.contiguous(call.input('logits'));
    const labels = builder.contiguous(call.input('labels'));
    const outputs = parts.map((_, index) => builder.temporary(call.shape(index)));
    const place = (part: (typeof parts)[number]): KernelArg =>
      parts.includes(part) ? { output: parts.indexOf(part) } : -1;
    const floats = [smoothing, loss.stray, gradient.stray, loss.scale, gradient.scale];
    builder.kernel({
      op: 'rows.crossEntropy',
      inputs: [logits, labels],
      outputs,
      args: [
        ...[place('loss'), place('losses'), place('gradient'), { input: 0 }, { input: 1 }],
        ...[sizeOf(labels.shape), logits.shape.at(-1)!],
        ...floats.map((float) => ({ float })),
      ],
      workspace: 0,
      flops: 8 * sizeOf(logits.shape),
    });
    return outputs;
  },
};
