/** A number at the cursor inside a legend or a table: only this text renders when the cursor moves. */
import type { CursorStore } from './cursor';
import { useCursorStep } from './cursor';

export interface CursorValueProps {
  readonly cursor: CursorStore;
  /** The text at a step. */
  readonly read: (step: number) => string;
}

export function CursorValue({ cursor, read }: CursorValueProps) {
  return <>{read(useCursorStep(cursor))}</>;
}
