/** Ctrl-C as a wish: the first one asks the work to stop (a training after a checkpoint), the second one quits at once. */
import type { Output } from './output';

const SIGNALS = ['SIGINT', 'SIGTERM'] as const;

/** Exit code of a program that was ended by Ctrl-C. */
export const INTERRUPTED = 130;

/**
 * Runs `work` while signals call `stop`.
 * @param wish  what is said at the first signal
 * @returns what `work` returns and whether a signal came
 */
export async function withInterrupt<T>(
  output: Output,
  stop: () => void,
  work: () => Promise<T>,
  wish = 'Stopping after a checkpoint',
): Promise<{ readonly result: T; readonly wasInterrupted: boolean }> {
  let wasInterrupted = false;
  const onSignal = (): void => {
    if (wasInterrupted) process.exit(INTERRUPTED);
    wasInterrupted = true;
    stop();
    output.note(`${wish}; press Ctrl-C again to quit at once.`);
  };
  for (const signal of SIGNALS) process.on(signal, onSignal);
  try {
    return { result: await work(), wasInterrupted };
  } finally {
    for (const signal of SIGNALS) process.removeListener(signal, onSignal);
  }
}
