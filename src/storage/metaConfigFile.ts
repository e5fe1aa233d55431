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
  const folder = dirname(resolve(file));
  const { start, ...optimizer } = config.optimizer;
  const from = start === undefined || MADE.includes(start) ? start : resolvePath(start, folder);
  const { optimizer: rule } = config.outer;
  const outer =
    rule.kind === 'velo' ? { ...rule, weights: resolvePath(rule.weights, folder) } : rule;
  return {
    ...config,
    optimizer: { ...optimizer, ...(from === undefined ? {} : { start: from }) },
    outer: { ...config.outer, optimizer: outer },
  };
}
