/**
 * The step that a view looks at, shared by all its charts and read-outs. It is a store and not component state, so that
 * moving it re-renders no chart: cursor lines move themselves, read-outs use `useCursorStep`.
 */
import { useEffect, useState } from 'preact/hooks';
import { lowerBound } from '../curves';

export interface CursorStore {
  /** Where it stands: under the pointer, else at the pinned step, else at the newest. */
  readonly step: number;
  /** The step that a click or a key fixed; undefined while it follows the run. */
  readonly pinned: number | undefined;
  /** Whether the pointer holds it now. */
  readonly hovering: boolean;
  /** The newest step of the run. */
  readonly newest: number;
  /** Which steps the arrow keys go through (rising), and the newest of the run (the last point where it isn't given). */
  setPoints(points: ArrayLike<number>, newest?: number): void;
  /** Follows the pointer; undefined when it leaves. */
  hover(step: number | undefined): void;
  pin(step: number): void;
  /** Follows the run again. */
  unpin(): void;
  /** Pins the point `distance` points further (negative: back), from wherever the cursor stands. */
  move(distance: number): void;
  /** Pins the first point, or the newest step. */
  moveToStart(): void;
  moveToEnd(): void;
  /** Calls back after each change of step, pin or hover. @returns ends it */
  subscribe(listener: () => void): () => void;
}

/** A cursor at step 0 without points. */
export function createCursor(): CursorStore {
  return new Cursor();
}

class Cursor implements CursorStore {
  #points: ArrayLike<number> = [];
  #newest = 0;
  #hovered: number | undefined;
  #pinned: number | undefined;
  readonly #listeners = new Set<() => void>();

  get step(): number {
    return this.#hovered ?? this.#pinned ?? this.#newest;
  }

  get pinned(): number | undefined {
    return this.#pinned;
  }

  get hovering(): boolean {
    return this.#hovered !== undefined;
  }

  get newest(): number {
    return this.#newest;
  }

  setPoints(points: ArrayLike<number>, newest = points[points.length - 1] ?? 0): void {
    const before = this.step;
    this.#points = points;
    this.#newest = newest;
    if (this.step !== before) this.#notify();
  }

  hover(step: number | undefined): void {
    if (step === this.#hovered) return;
    this.#hovered = step;
    this.#notify();
  }

  pin(step: number): void {
    const changed = step !== this.#pinned || this.#hovered !== undefined;
    this.#pinned = step;
    this.#hovered = undefined;
    if (changed) this.#notify();
  }

  unpin(): void {
    if (this.#pinned === undefined && this.#hovered === undefined) return;
    this.#pinned = undefined;
    this.#hovered = undefined;
    this.#notify();
  }

  move(distance: number): void {
    const points = this.#points;
    if (points.length === 0) {
      this.pin(Math.min(this.#newest, Math.max(0, this.step + distance)));
      return;
    }
    const at = lowerBound(points, this.step);
    const between = points[at] !== this.step && distance > 0 ? 1 : 0;
    const target = Math.min(points.length - 1, Math.max(0, at + distance - between));
    this.pin(points[target]!);
  }

  moveToStart(): void {
    this.pin(this.#points[0] ?? 0);
  }

  moveToEnd(): void {
    this.pin(this.#newest);
  }

  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
    };
  }

  #notify(): void {
    for (const listener of [...this.#listeners]) listener();
  }
}

export interface CursorReading {
  readonly step: number;
  readonly pinned: number | undefined;
  readonly hovering: boolean;
}

/** The cursor's state for a read-out: the component renders anew whenever it changes. */
export function useCursor(cursor: CursorStore): CursorReading {
  const [reading, setReading] = useState<CursorReading>(() => readingOf(cursor));
  useEffect(() => {
    const update = () => {
      setReading(readingOf(cursor));
    };
    update();
    return cursor.subscribe(update);
  }, [cursor]);
  return reading;
}

function readingOf({ step, pinned, hovering }: CursorStore): CursorReading {
  return { step, pinned, hovering };
}

/** The cursor's step alone. */
export function useCursorStep(cursor: CursorStore): number {
  const [step, setStep] = useState(cursor.step);
  useEffect(() => {
    const update = () => {
      setStep(cursor.step);
    };
    update();
    return cursor.subscribe(update);
  }, [cursor]);
  return step;
}
