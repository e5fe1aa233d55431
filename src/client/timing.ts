/** How long the client waits for what; tests wait less. */

export interface EngineTiming {
  readonly pingEveryMs: number;
  /** Two pings in a row that are not answered in this time: the engine hangs. */
  readonly pingTimeoutMs: number;
  /** From the wish for an engine to its greeting. */
  readonly startMs: number;
  readonly greetingMs: number;
  /** Between asking a process to end and ending it by force. */
  readonly killAfterMs: number;
  /** After a restart was asked for: trainings take a checkpoint first. */
  readonly shutdownMs: number;
  /** Before each restart of an engine that died; as many as there are within `restartWindowMs`, then no more. */
  readonly restartDelaysMs: readonly number[];
  readonly restartWindowMs: number;
  /** Of requests that do not say another one. */
  readonly requestMs: number;
}

export const DEFAULT_TIMING: EngineTiming = {
  pingEveryMs: 5000,
  pingTimeoutMs: 5000,
  startMs: 30_000,
  greetingMs: 5000,
  killAfterMs: 3000,
  shutdownMs: 30_000,
  restartDelaysMs: [200, 1000, 4000],
  restartWindowMs: 120_000,
  requestMs: 15_000,
};
