/** The decoder of what was found out about noise on each group of a theta. */
import { sensitivitySchema } from '../live/sensitivity';
import type { MetaSensitivity } from '../live/sensitivity';
import { decodeRecord, parseRecord } from '../metrics';

export type { MetaSensitivity } from '../live/sensitivity';

/** @throws UserError('run') */
export function decodeMetaSensitivity(text: string, place: string): MetaSensitivity {
  return decodeRecord(sensitivitySchema, parseRecord(text, place), place);
}
