/** How a training goes, on stderr: a bar where a person watches, else a plain line now and then. */
import { Presets, SingleBar } from 'cli-progress';
import { formatLoss, formatSeconds } from './output';
import type { Output } from './output';

export interface Progress {
  /** @param loss  of the step's batch; null where it was not finite */
  step(step: number, loss: number | null): void;
  /** Takes the bar away. */
  end(): void;
}

/** Time between plain lines. */
const LINE_EVERY_MS = 5000;
/** Weight of the newest step in the shown loss. */
const SMOOTHING = 0.05;

/**
 * @param total  steps of the whole training
 * @param begin  step that it goes on from
 */
export function createProgress(output: Output, total: number, begin: number): Progress {
  if (output.json) return { step: () => undefined, end: () => undefined };
  const pace = new Pace(begin);
  return output.isInteractive ? barProgress(total, begin, pace) : lineProgress(output, total, pace);
}

function barProgress(total: number, begin: number, pace: Pace): Progress {
  const bar = new SingleBar(
    {
      format: '{bar} {value}/{total}  loss {loss}  {rate} steps/s  {left} left',
      stream: process.stderr,
      barsize: 24,
      fps: 10,
      hideCursor: true,
      clearOnComplete: true,
      gracefulExit: false,
    },
    Presets.shades_classic,
  );
  bar.start(total, begin, { loss: '–', rate: '–', left: '–' });
  let isShown = true;
  return {
    step: (step, loss) => {
      // A step may still be under way when Ctrl-C takes the bar away.
      if (!isShown) return;
      pace.observe(step, loss);
      bar.update(step + 1, pace.texts(total));
    },
    end: () => {
      if (isShown) bar.stop();
      isShown = false;
    },
  };
}

function lineProgress(output: Output, total: number, pace: Pace): Progress {
  let saidAt = performance.now();
  return {
    step: (step, loss) => {
      pace.observe(step, loss);
      const now = performance.now();
      if (now - saidAt < LINE_EVERY_MS) return;
      saidAt = now;
      const { loss: shown, rate, left } = pace.texts(total);
      output.note(`step ${step + 1}/${total}  loss ${shown}  ${rate} steps/s  ${left} left`);
    },
    end: () => undefined,
  };
}

class Pace {
  readonly #begin: number;
  readonly #startedAt = performance.now();
  #done: number;
  #loss: number | null = null;

  constructor(begin: number) {
    this.#begin = begin;
    this.#done = begin;
  }

  observe(step: number, loss: number | null): void {
    this.#done = step + 1;
    const before = this.#loss;
    this.#loss = loss === null || before === null ? loss : before + SMOOTHING * (loss - before);
  }

  texts(total: number): { loss: string; rate: string; left: string } {
    const seconds = (performance.now() - this.#startedAt) / 1000;
    const rate = (this.#done - this.#begin) / Math.max(seconds, 1e-3);
    const left = rate > 0 ? formatSeconds((total - this.#done) / rate) : '–';
    return { loss: formatLoss(this.#loss), rate: rate.toPrecision(3), left };
  }
}
