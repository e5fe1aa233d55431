/**
 * Runs a captured graph node by node with the kernels of the active tfjs backend: slow and plain, to check graphs and
 * whatever compiles them.
 */
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { sizeOf } from '../../src/base/index';
import type { NamedArrays, NamedFloats } from '../../src/base/index';
import type { Graph, GraphNode, RandomDraw, ValueId } from '../../src/core/compute/capture/graph';
import { createRng } from '../../src/core/compute/rng';
import type { RngKey } from '../../src/core/compute/rng';
import { dilatedConvolution } from './dilatedConvolution';

/**
 * @param inputs  by the names of the graph's inputs
 * @param key  names the stream that the graph's draws come from
 * @throws Error where a kernel gives another shape or type than the graph says
 */
export function interpret(graph: Graph, inputs: NamedArrays, key: RngKey): NamedFloats {
  tf.engine().startScope();
  try {
    const tensors = new Map<ValueId, Tensor>();
    for (const [name, id] of Object.entries(graph.inputs)) {
      tensors.set(id, tensorOf(graph, id, inputs[name]!.data));
    }
    for (const [id, data] of graph.constants) tensors.set(id, tensorOf(graph, id, data));
    for (const node of graph.nodes) {
      for (const [i, tensor] of runNode(graph, node, tensors, key).entries()) {
        const id = node.outputs[i]!;
        checkResult(graph, node, id, tensor);
        tensors.set(id, tensor);
      }
    }
    const results = Object.entries(graph.outputs).map(([name, id]) => {
      const tensor = tensors.get(id)!;
      return [name, { shape: tensor.shape, data: Float32Array.from(tensor.dataSync()) }] as const;
    });
    return Object.fromEntries(results);
  } finally {
    tf.engine().endScope();
  }
}

function tensorOf(graph: Graph, id: ValueId, data: Float32Array | Int32Array): Tensor {
  const { shape, dtype } = graph.values[id]!;
  const values = dtype === 'bool' ? Uint8Array.from(data) : data.slice();
  return tf.tensor(dtype === 'int32' ? Int32Array.from(values) : values, [...shape], dtype);
}

function runNode(
  graph: Graph,
  { op, inputs, outputs, attrs }: GraphNode,
  tensors: ReadonlyMap<ValueId, Tensor>,
  key: RngKey,
): Tensor[] {
  if (op === 'RandomUniform' || op === 'RandomNormal') {
    const { shape } = graph.values[outputs[0]!]!;
    const data = drawn(op, sizeOf(shape), attrs as unknown as RandomDraw, key);
    return [tf.tensor(data, [...shape], 'float32')];
  }
  const given = Array.isArray(inputs)
    ? (inputs as ValueId[]).map((id) => tensors.get(id)!)
    : Object.fromEntries(Object.entries(inputs).map(([name, id]) => [name, tensors.get(id)!]));
  const dilated = dilatedConvolution(op, given as Record<string, Tensor>, attrs);
  if (dilated !== undefined) return [dilated];
  const result = tf
    .engine()
    .runKernel<Tensor | Tensor[]>(op, given as tf.NamedTensorMap, attrs as tf.NamedAttrMap);
  return Array.isArray(result) ? result : [result];
}

function drawn(op: string, count: number, { word, spare }: RandomDraw, key: RngKey): Float32Array {
  const rng = createRng(key);
  for (let i = 0; i < word - (spare ? 2 : 0); i++) rng.uint32();
  if (spare) rng.normal();
  const data = new Float32Array(count);
  if (op === 'RandomUniform') rng.fillUniform(data, 0, 1);
  else rng.fillNormal(data, 0, 1);
  return data;
}

function checkResult(graph: Graph, node: GraphNode, id: ValueId, tensor: Tensor): void {
  const { shape, dtype } = graph.values[id]!;
  if (String(shape) === String(tensor.shape) && dtype === tensor.dtype) return;
  throw new Error(
    `${node.op}: the graph says ${dtype} [${String(shape)}], ` +
      `the kernel gives ${tensor.dtype} [${String(tensor.shape)}]`,
  );
}
