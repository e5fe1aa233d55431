/** Threads that run programs together over one arena. */
import type { Arena } from '../kernelRuntime';
import type { Span } from '../span';
import { repetitions } from './kernelStatus';
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

/**
 * An arena that a crew works on too.
 * @param memory  by which the others know it
 * @param run  the kernels' entry, for the share of this thread
 */
export function crewed(
  arena: Arena,
  crew: Crew,
  memory: CrewMemory,
  run: (start: number, words: number, times: number) => number,
): Arena {
  const number = crew.meet(memory);
  return {
    ...arena,
    runTogether: ([own, ...others], times) => {
      const { place, words } = own!;
      crew.begin(number, others, times);
      const status = run(place, words, times);
      crew.end();
      return status === 0 ? times : repetitions(status, arena.i32, place);
    },
  };
}
