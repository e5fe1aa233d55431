/** One kernel called with arrays in an arena of its own, and a check that it writes nowhere else. */
import { expect } from 'vitest';
import type { Arena, KernelRuntime } from '../../src/core/index';
import { instructionsOf } from '../../src/core/compute/instructions';

type Numbers = Float32Array | Int32Array | Uint32Array | Uint8Array;

/** What lies in words that no kernel may touch, and in results before they are written. */
const CANARY = 0x7fc0beef;
/** Words between arrays: odd, so that nothing is aligned by chance. */
const GAP = 5;
/** Kernels read up to this far behind an array. */
const SLACK = 32;

export class KernelCall {
  readonly #arena: Arena;
  readonly #runtime: KernelRuntime;
  readonly #results: { readonly at: number; readonly length: number }[] = [];
  #end = GAP;

  /** @param words  enough for all arrays, their gaps and one instruction */
  constructor(runtime: KernelRuntime, words: number) {
    this.#runtime = runtime;
    this.#arena = runtime.allocate(words + 256);
    this.#arena.i32.fill(CANARY);
  }

  /** Word offset of an array that the kernel only reads. */
  put(data: Numbers): number {
    const at = this.#take(Math.ceil(data.byteLength / 4));
    new Uint8Array(this.#arena.i32.buffer, this.#arena.i32.byteOffset + 4 * at).set(
      new Uint8Array(data.buffer, data.byteOffset, data.byteLength),
    );
    return at;
  }

  /** Word offset of an array of floats that the kernel writes. */
  result(length: number): number {
    const at = this.#take(length);
    this.#results.push({ at, length });
    return at;
  }

  /** The same, with something in it already. */
  update(data: Float32Array): number {
    const at = this.result(data.length);
    this.#arena.f32.set(data, at);
    return at;
  }

  /** Runs the kernel once and checks every word of the arena outside its results. */
  run(op: string, ...args: number[]): void {
    const start = this.#end + SLACK;
    const instruction = instructionsOf(this.#runtime)(op, ...args);
    this.#arena.i32.set(instruction, start);
    const before = this.#arena.i32.slice();
    this.#arena.run(start, instruction.length);
    const after = this.#arena.i32;
    for (const { at, length } of this.#results) before.set(after.subarray(at, at + length), at);
    const changed = after.findIndex((word, i) => word !== before[i]);
    expect(changed, 'first word written outside the results').toBe(-1);
  }

  read(at: number, length: number): Float32Array {
    return this.#arena.f32.slice(at, at + length);
  }

  #take(words: number): number {
    const at = this.#end;
    this.#end += words + GAP;
    return at;
  }
}

/** float32 bits as an integer argument. */
export function bitsOf(value: number): number {
  return new Int32Array(Float32Array.of(value).buffer)[0]!;
}
