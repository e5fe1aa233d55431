/** A random program at work: what it has so far, and how an operation chooses among it. */
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { sizeOf } from '../../../src/base/index';
import type { Tensors } from '../../../src/core/compute/capture/capture';
import type { DrawSource } from '../../../src/core/compute/capture/draws';
import { createRng } from '../../../src/core/compute/rng';

export type Gene = readonly number[];

/** A value of the program. */
export interface Entry {
  readonly tensor: Tensor;
  /** Whether every way to compute it gives the same bits. */
  readonly exact: boolean;
  /** About how large its numbers are. */
  readonly bound: number;
}

/** Largest tensor that a program makes. */
export const MAX_SIZE = 6000;
/** Numbers beyond are scaled down. */
const MAX_BOUND = 6;

export class Program {
  readonly pool: Entry[];
  readonly #integers: Tensor[];
  readonly #rng: DrawSource;
  #gene: Gene = [];
  #at = 0;

  /** @param inputs  float32 tensors, and int32 tensors of numbers 0 … 2 */
  constructor(inputs: Tensors, rng: DrawSource) {
    const tensors = Object.values(inputs);
    this.pool = tensors
      .filter(({ dtype }) => dtype === 'float32')
      .map((tensor) => ({ tensor, exact: true, bound: 2 }));
    this.#integers = tensors.filter(({ dtype }) => dtype === 'int32');
    this.#rng = rng;
  }

  run(genes: readonly Gene[], operations: readonly Operation[]): void {
    for (const gene of genes) {
      this.#gene = gene;
      this.#at = 0;
      const operation = operations[this.pick(operations.length)]!;
      for (const made of [operation(this) ?? []].flat()) this.#keep(made);
    }
  }

  /** The next number of the gene, below `count`. */
  pick(count: number): number {
    const value = this.#gene[this.#at++ % this.#gene.length] ?? 0;
    return value % count;
  }

  chance(): boolean {
    return this.pick(2) === 1;
  }

  /** A value that meets the condition. */
  take(accepts: (entry: Entry) => boolean = () => true): Entry | undefined {
    const fitting = this.pool.filter(accepts);
    // Later values more often, so that programs grow deep.
    const back = Math.min(this.pick(fitting.length + 3), this.pick(fitting.length + 3));
    return fitting.length === 0 ? undefined : fitting[fitting.length - 1 - (back % fitting.length)];
  }

  integers(): Tensor | undefined {
    return this.#integers[this.pick(Math.max(1, this.#integers.length))];
  }

  addIntegers(tensor: Tensor): void {
    if (tensor.size <= 64) this.#integers.push(tensor);
  }

  draw(shape: readonly number[]): Tensor {
    return this.chance() ? this.#rng.uniform(shape) : this.#rng.normal(shape);
  }

  /** Numbers of the program's own, not 0. */
  constant(shape: readonly number[]): Entry {
    const rng = createRng({ seed: this.pick(1000), purpose: 'task' });
    const data = Float32Array.from({ length: sizeOf(shape) }, () => 0.25 + rng.uniform());
    return { tensor: tf.tensor(data, [...shape]), exact: true, bound: 1 };
  }

  /** Something that can be combined with a value of that shape. */
  partner(shape: readonly number[]): Entry {
    const kind = this.pick(6);
    if (kind === 0) return this.constant(shape.map((side) => (this.chance() ? side : 1)));
    if (kind === 1) return this.constant(shape.slice(this.pick(shape.length + 1)));
    if (kind === 2) return { tensor: tf.scalar(0.5 + this.pick(4)), exact: true, bound: 3 };
    return this.take(({ tensor }) => fits(tensor.shape, shape)) ?? this.constant(shape);
  }

  #keep({ tensor, exact, bound }: Entry): void {
    if (tensor.size === 0 || tensor.size > MAX_SIZE) return;
    if (bound <= MAX_BOUND) this.pool.push({ tensor, exact, bound });
    // A power of two, so that exact values stay exact.
    else {
      const scale = 2 ** -Math.ceil(Math.log2(bound));
      this.pool.push({ tensor: tf.mul(tensor, scale), exact, bound: 1 });
    }
  }
}

export type Made = Entry | readonly Entry[] | undefined;
export type Operation = (program: Program) => Made;

export const isExact = ({ exact }: Entry): boolean => exact;
export const ofRank =
  (...ranks: number[]) =>
  ({ tensor }: Entry): boolean =>
    ranks.includes(tensor.rank);

export function fits(own: readonly number[], other: readonly number[]): boolean {
  const rank = Math.max(own.length, other.length);
  let size = 1;
  for (let back = 1; back <= rank; back++) {
    const [a = 1, b = 1] = [own.at(-back), other.at(-back)];
    if (a !== b && a !== 1 && b !== 1) return false;
    size *= Math.max(a, b);
  }
  return size <= MAX_SIZE;
}

export function moved(entry: Entry, tensor: Tensor): Entry {
  return { ...entry, tensor };
}

export function rounded(tensor: Tensor, bound: number): Entry {
  return { tensor, exact: false, bound };
}

export function joined(parts: readonly Entry[], tensor: Tensor): Entry {
  return {
    tensor,
    exact: parts.every(isExact),
    bound: Math.max(...parts.map(({ bound }) => bound)),
  };
}
