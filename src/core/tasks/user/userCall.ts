/** Calls of a person's functions: whatever goes wrong in one says in which file and line, and what was being done. */
import { UserError, messageOf } from '../../../base/index';
import { taskCall, withDeepStacks } from '../../compute/capture/origin';

/** Where a person's task comes from, for messages. */
export interface TaskOrigin {
  /** The file as messages call it. */
  readonly file: string;
}

/** What tfjs throws for a kernel that the active backend has not: the capture knows what to say of it. */
const UNREGISTERED = /^Kernel '\w+' not registered for backend/;

/**
 * @param what  what is called, for messages: `loss`, `model`
 * @throws UserError('config') with file and line for whatever the function throws
 */
export function userCall<T>({ file }: TaskOrigin, what: string, run: () => T): T {
  try {
    return withDeepStacks(run);
  } catch (thrown) {
    const message = messageOf(thrown);
    if (UNREGISTERED.test(message)) throw thrown;
    if (thrown instanceof UserError) throw naming(file, thrown);
    const { line, operation } = taskCall(thrown instanceof Error ? thrown.stack : undefined);
    const where = line ?? file;
    const called = operation === undefined ? '' : ` in tf.${operation}`;
    throw new UserError('config', `${where}: ${what} failed${called}: ${message}`, {
      remedy: 'Run "velo check-task" on the file after mending it.',
      cause: thrown,
    });
  }
}

/** The same error with the file in front, where its text does not name it. */
function naming(file: string, error: UserError): UserError {
  const base = file.split(/[\\/]/).at(-1) ?? file;
  if (error.message.includes(base)) return error;
  const remedy = error.remedy === undefined ? {} : { remedy: error.remedy };
  return new UserError(error.code, `${file}: ${error.message}`, { ...remedy, cause: error });
}

/** An error about what a task says, not about a line of it. */
export function wrong({ file }: TaskOrigin, message: string, remedy: string): UserError {
  return new UserError('config', `${file}: ${message}`, { remedy });
}

/** A value in a few words: `nothing`, `a function`, `"abc"`. */
export function inWords(value: unknown): string {
  if (value === undefined || value === null) return 'nothing';
  if (typeof value === 'function') return 'a function';
  if (value instanceof Promise) return 'a promise';
  if (typeof value === 'object') return Array.isArray(value) ? 'a list' : 'an object';
  return JSON.stringify(value);
}
