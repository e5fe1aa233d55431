/** What the kernels' entry answers, and the checks that both runtimes share. */
import { UserError, invariant } from '../../../base/index';

const REASONS = ['', 'the program is cut off', 'unknown op code', 'wrong number of arguments'];

/**
 * How many repetitions a run has finished when it did not finish all.
 * @param status  -1 - n where a guard stopped repetition n, else 4 · (word of the instruction in the program) + reason
 * @param start  of the program in the arena
 * @throws Error for a program that cannot be run
 */
export function repetitions(status: number, arena: Int32Array, start: number): number {
  if (status < 0) return -1 - status;
  const at = status >> 2;
  const program = arena.subarray(start);
  const reason = REASONS[status & 3] ?? '';
  throw new Error(
    `kernels: ${reason} at word ${at} of the program (op code ${program[at]}, ${program[at + 1]} arguments)`,
  );
}

/** @throws Error unless `words` is a whole number of words that an arena can have */
export function checkArenaSize(words: number): void {
  invariant(Number.isInteger(words) && words > 0, `an arena cannot have ${words} words`);
}

export function outOfMemory(words: number, cause: unknown): UserError {
  const megabytes = Math.ceil((words * 4) / 2 ** 20);
  return new UserError('device', `the kernels cannot have the ${megabytes} MB they need`, {
    remedy: 'Train a smaller model or close other programs.',
    cause,
  });
}
