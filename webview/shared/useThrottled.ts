/** Values and drawings that change at most so many times a second. */
import { useEffect, useRef, useState } from 'preact/hooks';
import { cancelDraw, queueDraw } from './drawQueue';
import { prefersReducedMotion } from './theme';

/** Milliseconds between two drawings of live data. */
export function liveIntervalMs(): number {
  return prefersReducedMotion() ? 500 : 250;
}

/** The value, but changing at most every `intervalMs`; the last change always arrives. */
export function useThrottled<T>(value: T, intervalMs: number = liveIntervalMs()): T {
  const [shown, setShown] = useState(value);
  const changedAt = useRef(0);
  useEffect(() => {
    if (Object.is(value, shown)) return;
    const wait = changedAt.current + intervalMs - performance.now();
    const change = () => {
      changedAt.current = performance.now();
      setShown(() => value);
    };
    if (wait <= 0) {
      change();
      return;
    }
    const timer = setTimeout(change, wait);
    return () => {
      clearTimeout(timer);
    };
  }, [value, shown, intervalMs]);
  return shown;
}

/** Share of the time that one chart may draw: on a slow machine it is drawn less often, not the view less smoothly. */
const DRAWING_SHARE = 0.125;

/** When a chart was drawn, and how long it took. */
class DrawClock {
  draw: () => void = () => undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #drawnAt = -Infinity;
  #tookMs = 0;
  #urgent: readonly unknown[] | undefined;

  /** Whether one of the values is another one than at the last call. */
  isUrgent(urgent: readonly unknown[]): boolean {
    const before = this.#urgent;
    this.#urgent = urgent;
    const same = before?.every((item, index) => Object.is(item, urgent[index]));
    return same !== true || before?.length !== urgent.length;
  }

  schedule(isUrgent: boolean): void {
    const interval = Math.max(liveIntervalMs(), this.#tookMs / DRAWING_SHARE);
    const wait = isUrgent ? 0 : this.#drawnAt + interval - performance.now();
    if (wait > 0) this.#timer ??= setTimeout(this.#enqueue, wait);
    else {
      clearTimeout(this.#timer);
      this.#enqueue();
    }
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    cancelDraw(this);
  }

  readonly #enqueue = (): void => {
    this.#timer = undefined;
    queueDraw(this, () => {
      this.#drawnAt = performance.now();
      this.draw();
      this.#tookMs = performance.now() - this.#drawnAt;
    });
  };
}

/**
 * Draws when something changed: in the next frame if one of `urgent` did (size, range, theme, a choice), else at most
 * every `liveIntervalMs`, and less often where drawing is slow. Nothing is drawn after the component is gone.
 * @param changing  what the drawing shows; compared by identity, as dependencies of an effect
 */
export function useDraw(
  draw: () => void,
  urgent: readonly unknown[],
  changing: readonly unknown[],
): void {
  const [clock] = useState(() => new DrawClock());
  clock.draw = draw;
  useEffect(() => {
    clock.schedule(clock.isUrgent(urgent));
  }, [...urgent, ...changing]);
  useEffect(
    () => () => {
      clock.stop();
    },
    [],
  );
}
