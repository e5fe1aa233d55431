/** What a rule is: from the shapes and types that go into a tfjs kernel to those that come out, as tfjs-cpu has them. */
import { backend_util, util } from '@tensorflow/tfjs-core';
import type { DataType, Tensor, TensorInfo } from '@tensorflow/tfjs-core';

/** Shape and type of one result. */
export interface Shaped {
  readonly shape: readonly number[];
  readonly dtype: DataType;
}

/** By the names of the kernel's inputs; '0', '1', … where the kernel takes a list. */
export type Inputs = Readonly<Record<string, TensorInfo>>;
export type Attrs = Readonly<Record<string, unknown>>;

/**
 * A list where the kernel gives a list. The attributes have the type that tfjs declares for the kernel.
 * @throws Error where the inputs don't fit together
 */
export type Rule = (inputs: Inputs, attrs: never) => Shaped | readonly Shaped[];
export type Rules = Readonly<Record<string, Rule>>;

/** The same rule for several kernels. */
export function forAll(kernels: readonly string[], shared: Rule): Rules {
  return Object.fromEntries(kernels.map((kernel) => [kernel, shared]));
}

/** Shape and type of an input; of the input named `name`, or of the first. */
export function like(name?: string): Rule {
  return (inputs) => shaped(name === undefined ? first(inputs) : inputs[name]!);
}

export function first(inputs: Inputs): TensorInfo {
  return Object.values(inputs)[0]!;
}

function shaped({ shape, dtype }: TensorInfo): Shaped {
  return { shape, dtype };
}

/** For functions of tfjs that want a tensor and look at its shape only. */
export function asTensor(info: TensorInfo): Tensor {
  return info as unknown as Tensor;
}

export function broadcast(a: readonly number[], b: readonly number[]): number[] {
  return backend_util.assertAndGetBroadcastShape([...a], [...b]);
}

/** Axis `axis` of a shape of rank `rank`, counted from the front. */
export function axisOf(axis: number, rank: number): number {
  return axis < 0 ? axis + rank : axis;
}

/** `shape` with `axis` replaced by the sides of `sides`. */
export function withAxis(shape: readonly number[], axis: number, ...sides: number[]): number[] {
  return [...shape.slice(0, axis), ...sides, ...shape.slice(axis + 1)];
}

export function assertThat(condition: boolean, message: () => string): void {
  util.assert(condition, message);
}
