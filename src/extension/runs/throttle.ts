/** Calls a function at once, then at most once in an interval; never loses the last call. */
export interface Throttled {
  readonly call: () => void;
  readonly dispose: () => void;
}

export function throttle(run: () => void, intervalMs: number): Throttled {
  let timer: NodeJS.Timeout | undefined;
  let isWanted = false;
  const tick = (): void => {
    timer = undefined;
    if (!isWanted) return;
    fire();
  };
  const fire = (): void => {
    isWanted = false;
    timer = setTimeout(tick, intervalMs);
    run();
  };
  return {
    call: () => {
      isWanted = true;
      if (timer === undefined) fire();
    },
    dispose: () => {
      clearTimeout(timer);
      timer = undefined;
      isWanted = false;
    },
  };
}
