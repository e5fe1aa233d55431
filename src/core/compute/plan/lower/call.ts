/** One captured kernel call as the lowering rules see it. */
import { invariant } from '../../../../base/index';
import type { Graph, GraphNode } from '../../capture/graph';
import type { Operand, PlanBuilder } from '../builder';

export class Call {
  readonly builder: PlanBuilder;
  readonly node: GraphNode;
  readonly #graph: Graph;
  readonly #values: ReadonlyMap<number, Operand>;

  constructor(
    builder: PlanBuilder,
    graph: Graph,
    node: GraphNode,
    values: ReadonlyMap<number, Operand>,
  ) {
    this.builder = builder;
    this.node = node;
    this.#graph = graph;
    this.#values = values;
  }

  /** The input of that name. */
  input(name: string): Operand {
    const { inputs, op } = this.node;
    invariant(!Array.isArray(inputs), `${op} has a list of inputs`);
    const id = (inputs as Readonly<Record<string, number>>)[name];
    invariant(id !== undefined, `${op} has no input ${name}`);
    return this.#operand(id);
  }

  has(name: string): boolean {
    return (this.node.inputs as Readonly<Record<string, number | undefined>>)[name] !== undefined;
  }

  get inputs(): Operand[] {
    return Object.values(this.node.inputs).map((id) => this.#operand(id));
  }

  /** An attribute, of the type that the kernel's definition in tfjs gives it. */
  // eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters -- the caller knows the kernel
  attr<T>(name: string): T {
    return this.node.attrs[name] as T;
  }

  /** Shape of output `index`. */
  shape(index = 0): readonly number[] {
    const value = this.#graph.values[this.node.outputs[index]!];
    invariant(value !== undefined, `${this.node.op} has no output ${index}`);
    return value.shape;
  }

  dtype(name?: string): string {
    const id =
      name === undefined
        ? this.node.outputs[0]!
        : (this.node.inputs as Readonly<Record<string, number>>)[name]!;
    return this.#graph.values[id]!.dtype;
  }

  #operand(id: number): Operand {
    const operand = this.#values.get(id);
    invariant(operand !== undefined, `${this.node.op} reads a value that nobody made`);
    return operand;
  }
}

/** The outputs of a call, in their order. */
export type Lower = (call: Call) => Operand | readonly Operand[];
export type LowerTable = Readonly<Record<string, Lower>>;

export function resolveAxis(axis: number, rank: number): number {
  return axis < 0 ? axis + rank : axis;
}

/** Axes 0 … rank-1 with `axis` moved to `place`. */
export function axesWith(rank: number, axis: number, place: number): number[] {
  const order = [...Array(rank).keys()].filter((other) => other !== axis);
  order.splice(place, 0, axis);
  return order;
}

/** Axes as tfjs gives them (one, several, or none for all), ascending. */
export function resolveAxes(
  axes: number | readonly number[] | null | undefined,
  rank: number,
): number[] {
  const list = axes === null || axes === undefined ? [...Array(rank).keys()] : [axes].flat();
  return [...new Set(list.map((axis) => resolveAxis(axis, rank)))].sort((a, b) => a - b);
}
