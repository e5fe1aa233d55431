/** The two kernels of networks that are applied to each element: by features, whose sums are apart, and by elements. */
import { ELEMENT_BLOCK } from '../lower/elements';
import type { KernelNode } from '../nodes';
import { sliceView } from '../view';
import { evenestCut } from './cut';

/** Places of `from` and `to` among the arguments: ElementTask in elements.c. */
const FROM = 7;
const TO = 8;

export function splitElements(node: KernelNode, parts: number): KernelNode[] | undefined {
  const axis = node.op === 'elements.norms' ? 0 : 1;
  const [out] = node.outputs;
  const size = node.args[TO] as number;
  const cut = evenestCut([{ axis, size, unit: axis === 0 ? 1 : ELEMENT_BLOCK }], parts);
  return cut?.ranges.map(({ start, count }) => {
    const begin = axis === 0 ? [start, 0] : [0, start];
    const [rows = 0, columns = 0] = out!.shape;
    return {
      ...node,
      outputs: [sliceView(out!, begin, axis === 0 ? [count, columns] : [rows, count])],
      args: node.args.with(FROM, start).with(TO, start + count),
      flops: (node.flops * count) / size,
    };
  });
}
