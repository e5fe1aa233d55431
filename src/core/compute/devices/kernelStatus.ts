/** What the kernels' entry answers, and the checks that both runtimes share. */
import { UserError, invariant } from '../../../base/index';

const REASONS = ['', 'the program is cut off', 'unknown op code', 'wrong number of arguments'];

/**
 * Turns the answer of a run into an Error when it is one.
 * @param status  0, or 4 · (word of the instruction in the program) + reason
 */
export function checkStatus(status: number, program: Int32Array): void {
  if (status === 0) return;
  const at = status >> 2;
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
