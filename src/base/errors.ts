/**
 * The two kinds of error the project throws on purpose. A `UserError` is about something that a person
 * gave us and can change; anything else that escapes is a defect.
 */

/** Which sort of trouble a `UserError` reports; the command line turns every one into exit code 2. */
export const USER_ERROR_CODES = [
  'config',
  'task',
  'data',
  'weights',
  'checkpoint',
  'device',
  'run',
  'disk',
  'usage',
  'engine',
] as const;
export type UserErrorCode = (typeof USER_ERROR_CODES)[number];

/**
 * Bad input from a person: one sentence that names the place, what was expected and what came, and,
 * where there is something to do, a remedy.
 */
export class UserError extends Error {
  readonly code: UserErrorCode;
  /** What to do about it, a whole sentence, or undefined where the message says it all. */
  readonly remedy: string | undefined;

  constructor(code: UserErrorCode, message: string, options: UserErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'UserError';
    this.code = code;
    this.remedy = options.remedy;
  }
}

export interface UserErrorOptions {
  readonly remedy?: string;
  readonly cause?: unknown;
}

/** Throws a plain Error when `condition` is false: for promises that only our own code can break. */
export function invariant(condition: unknown, message: string): asserts condition {
  if (!condition) throw new Error(`broken invariant: ${message}`);
}

/** The message of whatever was thrown. */
export function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}
