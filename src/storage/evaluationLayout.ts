/**
 * An evaluation on disk: `<root>/.velo/evaluations/<id>/`.
 *
 * `config.json` (resolved), `env.json`, `summary.json` and every curve are written under another name, synced and renamed;
 * a curve is one file, `curves/<task>/<optimizer>/<setting>-s<seed>.safetensors`, there from the moment its training is
 * done and never touched again. So the curves that are there are the progress, an interrupted evaluation goes on with
 * those that are missing, and no byte of a curve depends on the order in which they came. Wall-clock times, which are
 * never the same twice, are apart in `timing.jsonl`, append-only. `lock.json` is there while a process writes. `report.md` and
 * `report.html` are made from all that, and can be made again.
 */
import { basename, join } from 'node:path';

export interface EvaluationPaths {
  readonly noun: string;
  readonly id: string;
  readonly directory: string;
  readonly config: string;
  readonly environment: string;
  readonly summary: string;
  readonly timing: string;
  readonly curves: string;
  readonly lock: string;
  readonly reportMarkdown: string;
  readonly reportHtml: string;
}

export function evaluationPaths(directory: string): EvaluationPaths {
  return {
    noun: 'evaluation',
    id: basename(directory),
    directory,
    config: join(directory, 'config.json'),
    environment: join(directory, 'env.json'),
    summary: join(directory, 'summary.json'),
    timing: join(directory, 'timing.jsonl'),
    curves: join(directory, 'curves'),
    lock: join(directory, 'lock.json'),
    reportMarkdown: join(directory, 'report.md'),
    reportHtml: join(directory, 'report.html'),
  };
}

/** What tells a training from the others of its evaluation. */
export interface TrainingName {
  readonly task: string;
  readonly optimizer: string;
  readonly setting: string;
  readonly seed: number;
}

/** `<task>/<optimizer>/<setting>-s<seed>` in letters that every file system has; it names a training in records, too. */
export function trainingKey({ task, optimizer, setting, seed }: TrainingName): string {
  return `${fileNameOf(task)}/${fileNameOf(optimizer)}/${fileNameOf(setting)}-s${seed}`;
}

/** Two names that give the same one cannot be in one evaluation. */
export function fileNameOf(name: string): string {
  return name
    .toLowerCase()
    .replace(/[^a-z0-9._=+-]+/g, '-')
    .replace(/^\./, '_');
}
