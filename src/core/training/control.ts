/** How a training is asked to pause, step or stop from outside: a wish, looked at before each step. */

/**
 * `pause`: the loop ends with a checkpoint, to be called again; `hold`: it takes a checkpoint and waits; `stop`: it
 * ends for good.
 */
export type ControlRequest = 'run' | 'hold' | 'pause' | 'stop';

export interface TrainingControl {
  /** What is wanted right now. */
  readonly request: ControlRequest;
  /** While it holds: whether one step is granted, which is thereby used up. */
  readonly takeStep?: () => boolean;
  /** While it holds: fulfilled at the next change of the wish. */
  readonly changed?: () => Promise<void>;
}

/** A control that its owner can turn; the last wish wins, except that nothing undoes a stop. */
export class ManualControl implements TrainingControl {
  #request: ControlRequest = 'run';
  #steps = 0;
  #waiting: (() => void)[] = [];

  get request(): ControlRequest {
    return this.#request;
  }

  pause(): void {
    this.#ask('pause');
  }

  /** The loop waits, with everything it has in memory. */
  hold(): void {
    this.#ask('hold');
  }

  /** Lets a held loop do one step more. */
  step(): void {
    if (this.#request !== 'hold') return;
    this.#steps += 1;
    this.#wake();
  }

  /** Takes a pause or a hold back; a paused loop has returned and is to be called again. */
  resume(): void {
    this.#ask('run');
  }

  stop(): void {
    this.#ask('stop');
  }

  takeStep(): boolean {
    if (this.#steps === 0) return false;
    this.#steps -= 1;
    return true;
  }

  changed(): Promise<void> {
    return new Promise((resolve) => {
      this.#waiting.push(resolve);
    });
  }

  #ask(request: ControlRequest): void {
    if (this.#request === 'stop') return;
    this.#request = request;
    this.#steps = 0;
    this.#wake();
  }

  #wake(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const resolve of waiting) resolve();
  }
}
