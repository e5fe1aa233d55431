/**
 * The border to the compiled C kernels, the same for WebAssembly and the native addon: a session owns an
 * arena of 32-bit words, writes a flat program of instructions into it and runs it with one call.
 * An instruction is `[op code, number of arguments, arguments...]`, all 32-bit words; arrays are named by
 * word offsets into the arena, float arguments by their bit pattern.
 */

import type { Span } from './span';

export type KernelFlavour = 'native' | 'wasm';

export interface KernelRuntime {
  readonly flavour: KernelFlavour;
  /** Instruction set the kernels were compiled for: `avx2`, `avx512`, `neon`, `simd128`, ... */
  readonly isa: string;
  /** Op codes by name, as the loaded kernels report them. */
  readonly ops: ReadonlyMap<string, number>;
  /**
   * A fresh, zeroed arena.
   * @param words  how many 32-bit words the session needs in all, > 0
   * @throws UserError('device') when the memory cannot be had
   */
  allocate(words: number): Arena;
  /** Threads that can run parts of one program together, in arenas of this runtime; absent: one. */
  readonly threads?: number;
  /** Ends threads of its own, where it has some; its arenas can be read afterwards, not run. */
  close?(): void;
  /**
   * Bytes from word 0 of an arena to memory outside of it, for kernels that can read that; the caller keeps the memory
   * alive. Absent where kernels reach their arena only.
   */
  readonly distance?: (arena: Arena, memory: Uint8Array | Float32Array) => number;
}

export interface Arena {
  /** The whole arena as floats; index 0 is word 0. */
  readonly f32: Float32Array;
  /** The same memory as integers. */
  readonly i32: Int32Array;
  /**
   * Runs the instructions in words [start, start + words), `times` times over (default once). Never allocates.
   * @returns how often they ran to the end: less than `times` where a guard found a number that is not finite
   */
  run(start: number, words: number, times?: number): number;
  /**
   * Runs a program on each thread of the runtime, all at once. They wait for each other at `control.barrier` and nowhere
   * else, so all have to meet it equally often.
   * @returns as `run`: how often the first ran to the end
   */
  runTogether?(programs: readonly Span[], times: number): number;
}
