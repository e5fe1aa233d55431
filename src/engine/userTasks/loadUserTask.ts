/** Reads a person's task from the disk: runs its file to learn which others it needs and which data set it names. */
import { readFileSync } from 'node:fs';
import { UserError } from '../../base/index';
import { namedSource } from '../../core/index';
import type { NamedDataset, NamedSource } from '../../core/index';
import { isLayersFile, parseTaskSpecText } from '../../protocol/index';
import type { PlainTaskConfig } from '../../protocol/index';
import { onDisk, readText, resolvePath, sha256Of } from '../../storage/index';
import { dirname } from 'node:path';
import { loadImageDataset } from '../datasets';
import { silenceTfjs } from '../devices/tfjsBackends';
import { loadTable } from '../tables';
import { loadText } from '../texts';
import { definitions } from './source';
import type { TaskModule, UserTaskSource } from './source';
import { loadTranspiler, transpile } from './transpile';
import { loadRunner } from './userTask';

export type UserTaskConfig = Extract<PlainTaskConfig, { family: 'user' }>;

const BYTES_OF_UTF8_MARK = /^\uFEFF/;

/** @throws UserError('config' | 'data' | 'disk') with the file, and the line where there is one */
export async function loadUserTask(
  { file, options }: UserTaskConfig,
  dataDir: string,
): Promise<UserTaskSource> {
  if (isLayersFile(file)) return loadSpec(file, options, dataDir);
  if (!/\.(ts|mts|js|mjs)$/.test(file)) {
    throw new UserError(
      'config',
      `${file} is no task file, expected .ts, .js, .mjs or .velo-task.json`,
      {
        remedy: 'Make one with "velo new task".',
      },
    );
  }
  await loadTranspiler();
  // A task may make tensors as it is defined, before any device is chosen.
  silenceTfjs();
  await import('@tensorflow/tfjs-backend-cpu');
  const { runTask } = await loadRunner();
  const modules: TaskModule[] = [];
  const definition = runTask(file, options, (path) => {
    const module = readModule(path);
    modules.push(module);
    return module;
  });
  definitions.set(modules, definition);
  const source = { file, options, modules };
  const named = namedSource(definition.definition.data);
  if (named === undefined) return source;
  return { ...source, dataset: await loadNamed(named, file, dataDir) };
}

async function loadSpec(
  file: string,
  options: UserTaskConfig['options'],
  dataDir: string,
): Promise<UserTaskSource> {
  const [stranger] = Object.keys(options);
  if (stranger !== undefined) {
    throw new UserError(
      'config',
      `task.options.${stranger} is set, but ${file} is a list of layers and takes none`,
      {
        remedy: 'Write the values into the file, or make a task with code.',
      },
    );
  }
  const text = readText(file, 'a task');
  const spec = parseTaskSpecText(text, file);
  const module = { path: file, code: text, sha256: sha256Of(Buffer.from(text)) };
  const dataset = await loadNamed(spec.data, file, dataDir);
  return { file, options, modules: [module], spec, dataset };
}

function readModule(path: string): TaskModule {
  const text = readText(path, 'a task').replace(BYTES_OF_UTF8_MARK, '');
  const bytes = onDisk('read', path, () => readFileSync(path));
  return { path, code: transpile(path, text), sha256: sha256Of(bytes) };
}

/** Paths are relative to the file of the task. */
async function loadNamed(
  source: NamedSource,
  file: string,
  dataDir: string,
): Promise<NamedDataset> {
  const folder = dirname(file);
  if ('images' in source) return loadImageDataset(resolvePath(source.images, folder), { dataDir });
  if ('table' in source) return loadTable(resolvePath(source.table, folder), { dataDir });
  const vocabulary = source.vocabulary ?? 259;
  return loadText(resolvePath(source.text, folder), { dataDir, vocabulary });
}
