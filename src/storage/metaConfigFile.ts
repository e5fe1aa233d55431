/** Configs of meta-trainings from the disk. */
import { dirname, resolve } from 'node:path';
import { parseMetaConfigText } from '../protocol/index';
import type { MetaConfig } from '../protocol/index';
import { readText, resolvePath, shortName } from './configFile';

/** Starts that are no weights. */
const MADE = ['clock', 'fresh'];

/**
 * @param overrides  `field=value`, laid over the file one after another
 * @returns every default filled in, paths of weights absolute
 * @throws UserError('config' | 'disk')
 */
export function readMetaConfigFile(file: string, overrides: readonly string[] = []): MetaConfig {
  const text = readText(file, 'a meta-training');
  const config = parseMetaConfigText(text, shortName(file), overrides);
  const { start } = config.optimizer;
  const from = MADE.includes(start) ? start : resolvePath(start, dirname(resolve(file)));
  return { ...config, optimizer: { ...config.optimizer, start: from } };
}
