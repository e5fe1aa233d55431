/** Checks of task options, all alike in what they say. */
import { UserError } from '../../base/index';

/** @throws UserError('config') unless all are integers of at least 1 */
export function checkWidths(name: string, values: readonly number[]): void {
  const bad = values.find((value) => !(Number.isInteger(value) && value >= 1));
  if (bad !== undefined) {
    throw new UserError('config', `${name} must hold integers of at least 1, got ${bad}`);
  }
}

/** @throws UserError('config') unless each is an integer of at least 1 */
export function checkSizes(sizes: Readonly<Record<string, number>>): void {
  for (const [name, value] of Object.entries(sizes)) {
    if (Number.isInteger(value) && value >= 1) continue;
    throw new UserError('config', `${name} must be an integer of at least 1, got ${value}`);
  }
}

/** @throws UserError('config') unless each is in [0, 1) */
export function checkRates(rates: Readonly<Record<string, number>>): void {
  for (const [name, value] of Object.entries(rates)) {
    if (value >= 0 && value < 1) continue;
    throw new UserError('config', `${name} must be at least 0 and less than 1, got ${value}`);
  }
}

/** @throws UserError('config') unless the value is one of those known */
export function checkChoice(name: string, value: string, known: readonly string[]): void {
  if (known.includes(value)) return;
  throw new UserError('config', `${name} must be one of ${known.join(', ')}, got ${value}`);
}
