/** Messages as whole sentences, the way people are shown them. */
import { UserError, messageOf } from '../base/index';

/** `Expected a number, got "x". Change it.` */
export function sentences(message: string, remedy?: string): string {
  // A path or a file's name at the beginning stays as it is.
  const text = /^[a-z]+ /.test(message)
    ? message.charAt(0).toUpperCase() + message.slice(1)
    : message;
  if (remedy === undefined) return text;
  return /[.!?]$/.test(text) ? `${text} ${remedy}` : `${text}. ${remedy}`;
}

/** What was thrown, in sentences. */
export function wordsOf(thrown: unknown): string {
  return thrown instanceof UserError
    ? sentences(thrown.message, thrown.remedy)
    : sentences(messageOf(thrown));
}
