/** From captured tfjs kernel calls to the nodes of a plan. */
import { UserError } from '../../../base/index';
import type { DataType, Graph, GraphNode } from '../capture/graph';
import type { Operand } from './builder';
import { PlanBuilder } from './builder';
import { Call } from './lower/call';
import type { LowerTable } from './lower/call';
import { CROSS_ENTROPY } from './lower/crossEntropy';
import { ELEMENTS } from './lower/elements';
import { ELEMENTWISE } from './lower/elementwise';
import { INDEXING } from './lower/indexing';
import { MOVEMENT } from './lower/movement';
import { ORTHOGONAL } from './lower/orthogonal';
import { PRODUCTS } from './lower/products';
import { REDUCTIONS } from './lower/reductions';
import { RESAMPLING } from './lower/resampling';
import { sizeOf } from '../../../base/index';
import { wholeView } from './view';

const RULES: LowerTable = {
  ...ELEMENTWISE,
  ...MOVEMENT,
  ...REDUCTIONS,
  ...PRODUCTS,
  ...INDEXING,
  ...RESAMPLING,
  ...CROSS_ENTROPY,
  ...ELEMENTS,
  ...ORTHOGONAL,
};

export interface Lowered {
  readonly builder: PlanBuilder;
  /** Where each output is, before it is brought to its place. */
  readonly outputs: Readonly<Record<string, Operand>>;
  readonly dtypes: Readonly<Record<string, DataType>>;
}

/** Whether a plan can have calls of a kernel, if not all of them. */
export function isLowered(op: string): boolean {
  return op in RULES;
}

/** The tfjs kernels of a graph that no plan can have, each once, with where the task calls it. */
export function unsupportedCalls(graph: Graph): GraphNode[] {
  const seen = new Set<string>();
  return graph.nodes.filter(({ op }) => !isLowered(op) && !seen.has(op) && seen.add(op));
}

/**
 * @throws UserError('task') for a kernel, or a use of one, that no plan can have
 */
export function lowerGraph(graph: Graph): Lowered {
  const builder = new PlanBuilder();
  const values = new Map<number, Operand>();
  for (const [name, id] of Object.entries(graph.inputs)) {
    const { shape } = graph.values[id]!;
    const buffer = builder.buffer({ words: sizeOf(shape), role: 'input', name });
    values.set(id, wholeView(buffer, shape));
  }
  for (const [id, data] of graph.constants) {
    values.set(id, builder.constant(data, graph.values[id]!.shape));
  }
  for (const node of graph.nodes) lowerNode(builder, graph, node, values);
  const named = Object.entries(graph.outputs);
  return {
    builder,
    outputs: Object.fromEntries(named.map(([name, id]) => [name, values.get(id)!])),
    dtypes: Object.fromEntries(named.map(([name, id]) => [name, graph.values[id]!.dtype])),
  };
}

function lowerNode(
  builder: PlanBuilder,
  graph: Graph,
  node: GraphNode,
  values: Map<number, Operand>,
): void {
  const rule = RULES[node.op];
  if (rule === undefined) throw unsupported(node);
  const made = rule(new Call(builder, graph, node, values));
  const outputs: readonly Operand[] = 'shape' in made ? [made] : made;
  node.outputs.forEach((id, index) => values.set(id, outputs[index]!));
}

function unsupported({ op, origin }: GraphNode): UserError {
  const place = origin === undefined ? '' : ` (${origin})`;
  return new UserError('task', `no compiled kernel for tfjs's ${op}${place}`);
}
