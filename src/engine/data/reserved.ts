/** Names that a person's own data may not have: a config that names them must mean the same everywhere. */
import {
  BUNDLED_DATASET_NAMES,
  BUNDLED_TABLE_NAMES,
  BUNDLED_TEXT_NAMES,
} from '../../protocol/index';
import { PULL_SOURCES } from './pull/sources';

export function isReservedName(name: string): boolean {
  const bundled: readonly string[] = [
    ...BUNDLED_DATASET_NAMES,
    ...BUNDLED_TABLE_NAMES,
    ...BUNDLED_TEXT_NAMES,
  ];
  if (bundled.includes(name)) return true;
  return PULL_SOURCES.some((source) => source.name === name || source.dataset === name);
}
