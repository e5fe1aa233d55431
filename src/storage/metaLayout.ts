/**
 * A meta-training on disk: `<root>/.velo/metatrainings/<id>/`.
 *
 * `config.json` (resolved), `env.json`, `summary.json` and `validation.json` (the tasks that thetas are compared on, and
 * what a tuned baseline makes of them) are written under another name, synced and renamed. `iterations.jsonl` has a line for
 * each outer iteration, `validations.jsonl` one for each validation, both append-only and cut back to the checkpoint when
 * a meta-training goes on. `checkpoints/step-*.safetensors` have all that it needs for that, `LATEST` is written last.
 * `thetas/iteration-*.safetensors` are the averaged thetas of the validations: whole files of weights that any training can
 * use, `best` names the best of them. `sensitivity.json` is what was last found out about noise on each group of theta.
 * `lock.json` is there while a process writes.
 */
import { basename, join } from 'node:path';

export interface MetaPaths {
  readonly noun: string;
  readonly id: string;
  readonly directory: string;
  readonly config: string;
  readonly environment: string;
  readonly summary: string;
  readonly validationTasks: string;
  readonly iterations: string;
  readonly validations: string;
  readonly checkpoints: string;
  readonly latest: string;
  readonly thetas: string;
  readonly sensitivity: string;
  readonly lock: string;
}

export function metaPaths(directory: string): MetaPaths {
  const checkpoints = join(directory, 'checkpoints');
  return {
    noun: 'meta-training',
    id: basename(directory),
    directory,
    config: join(directory, 'config.json'),
    environment: join(directory, 'env.json'),
    summary: join(directory, 'summary.json'),
    validationTasks: join(directory, 'validation.json'),
    iterations: join(directory, 'iterations.jsonl'),
    validations: join(directory, 'validations.jsonl'),
    checkpoints,
    latest: join(checkpoints, 'LATEST'),
    thetas: join(directory, 'thetas'),
    sensitivity: join(directory, 'sensitivity.json'),
    lock: join(directory, 'lock.json'),
  };
}

/** What was last found out about noise on the start of a config, beside it: `NAME.velo-sensitivity.json`. */
export function configSensitivityPath(configPath: string): string {
  return `${configPath.replace(/(\.velo)?\.json$/, '')}.velo-sensitivity.json`;
}

/** Of the averaged theta after so many outer iterations. */
export function metaThetaPath({ thetas }: Pick<MetaPaths, 'thetas'>, iteration: number): string {
  return join(thetas, `iteration-${String(iteration).padStart(6, '0')}.safetensors`);
}
