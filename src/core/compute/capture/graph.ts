/**
 * What a captured computation is: the tfjs kernel calls in the order in which they were made. Plain data; shapes are
 * static, nothing in it belongs to a backend.
 */

/** Place in `Graph.values`. */
export type ValueId = number;

export type DataType = 'float32' | 'int32' | 'bool';

export interface GraphValue {
  readonly shape: readonly number[];
  readonly dtype: DataType;
}

export interface GraphNode {
  /**
   * Name of the tfjs kernel: `BatchMatMul`, `Relu`; or `RandomUniform`, `RandomNormal` for draws of the task's `rng`; a
   * plan's own `SoftmaxCrossEntropy`; calls of `graphCall`.
   */
  readonly op: string;
  /** By the names of the kernel's inputs; a list where the kernel takes any number (Concat, AddN, Pack). */
  readonly inputs: Readonly<Record<string, ValueId>> | readonly ValueId[];
  readonly outputs: readonly ValueId[];
  /** The kernel's attributes as tfjs gives them. */
  readonly attrs: Readonly<Record<string, unknown>>;
  /** Where the task made the call, as `file:line`, when it is known. */
  readonly origin?: string;
}

/** A draw of the task's generator: words of its stream, whose key the step gives. Attributes of a `Random…` node. */
export interface RandomDraw {
  /** First word of the stream that the draw takes. */
  readonly word: number;
  /** Whether its first number is the second half of the pair of words before. */
  readonly spare: boolean;
}

export interface Graph {
  readonly values: readonly GraphValue[];
  readonly nodes: readonly GraphNode[];
  /** What is given anew to each run, by name. */
  readonly inputs: Readonly<Record<string, ValueId>>;
  /** What the computation wrote itself, by value; integers and booleans as floats. */
  readonly constants: ReadonlyMap<ValueId, Float32Array>;
  /** What is asked for, by name. May name an input or a constant. */
  readonly outputs: Readonly<Record<string, ValueId>>;
}
