/** What one capture has seen so far: values, kernel calls and constants, numbered in the order of their use. */
import * as tf from '@tensorflow/tfjs-core';
import type { DataType as TfDataType, Tensor, TensorInfo } from '@tensorflow/tfjs-core';
import { UserError } from '../../../base/index';
import type { DataType, Graph, GraphNode, GraphValue, ValueId } from './graph';
import { nearTaskLine } from './origin';
import { typeRefused } from './refusals';
import type { Attrs, Rule, Shaped } from './rules/rule';

/** Where a recording's tensors live. */
export interface TensorStore {
  /** A handle for the result `value` of `recording`. */
  create(recording: Recording, value: ValueId): object;
  /** Whose result a handle stands for, if a recording's. */
  ownerOf(dataId: object): { readonly recording: Recording; readonly value: ValueId } | undefined;
  /** What was written under a handle, here or on another backend. */
  valuesOf(dataId: object): ArrayLike<number>;
}

export type KernelInputs = Readonly<Record<string, TensorInfo | null | undefined>>;

/** Tensors of other backends may share a handle though their shapes differ. */
interface Constant {
  readonly shape: readonly number[];
  readonly value: ValueId;
}

export class Recording {
  /** What went wrong where tfjs would have swallowed the exception. */
  refusal: UserError | undefined;
  readonly #store: TensorStore;
  readonly #locates: (op: string) => boolean;
  readonly #values: GraphValue[] = [];
  readonly #nodes: GraphNode[] = [];
  readonly #inputs: Record<string, ValueId> = {};
  readonly #constants = new Map<ValueId, Float32Array>();
  readonly #constantsOf = new Map<object, Constant[]>();

  /** @param locates  of which kernels it notes where the task called them */
  constructor(store: TensorStore, locates: (op: string) => boolean = () => true) {
    this.#store = store;
    this.#locates = locates;
  }

  input(name: string, spec: GraphValue): Tensor {
    const info = this.#result(spec);
    this.#inputs[name] = this.#valueOf(info);
    return tf.engine().makeTensorFromTensorInfo(info);
  }

  /** A node that is no kernel of tfjs. */
  call(op: string, attrs: Attrs, result: Shaped, inputs: readonly Tensor[] = []): Tensor {
    const ids = inputs.map((input) => this.#valueOf(input));
    const info = this.#result(result);
    this.#addNode({ op, inputs: ids, outputs: [this.#valueOf(info)], attrs });
    return tf.engine().makeTensorFromTensorInfo(info);
  }

  /** A kernel call of tfjs; `rule` tells what comes out. */
  kernel(op: string, rule: Rule, given: KernelInputs, attrs: Attrs): TensorInfo | TensorInfo[] {
    const inputs = present(given);
    const ids = Object.entries(inputs).map(([name, info]) => [name, this.#valueOf(info)] as const);
    const results = rule(inputs, attrs as never);
    const infos = asList(results).map((result) => this.#result(result));
    this.#addNode({
      op,
      inputs: Array.isArray(given) ? ids.map(([, id]) => id) : Object.fromEntries(ids),
      outputs: infos.map((info) => this.#valueOf(info)),
      attrs: copied(attrs) as Attrs,
    });
    return Array.isArray(results) ? infos : infos[0]!;
  }

  finish(outputs: Readonly<Record<string, Tensor>>): Graph {
    const ids = Object.entries(outputs).map(([name, tensor]) => [name, this.#valueOf(tensor)]);
    return {
      values: this.#values,
      nodes: this.#nodes,
      inputs: this.#inputs,
      constants: this.#constants,
      outputs: Object.fromEntries(ids) as Record<string, ValueId>,
    };
  }

  #addNode(node: Omit<GraphNode, 'origin'>): void {
    // tfjs copies what it saves for the backward pass: a third of all calls, and nobody asks where from.
    const isLocated = node.op !== 'Identity' && this.#locates(node.op);
    const origin = isLocated ? nearTaskLine() : undefined;
    this.#nodes.push(origin === undefined ? node : { ...node, origin });
  }

  #result({ shape, dtype }: Shaped): TensorInfo {
    const value = this.#addValue(shape, dtype);
    return { dataId: this.#store.create(this, value), shape: [...shape], dtype };
  }

  #addValue(shape: readonly number[], dtype: TfDataType): ValueId {
    return this.#values.push({ shape: [...shape], dtype: graphType(dtype) }) - 1;
  }

  #valueOf({ dataId, shape, dtype }: TensorInfo): ValueId {
    const owner = this.#store.ownerOf(dataId);
    if (owner?.recording === this) return owner.value;
    if (owner !== undefined) throw staleTensor();
    return this.#constantOf(dataId, shape, dtype);
  }

  #constantOf(dataId: object, shape: readonly number[], dtype: TfDataType): ValueId {
    const known = this.#constantsOf.get(dataId) ?? [];
    const same = known.find((constant) => String(constant.shape) === String(shape));
    if (same !== undefined) return same.value;
    const value = this.#addValue(shape, dtype);
    this.#constants.set(value, Float32Array.from(this.#store.valuesOf(dataId)));
    this.#constantsOf.set(dataId, [...known, { shape, value }]);
    return value;
  }
}

function present(inputs: KernelInputs): Record<string, TensorInfo> {
  const entries = Object.entries(inputs).filter(([, info]) => info !== undefined && info !== null);
  return Object.fromEntries(entries) as Record<string, TensorInfo>;
}

/** Tasks may reuse the arrays that they give as shapes and places. */
function copied(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(copied);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, field]) => [name, copied(field)]));
}

function asList(results: Shaped | readonly Shaped[]): readonly Shaped[] {
  return Array.isArray(results) ? (results as readonly Shaped[]) : [results as Shaped];
}

/** @throws UserError('config') for what a graph can't hold */
export function graphType(dtype: TfDataType): DataType {
  if (dtype === 'float32' || dtype === 'int32' || dtype === 'bool') return dtype;
  throw typeRefused(dtype);
}

function staleTensor(): UserError {
  return new UserError(
    'config',
    'the task uses a tensor that it computed and kept in an earlier run, which has no values',
    { remedy: 'Make tensors that outlive a run before it, or anew in each run.' },
  );
}
