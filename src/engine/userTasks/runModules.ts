/** Runs the modules of a task in this thread and makes what they define. Whoever calls this has a trusted task. */
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { compileFunction } from 'node:vm';
import * as tf from '@tensorflow/tfjs-core';
import * as layers from '@tensorflow/tfjs-layers';
import { UserError, messageOf } from '../../base/index';
import { defineLayersTask, defineTask, userDefinition } from '../../core/index';
import type { UserDefinition } from '../../core/index';
import { resolveModule } from './resolveModule';
import { definitions } from './source';
import type { TaskModule, UserTaskSource } from './source';

interface LoadedModule {
  exports: Record<string, unknown>;
}

/** Finds a module's code by its path. @throws UserError('config') where there is none */
export type FindModule = (path: string) => TaskModule;

/** Modules of Node, which any path finds. */
const nodeRequire = createRequire(join(process.cwd(), 'task.js'));

/** What a task's file defines, from modules that are there already; once for each task in a thread. */
export function definitionOf({ file, modules, options }: UserTaskSource): UserDefinition {
  const known = definitions.get(modules);
  if (known !== undefined) return known;
  const byPath = new Map(modules.map((module) => [module.path, module]));
  const made = runTask(file, options, (path) => {
    const module = byPath.get(path);
    if (module !== undefined) return module;
    throw new UserError(
      'config',
      `${file} imports ${path} now, which it did not when it was read`,
      {
        remedy: 'Import the same files each time.',
      },
    );
  });
  definitions.set(modules, made);
  return made;
}

/**
 * Runs a task's file and all that it imports.
 * @throws UserError('config') with file and line for whatever goes wrong
 */
export function runTask(
  file: string,
  options: UserTaskSource['options'],
  find: FindModule,
): UserDefinition {
  const exported = new ModuleRunner(find).run(file)['default'];
  if (exported === undefined) {
    throw new UserError('config', `${file} has no default export, expected a task`, {
      remedy: 'Write export default defineTask(({ tf }) => ({ … })).',
    });
  }
  const context = { tf, layers, options: deepFrozen(structuredClone(options)) };
  const make =
    typeof exported === 'function' ? (exported as (given: unknown) => unknown) : () => exported;
  return userDefinition({ file }, () => make(context));
}

class ModuleRunner {
  readonly #find: FindModule;
  readonly #loaded = new Map<string, LoadedModule>();

  constructor(find: FindModule) {
    this.#find = find;
  }

  run(path: string): Record<string, unknown> {
    const known = this.#loaded.get(path);
    // Circles of imports see what is exported so far, as ever.
    if (known !== undefined) return known.exports;
    const module: LoadedModule = { exports: {} };
    this.#loaded.set(path, module);
    const { code } = this.#find(path);
    if (path.endsWith('.json')) module.exports = { default: parseJson(path, code) };
    else this.#execute(path, code, module);
    return module.exports;
  }

  #execute(path: string, code: string, module: LoadedModule): void {
    const require = (specifier: string): unknown => {
      const resolved = resolveModule(specifier, path);
      if (resolved.kind === 'file') return this.run(resolved.path);
      if (resolved.kind === 'node') return nodeRequire(resolved.name);
      if (resolved.kind === 'tfjs') return tf;
      return resolved.kind === 'layers' ? layers : { defineTask, defineLayersTask };
    };
    try {
      const body = compileFunction(code, ['exports', 'require', 'module'], { filename: path }) as (
        ...given: unknown[]
      ) => void;
      body(module.exports, require, module);
    } catch (thrown) {
      if (thrown instanceof UserError) throw thrown;
      throw failure(path, thrown);
    }
  }
}

/** With the line in the innermost file of the task. */
function failure(path: string, thrown: unknown): UserError {
  const stack = thrown instanceof Error ? (thrown.stack ?? '') : '';
  // A syntax error says its place in the first line of its stack, others in the frames.
  const line = lineIn(stack, path);
  const message = messageOf(thrown);
  const isAwait = message.includes('await is only valid');
  const place = line === undefined ? path : `${path}:${line}`;
  return new UserError('config', `${place}: ${isAwait ? 'await outside of a function' : message}`, {
    remedy: isAwait
      ? 'A task is defined at once: read files with node:fs, readFileSync.'
      : 'It went wrong while the file was read, before anything of the task was called.',
    cause: thrown,
  });
}

function lineIn(stack: string, path: string): string | undefined {
  const at = stack.indexOf(`${path}:`);
  return at < 0 ? undefined : /^\d+/.exec(stack.slice(at + path.length + 1))?.[0];
}

function parseJson(path: string, text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch (cause) {
    throw new UserError('config', `${path} is not JSON: ${messageOf(cause)}`, { cause });
  }
}

/** Tasks of several trainings share their options. */
function deepFrozen<T>(value: T): T {
  if (typeof value === 'object' && value !== null) {
    Object.values(value).forEach(deepFrozen);
    Object.freeze(value);
  }
  return value;
}
