/** How a training is asked to pause or stop from outside: a wish, looked at before each step. */

export type ControlRequest = 'run' | 'pause' | 'stop';

export interface TrainingControl {
  /** What is wanted right now. */
  readonly request: ControlRequest;
}

/** A control that its owner can turn; the last wish wins, except that nothing undoes a stop. */
export class ManualControl implements TrainingControl {
  #request: ControlRequest = 'run';

  get request(): ControlRequest {
    return this.#request;
  }

  pause(): void {
    if (this.#request !== 'stop') this.#request = 'pause';
  }

  /** Takes a pause back; a paused loop has returned and is to be called again. */
  resume(): void {
    if (this.#request === 'pause') this.#request = 'run';
  }

  stop(): void {
    this.#request = 'stop';
  }
}
