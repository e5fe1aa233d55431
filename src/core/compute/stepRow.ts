/** Words of the arena that are new at each step: written by the host before it, or for many steps ahead in a table. */
import type { Arena } from './kernelRuntime';

export interface StepRow {
  /** First arena word. */
  readonly place: number;
  readonly words: number;
  /** Writes the words of a step from word `at` on. */
  write(step: number, arena: Pick<Arena, 'f32' | 'i32'>, at: number): void;
}

/** Writes what a step needs where it needs it. */
export function writeRows(rows: readonly StepRow[], step: number, arena: Arena): void {
  for (const row of rows) row.write(step, arena, row.place);
}
