/** Run configs as the command line names them: a file, with `--set`, `--seed` and `--device` laid over it. */
import type { RunConfig } from '../protocol/index';
import { readRunConfigFile } from '../storage/index';

export interface ConfigOptions {
  readonly set?: readonly string[] | undefined;
  readonly seed?: string | undefined;
  readonly device?: string | undefined;
}

/** As `readRunConfigFile`. @throws UserError('config' | 'disk') */
export function readConfigFile(file: string, options: ConfigOptions = {}): RunConfig {
  return readRunConfigFile(file, [
    ...(options.set ?? []),
    ...(options.seed === undefined ? [] : [`seed=${options.seed}`]),
    ...(options.device === undefined ? [] : [`device=${options.device}`]),
  ]);
}
