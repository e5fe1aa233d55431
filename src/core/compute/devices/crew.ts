/** Threads that run programs together over one arena. */
import type { Span } from '../span';
import type { WasmMemory } from './webAssembly';

/** The memory of an arena, for threads that share it: the arena itself, or that of a WebAssembly instance. */
export type CrewMemory = Float32Array | WasmMemory;

/** The others, as the thread that gives the orders sees them. */
export interface Crew {
  /** With the thread that gives the orders. */
  readonly threads: number;
  /** Shows them an arena. @returns its number */
  meet(memory: CrewMemory): number;
  /** Lets each begin its program. */
  begin(arena: number, programs: readonly Span[], times: number): void;
  /** Waits until all are done. */
  end(): void;
}
